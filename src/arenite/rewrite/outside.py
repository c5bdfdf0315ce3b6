"""Model -> the same model whose inputs or outputs generated C does not keep in its arena.

    memory    x at an address that each call is given; nothing else changes
    rows      x (outside) --CONCATENATION--> x/rows --CONV--> ... --CONV--> y/rows --CONCATENATION--> y (outside)

An input that comes in rows is read by one operator, which copies it. Strips turn this copy into one of new rows per
strip, and keep the rows that the next strip needs, so that the application hands over each row once. An output that
goes in rows is written by one operator in the same way.

The two CONCATENATIONs have one input each and change no value: a runtime that knows nothing of all this computes the
same.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from arenite.backends.generated_c.kept import own_states
from arenite.errors import OptionError
from arenite.model import Outside
from arenite.operators.rows_outside import ROWS, adds_rows, comes_once, rows_written
from arenite.rewrite.edits import may_renumber
from arenite.rewrite.joins import concatenation
from arenite.tflite.newer_fields import loses_fields

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arenite.model import Graph, Model, Operator, Tensor

Where = Literal["arena", "rows", "memory"]

WHERE: Mapping[str, Outside | None] = {"arena": None, "rows": Outside.ROWS, "memory": Outside.MEMORY}
"""Where inputs or outputs may be, by the names of the options."""


@dataclass(frozen=True)
class Ends:
    """Where the inputs and the outputs of the main graph are: in the arena, outside by rows, or outside in memory."""

    inputs: Where = "arena"
    outputs: Where = "arena"

    def __post_init__(self) -> None:
        """Check the names; raises OptionError."""
        for what, where in (("inputs", self.inputs), ("outputs", self.outputs)):
            if where not in WHERE:
                raise OptionError(f"{what}: {where!r} is not one of {', '.join(WHERE)}")

    def __bool__(self) -> bool:
        return (self.inputs, self.outputs) != ("arena", "arena")


IN_THE_ARENA = Ends()
"""Where inputs and outputs are unless something else is asked for."""


class WithEnds(NamedTuple):
    """A model with other ends.

    stands_for: each operator that is new or has other outputs -> the operator of the source that it implements, or for
        a new CONCATENATION at an output, the one before it.
    """

    model: Model
    stands_for: Mapping[Operator, Operator]


def with_ends(model: Model, ends: Ends) -> WithEnds:
    """The model with its inputs and outputs where they are asked to be. It keeps its plan only if no operator is added.

    Of several inputs or outputs, those that have no rows stay in the arena. So do those that are both, and outputs that
    their operator reads again in the next inference.

    Raises:
        OptionError: no input, or no output, can be there, or the model's tensors cannot be exchanged.
    """
    if not ends:
        return WithEnds(model, {})
    added = _Added(model.main)
    if ends.inputs != "arena":
        added.take(_able(model, model.main.inputs, ends.inputs, "input"), WHERE[ends.inputs])
    if ends.outputs != "arena":
        added.give(_able(model, model.main.outputs, ends.outputs, "output"), WHERE[ends.outputs])
    main = added.graph()
    plan, target = (None, None) if len(main.operators) > len(model.main.operators) else (model.plan, model.target)
    result = replace(model, graphs=(main, *model.graphs[1:]), plan=plan, target=target)
    if not may_renumber(model) or model.main.control_edges or loses_fields(result):
        raise OptionError(
            f"{model.name}: its inputs and outputs cannot leave the arena: other parts of the file name them"
        )
    return WithEnds(result, added.stands_for)


def _able(model: Model, tensors: Sequence[Tensor], where: Where, what: str) -> list[Tensor]:
    """The inputs or outputs that can be there.

    Raises:
        OptionError: none can.
    """
    main = model.main
    written = Counter(tensor for operator in main.operators for tensor in operator.outputs)
    used = {*written, *(tensor for operator in main.operators for tensor in operator.inputs)}
    bound = {tensor for graph in model.graphs[1:] for tensor in (*graph.inputs, *graph.outputs)}
    bound.update(own_states(main.operators) if where == "memory" else ())
    found = [
        tensor
        for tensor in dict.fromkeys(tensors)
        if tensor not in bound and tensor.data is None and not tensor.variable and tensor.bytes
        if written[tensor] == (what == "output") and (what == "output" or tensor not in main.outputs)
        if tensors.count(tensor) == 1 and (where == "memory" or (_has_rows(tensor) and tensor in used))
    ]
    if not found:
        shapes = ", ".join(f"{tensor.name} {list(tensor.shape)}" for tensor in tensors)
        needed = "come or go in rows, which takes the shape [1, rows, columns, channels] with two rows or more"
        how = needed if where == "rows" else "be outside of the arena"
        raise OptionError(f"{model.name}: no {what} can {how}: {shapes}")
    return found


def _has_rows(tensor: Tensor) -> bool:
    return len(tensor.shape) == 4 and tensor.shape[0] == 1 and tensor.shape[ROWS] > 1


class _Added:
    """Exchanges the ends of a graph, and adds the operators that take or give their rows."""

    def __init__(self, old: Graph) -> None:
        self.old = old
        self.writers = {tensor: operator for operator in old.operators for tensor in operator.outputs}
        self.ends: dict[Tensor, Tensor] = {}
        """End of the old graph -> the same outside of the arena."""
        self.inside: dict[Tensor, Tensor] = {}
        """The same -> the tensor that operators use in its place."""
        self.first: list[Operator] = []
        self.last: list[Operator] = []
        self.stands_for: dict[Operator, Operator] = {}

    def take(self, inputs: Sequence[Tensor], outside: Outside | None) -> None:
        for tensor in inputs:
            end = self.ends[tensor] = self.inside[tensor] = replace(tensor, outside=outside)
            if outside is Outside.ROWS and not self._comes_once(tensor, end):
                self.inside[tensor] = _copy_of(tensor)
                self.first.append(_copied(end, self.inside[tensor]))

    def give(self, outputs: Sequence[Tensor], outside: Outside | None) -> None:
        for tensor in outputs:
            end = self.ends[tensor] = self.inside[tensor] = replace(tensor, outside=outside)
            before = self._given_before(tensor) if outside is Outside.ROWS else []
            if before is None:
                self.inside[tensor] = _copy_of(tensor)
                self.last.append(_copied(self.inside[tensor], end))
                self.stands_for[self.last[-1]] = self.writers[tensor]
            else:
                ends = {each: replace(each, outside=outside) for each in before}
                self.ends.update(ends)
                self.inside.update(ends)

    def graph(self) -> Graph:
        """The graph with the new ends."""
        operators = []
        for old in self.old.operators:
            new = old.using(self.inside)
            if new.outputs != old.outputs:
                self.stands_for[new] = old
            operators.append(new)
        operators = [*self.first, *operators, *self.last]
        inside = {new: None for old, new in self.inside.items() if new is not self.ends[old]}
        tensors = (*(self.ends.get(tensor, tensor) for tensor in self.old.tensors), *inside)
        inputs, outputs = (
            tuple(self.ends.get(tensor, tensor) for tensor in ends) for ends in (self.old.inputs, self.old.outputs)
        )
        return replace(self.old, operators=tuple(operators), tensors=tensors, inputs=inputs, outputs=outputs)

    def _comes_once(self, tensor: Tensor, end: Tensor) -> bool:
        operators = tuple(operator.using({tensor: end}) for operator in self.old.operators)
        return comes_once(replace(self.old, operators=operators), end)

    def _given_before(self, whole: Tensor) -> list[Tensor] | None:
        """The output as far as earlier strips wrote it, the last first; None if it is not written row by row."""
        chain = [whole]
        while adds_rows(self.writers[chain[-1]]):
            before = self.writers[chain[-1]].input(0)
            if before not in self.writers or before.variable or before in self.old.outputs or before in chain:
                return None
            chain.append(before)
        ends = {tensor: replace(tensor, outside=Outside.ROWS) for tensor in chain}
        operators = [operator.using({**self.inside, **ends}) for operator in self.old.operators]
        uses = [operator for operator in operators if any(end in _tensors(operator) for end in ends.values())]
        return chain[1:] if len(uses) == len(chain) and all(map(rows_written, uses)) else None


def _tensors(operator: Operator) -> tuple[Tensor | None, ...]:
    return *operator.inputs, *operator.outputs


def _copy_of(tensor: Tensor) -> Tensor:
    return replace(tensor, name=f"{tensor.name}/rows", origin=None)


def _copied(source: Tensor, result: Tensor) -> Operator:
    # Along channels, as strips know it: a CONCATENATION along rows joins strips.
    return concatenation([source], result, 3)
