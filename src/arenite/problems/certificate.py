"""What proves a lower bound on the peak, in a form that someone else can check without searching again.

Every certificate speaks about one `Problem` and claims: no order of its operators has a peak below `bound`. The words
for parts of a problem (`extra`, `kept`, `before`, a saving and its `most`) are those of `problems/order.py`.

The rules below use two functions. X is a set of operators that have run, so it contains all predecessors of its
members; v is an operator whose predecessors are all in X.

- `live(X)`: bytes of the tensors that are alive after exactly the operators of X have run.
- `memory(X, v)`: bytes in use while v runs next: `live(X)`, plus the outputs of v, plus its extra, less its saving. The
  saving comes from the tensors whose last consumer is v.

**live is submodular**: live(X | Y) + live(X & Y) <= live(X) + live(Y). The rules rest on this inequality.

**In-place savings do not break the rules.** Two facts show it:

1. memory(X, v) is the larger of two sums. One subtracts the saving's `most` from live(X). The other counts live(X)
   without the bytes saved of each tensor that ends with v. Call the second count f(X). f is submodular as live is: it
   counts what would be alive if v did not read the saved bytes, so that they ended with the other readers. Example: v
   reads a tensor of 100 bytes, of which it saves 60 (`most` is 50), and writes 80. With nothing else alive, live(X) =
   100 and f(X) = 40. Then memory(X, v) = max(100 - 50, 40) + 80 = 130.
2. A larger X can only let more tensors end. So where a rule joins X with another set, both sums grow no faster than
   live does. For a set U that contains v, f(U) = live(U), so a rule that intersects X with U holds for f too.

A saving is at most the outputs of v, and at most what ends with v. So memory(X, v) is never below live(X) nor below
live(X with v).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Floor:
    """The problem's own floor; `bound` is at most `problem.floor`."""

    bound: int


@dataclass(frozen=True, slots=True)
class Need:
    """What is alive while `operator` runs in every order; `bound` is at most the sum of its bytes:

    - the operator's inputs, outputs and extra;
    - every tensor that has to cross the operator: its producer is an ancestor of the operator or outside of the graph,
      and the tensor is kept or has a consumer among the operator's descendants;
    - less the operator's saving, counting the tensors that no descendant of the operator reads.
    """

    bound: int
    operator: int


@dataclass(frozen=True, slots=True)
class Cut:
    """A flow that is a lower bound on the bytes alive while `operator` runs, in every order.

    - `reads`: (tensor, consumer, amount): bytes that flow from the tensor's producer to one of its consumers, or to the
      end of the graph (consumer -1) if the tensor is kept. The amounts of a tensor add up to at most its size.
    - `returns`: (later, earlier, amount): flow of any amount from an operator back to a direct predecessor (by a tensor
      or by `before`).
    - Amounts are not negative. Sources are the operator's ancestors, and the outside for tensors with producer None.
      Drains are the operator itself, its descendants and the end. All other operators pass on what they receive.

    `bound` is the net flow out of the sources, plus the operator's outputs and extra, less its saving. (Weak duality of
    flow and cut, for the cut between "ran before" and "runs later".)

    The saving is subtracted only where the flow depends on it. Of a tensor that the operator could save, some bytes
    cannot be saved. As long as no more than these bytes flow to the operator itself, they are alive whether the tensor
    ends with the operator or not. So only flow beyond them is subtracted, summed over all tensors, and at most the
    saving's `most`.
    """

    bound: int
    operator: int
    reads: tuple[tuple[int, int, int], ...]
    returns: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Exhausted:
    """The record of an exhaustive search for an order with a peak below `bound` that found none.

    A state is a set of operators closed under predecessors. `states` stores one state after the other, each as an
    integer of `width` = (operators + 7) // 8 bytes, little-endian; bit v is operator v. `moves` stores a signed 64-bit
    little-endian integer for each state: the number of another state that it commits to, or -1 if all its successors
    are examined. A forward record contains the state of no operators and not that of all; a backward record the other
    way round. So the claim follows if every state passes its rule:

    * committed forward from A to U (A a proper subset of U): live(U) <= live(X) for every closed X with A <= X <= U.
      Then an order within the bound from A to the end gives one from U: join every state on it with U. Backward
      the same with U <= X <= A, and meet instead of join. No path from A to U is needed for this.
    * examined backward: for every v that no other operator of A needs, `memory(A - v, v)` >= bound, or A - v is
      recorded.
    * examined forward, `events` false: for every ready v, `memory(A, v)` >= bound or A + v is recorded.
    * examined forward, `events` true: an event is the end of a tensor or a special operator.

      - Tensors t that are not kept and have consumers outside of A, produced or not: closure(t) is A with all consumers
        of t and their ancestors.
      - Special operators v outside of A: those with extra > 0; with an output of size > 0 that has no consumers and is
        not kept; without any successor; or that read a tensor with several consumers that is not kept and of which some
        operator saves bytes. closure(v) is A with v and its ancestors.

      For every closure T that properly contains no other closure, need(T) >= bound or T is recorded. need(T) is
      live(A), plus the outputs of all operators of T - A, plus the extra of the special operator v with closure(v) = T
      (there is at most one), less the saving of the operator of T - A that comes after all others of T - A, if there is
      one; the saving counts as after T.

      (Why this suffices: until the first event no tensor ends. So every order of the operators of T - A has the same
      memory at its end, and operators outside of T can wait until after T. None of these is a consumer of a tensor of
      which bytes are saved, since that would be an event, unless the tensor has no other consumer. So waiting takes no
      saving from the last operator of T. If several operators could be the last, each tensor that ends has all of them
      as consumers. Then none of its bytes are saved, or each of these operators would have been an event before.)
    """

    bound: int
    backward: bool
    events: bool
    states: bytes
    moves: bytes


@dataclass(frozen=True, slots=True)
class Settled:
    """The record of an exhaustive search from the end that found no order with a peak below `bound`.

    `states`: sets of operators as in `Exhausted`.

    **Settling.** A closed set A settles by removing operators one by one, until none can be removed. Operator v can be
    removed if no other operator of A needs v, live(A - v) <= live(A), and `memory(A - v, v)` < bound. Each removal is a
    commit with nothing between (see `Exhausted`): if A has an order below the bound, so has A - v. The order of
    removals does not matter, because live, and f of an operator that saves, are submodular: what can be removed still
    can after other removals.

    **Eager operators.** In short: operators that never leave more bytes alive, whatever ran before, and than which no
    operator may need less for itself. Let own(v) be the outputs and extra of v. Let least be the smallest own(v) of all
    operators v, each less all that it may save: the saved bytes of its tensors that are not kept, but not more than its
    `most`. Operator e is eager if

    1. the tensors that e alone reads, without kept ones, are at least as large as its outputs that are read or kept;
    2. own(e), less what e saves of the tensors that it alone reads (at most its `most`), is least;
    3. e has a predecessor.

    **Rule.** The empty set is not recorded. What the set of all operators settles to, or a set on the way there, is.
    For each state A and every v of A that is not eager, and that only eager operators of A need, directly or through
    each other: let E be these eager operators, perhaps none, and B = A - E - v. Then

    - `memory(B, v)` >= bound; or
    - E is not empty, and live(B + v) + least >= bound; or
    - what B settles to, or a set on the way there (such as B), is recorded.

    **Proof.** An order of a closed set is *good* if each of its operators needs less than the bound. If a state A has a
    good order, so has a smaller state, as follows. Sets do not shrink forever, so no state has a good order. Then the
    set of all operators has none either, since its good order would give one of each set on the way of settling.

    - Let e be eager and ready after X. Then live(X + e) <= live(X) by 1, since what e alone reads ends with it. And
      memory(X, e) = live(X) + least: not more by 2, since e saves that much in every order, and not less, since least
      is the least. For any other operator w, memory(X, w) >= live(X) + least.
    - Take a good order of A. Where w, which is not eager, runs after X although e, which is eager, is ready, move e to
      right before w. There e needs no more than w did, so less than the bound. w and those between w and e now run
      after a set that has e as well. No more is alive then, and they save no less, since tensors can only end earlier.
      All others run after the same sets as before, so the order is still good. Each such move takes e past an operator
      that is not eager, so the moves come to an end. Then no eager operator is ready when one that is not eager runs.
    - In this order let v be the last operator that is not eager. There is one, since by 3 no order begins with an eager
      one. Those after v are eager and were not ready before v. So each of them needs v, or one between that needs v,
      and so on: they are E. While v runs, memory(B, v) bytes are in use; while the first of E runs, live(B + v) +
      least; while the others of E run, no more than that. All of this is below the bound, so by the rule what B settles
      to, or a set on the way, is recorded.
    - The order up to v is a good order of B. So the recorded set has one too, since each removal is a commit. And it is
      smaller than A.
    """

    bound: int
    states: bytes


@dataclass(frozen=True, slots=True)
class Region:
    """A proof for part of the problem: `inner` proves `bound` for the problem induced by `operators`.

    Operator number i of the induced problem is `operators[i]`, with the same extra. Its floor is 0, and its `before`
    has the original's pairs inside. Its tensors keep their order and size, and their consumers inside:

    * those produced inside, all of them; kept if the original is, or if one of its consumers outside comes after every
      operator inside (is a descendant of each one);
    * those from outside (producer None) or from an operator outside that comes before every operator inside (is an
      ancestor of each one): producer None, kept by the same rule, left out where they are neither read inside nor kept;
    * no others.

    While one of these operators runs, all tensors alive in the induced problem are alive in the original as well.
    """

    bound: int
    operators: tuple[int, ...]
    inner: Certificate


@dataclass(frozen=True, slots=True)
class Deferred:
    """A proof for the problem in which each of `operators` runs right before the one operator that reads it.

    Each operator v needs nothing: no predecessor, no tensor that it reads, no extra. It serves one operator c: it has
    outputs, none of them is kept, c alone reads them, and c is its only successor. Moving v to right before c lowers
    the memory of every operator in between, and v itself needs no more memory there than c does.

    `inner` proves `bound` for the problem with further pairs at the end of `before`: (p, v) for every v of `operators`,
    in their order, and every direct predecessor p of its c, ascending, that is not one of `operators`.
    """

    bound: int
    operators: tuple[int, ...]
    inner: Certificate


Certificate = Floor | Need | Cut | Exhausted | Settled | Region | Deferred
