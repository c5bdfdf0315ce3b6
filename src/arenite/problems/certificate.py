"""What proves a lower bound on the peak, in a form that someone else can check without searching again.

Every certificate speaks about one `Problem` and claims: no order of its operators has a peak below `bound`.

The rules below use two functions. X is a set of operators that have run, so it contains all predecessors of its
members; v is an operator whose predecessors are all in X.

- `live(X)`: bytes of the tensors that are alive after exactly the operators of X have run.
- `memory(X, v)`: bytes in use while v runs next: `live(X)`, plus the outputs of v, plus its extra, less its saving. The
  saving comes from the tensors whose last consumer is v.

**live is submodular**: live(X | Y) + live(X & Y) <= live(X) + live(Y). The rules rest on this inequality.

**In-place savings do not break the rules.** Two facts show it:

1. memory(X, v) is the larger of two sums. One subtracts the saving's `most` from live(X). The other counts live(X)
   without the bytes saved of each tensor that ends with v. Call the second count f(X). f is submodular as live is: it
   is live, with the saved bytes of those tensors counted after v instead of before it.
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
    """What must be alive while `operator` runs, whatever the order.

    Its inputs, its outputs, its extra, and every tensor whose producer is outside of the graph or an ancestor of the
    operator and that is kept or has a descendant of the operator among its consumers. Less its saving, for all tensors
    that no descendant of the operator reads.
    """

    bound: int
    operator: int


@dataclass(frozen=True, slots=True)
class Cut:
    """A flow that shows how much is alive, whatever the order, while `operator` runs.

    `reads`: (tensor, consumer, amount): bytes that flow from the tensor's producer to one of its consumers, or to the
    end of the graph (consumer -1) where the tensor is kept; at most its size in all for each tensor. `returns`:
    (later, earlier, amount): flow, without limit, from an operator back to a direct predecessor of it (by a tensor or
    by `before`). Amounts are not negative. Sources are the ancestors of the operator and what is fed from outside
    (producer None); drains are the operator itself, its descendants and the end. All other operators pass on what
    they receive. `bound` = what leaves the sources, net (less what returns to them), plus the outputs and the extra
    of the operator, less its saving. (Weak duality of flow and cut, for the cut between "ran before" and "runs later".)

    The saving counts only as far as the flow depends on it. Of a tensor that v could save, some bytes cannot be saved.
    While no more than these flow to v itself, the flow is alive whether the tensor ends with v or not. Only the bytes
    beyond that are subtracted, added up over all tensors, or the saving's `most` where that is less.
    """

    bound: int
    operator: int
    reads: tuple[tuple[int, int, int], ...]
    returns: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class Exhausted:
    """The record of a search that looked for an order with a peak below `bound` and found none.

    A state is a set of operators closed under predecessors: bit v of an integer is operator v, stored in
    `width` = (operators + 7) // 8 bytes, little-endian, one state after the other in `states`. `moves[i]` (signed
    64-bit little-endian integers in bytes) says what becomes of state i: the number of another state, which it
    commits to, or -1 where every way on is looked at. Forward, the record holds the state of no operators and not
    that of all; backward, the other way round; so the claim follows if every state passes its rule:

    * committed forward from A to U (A a proper subset of U): live(U) <= live(X) for every closed X with A <= X <= U.
      Then an order within the bound from A to the end gives one from U: join every state on it with U. Backward
      the same with U <= X <= A, and meet instead of join. No path from A to U is needed for this.
    * looked at backward: for every v that no other operator of A needs, `memory(A - v, v)` >= bound, or A - v is
      recorded.
    * looked at forward, `events` false: for every ready v, `memory(A, v)` >= bound or A + v is recorded.
    * looked at forward, `events` true: an event is the end of a tensor or a special operator. Tensors: those with
      consumers outside of A that are not kept (whether already produced or not); closure(t) = A with all consumers of
      t and all that they need. Special operators outside of A: those with extra > 0, or with an output of size > 0
      that has no consumers and is not kept, or without any successor, or that read a tensor with several consumers that
      is not kept and of which some operator saves bytes; closure(v) = A with v and all that it needs.
      For every closure T that contains no other one properly: need(T) >= bound or T is recorded, where need(T) =
      live(A) + the outputs of all operators of T - A + the extra of that special v with closure(v) = T (at most one),
      less the saving of the one operator of T - A that all others there come before, if there is one, after T.
      (Until the first event nothing dies, so any order of the operators of T - A has the same memory at its end, and
      those which do not belong to T can wait until after it. No consumer of a tensor of which bytes are saved is among
      them, or that would be an event, unless the tensor has no other consumer: so waiting takes no saving from the last
      operator of T. Where several operators could be the last, every tensor that ends has all of them as consumers, and
      none of its bytes are saved, or each of them were an event before.)
    """

    bound: int
    backward: bool
    events: bool
    states: bytes
    moves: bytes


@dataclass(frozen=True, slots=True)
class Swept:
    """The record of a search from the end, in which every state settles, that found no order with a peak below `bound`.

    `states`: sets of operators as in `Exhausted`. A closed set settles by taking operators v back, in any order and as
    far as that leads, while for one of them: no other operator of the set A needs v, live(A - v) <= live(A), and
    `memory(A - v, v)` < bound. (Each is a commit with nothing between, see `Exhausted`; live being submodular, the end
    does not depend on the order.) The record holds what the set of all operators settles to and not the empty set, and
    for each state A and every v that no other operator of A needs: `memory(A - v, v)` >= bound, or what A - v settles
    to is recorded.
    """

    bound: int
    states: bytes


@dataclass(frozen=True, slots=True)
class Region:
    """A proof for part of the problem: `inner` proves `bound` for the problem induced by `operators`.

    Operator number i of the induced problem is `operators[i]`; its extra is the original's, its floor 0, its `before`
    the original's pairs inside. Its tensors, in the original order, sizes unchanged, consumers reduced to those inside:

    * those produced inside, all of them; kept if the original is, or if one of its consumers outside comes after every
      operator inside (is a descendant of each one);
    * those from outside (producer None) or from an operator outside that comes before every operator inside (is an
      ancestor of each one): producer None, kept by the same rule, left out where they are neither read inside nor kept;
    * no others.

    While one of these operators runs, all that the induced problem has alive is alive in the whole as well.
    """

    bound: int
    operators: tuple[int, ...]
    inner: Certificate


@dataclass(frozen=True, slots=True)
class Deferred:
    """A proof for the problem in which `operators` wait until just before the one operator that reads them.

    Each of them needs nothing (no predecessor, no tensor that it reads, no extra) and serves one operator c: it has
    outputs, none of them kept, every one read by c alone, and c is its only successor. Moved to just before c, it makes
    everything it passes cheaper and itself needs no more than c does. `inner` proves `bound` for the problem with
    further pairs in `before`, at the end: (p, v) for every v of `operators`, in their order, and every direct
    predecessor p of its c, rising, that is not itself one of `operators`.
    """

    bound: int
    operators: tuple[int, ...]
    inner: Certificate


Certificate = Floor | Need | Cut | Exhausted | Swept | Region | Deferred
