"""Model -> the same model whose inputs or outputs generated C does not keep in its arena.

    memory    x at an address that each call is given; nothing else changes
    rows      x (outside) --CONCATENATION--> x/rows --CONV--> ... --CONV--> y/rows --CONCATENATION--> y (outside)

An input that comes in rows is read by one operator, which copies it. Strips turn this copy into one of new rows per
strip, and keep the rows that the next strip needs, so that the application hands over each row once. An output that
goes in rows is written by one operator in the same way.

The two CONCATENATIONs have one input each and change no value: a runtime that knows nothing of all this computes the
same.

Inputs and outputs are named as users know them: by the name of the tensor, by the one that a signature of the model
gives it, or by a number, where 0 is the first one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from arenite.backends.generated_c.kept import own_states
from arenite.errors import OptionError
from arenite.model import Outside
from arenite.names import did_you_mean, printable
from arenite.operators.rows_outside import ROWS, adds_rows, comes_once, rows_written
from arenite.rewrite.edits import check_may_exchange, exchanged
from arenite.rewrite.emit import concatenation
from arenite.rewrite.interface import Rewritten
from arenite.tflite.signatures import signature_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from arenite.model import Graph, Model, Operator, Tensor


Where = Literal["arena", "rows", "memory"]
End = Literal["input", "output"]

WHERE: Mapping[str, Outside | None] = {"arena": None, "rows": Outside.ROWS, "memory": Outside.MEMORY}
"""Where inputs or outputs may be, by the names of the options."""


Place = Where | Mapping[str, Where]
"""Where all inputs, or outputs, are that can be there; or for some of them, by their names, where each of them is."""


@dataclass(frozen=True)
class Ends:
    """Where the inputs and the outputs of the main graph are: in the arena, outside by rows, or outside in memory.

    A place is for all that can be there; others stay in the arena. A mapping gives some of them places, by the name of
    the tensor, its name in a signature, or its number.
    """

    inputs: Place = "arena"
    outputs: Place = "arena"

    def __post_init__(self) -> None:
        """Check the places; raises OptionError."""
        for what, place in (("inputs", self.inputs), ("outputs", self.outputs)):
            for where in _all_of(place):
                if where not in WHERE:
                    raise OptionError(f"{what}: {where!r} is not one of {', '.join(WHERE)}")

    def __bool__(self) -> bool:
        return any(where != "arena" for where in (*_all_of(self.inputs), *_all_of(self.outputs)))


def _all_of(place: Place) -> tuple[Where, ...]:
    return (place,) if isinstance(place, str) else tuple(place.values())


IN_THE_ARENA = Ends()
"""Where inputs and outputs are unless something else is asked for."""


def with_ends(model: Model, ends: Ends) -> Rewritten:
    """The model with its inputs and outputs where they are asked to be. It keeps its plan only if no operator is added.

    Where no names are given, those that have no rows stay in the arena. So do those that are both, and outputs that
    their operator reads again in the next inference.

    Raises:
        OptionError: no input, or no output, can be there, or one that is named cannot or is not there, or the model's
            tensors cannot be exchanged.
    """
    if not ends:
        return Rewritten(model, (), {})
    added = _Added(model.main)
    added.take(_places(model, "input", model.main.inputs, ends.inputs))
    added.give(_places(model, "output", model.main.outputs, ends.outputs))
    main = added.graph()
    plan, target = (None, None) if len(main.operators) > len(model.main.operators) else (model.plan, model.target)
    result = replace(model, graphs=(main, *model.graphs[1:]), plan=plan, target=target)
    refusal = "its inputs and outputs cannot leave the arena: other parts of the file name them"
    check_may_exchange(model, result, refusal)
    return Rewritten(result, (), added.stands_for)


def _places(model: Model, what: End, tensors: Sequence[Tensor], place: Place) -> dict[Tensor, Outside]:
    """The inputs or outputs that leave the arena, and where they are then; raises OptionError as `with_ends`."""
    obstacles = _Obstacles(model, what, tensors)
    if isinstance(place, str):
        outside = WHERE[place]
        return {} if outside is None else dict.fromkeys(_able(model, what, tensors, outside, obstacles), outside)
    places = {tensor: WHERE[place[name]] for tensor, name in named_ends(model, what, tensors, place).items()}
    leaving = {tensor: outside for tensor, outside in places.items() if outside is not None}
    for tensor, outside in leaving.items():
        why = obstacles.of(tensor, outside)
        if why is not None:
            raise OptionError(f"{model.name}: {what} {tensor.name!r} cannot {_HOW[outside]}: {why}")
    return leaving


def _able(model: Model, what: End, tensors: Sequence[Tensor], outside: Outside, obstacles: _Obstacles) -> list[Tensor]:
    """Those that can be there.

    Raises:
        OptionError: none can.
    """
    found = [tensor for tensor in dict.fromkeys(tensors) if obstacles.of(tensor, outside) is None]
    if not found:
        shapes = ", ".join(f"{tensor.name} {list(tensor.shape)}" for tensor in tensors)
        needed = f", which takes the shape {_SHAPE}" if outside is Outside.ROWS else ""
        raise OptionError(f"{model.name}: no {what} can {_HOW[outside]}{needed}: {shapes}")
    return found


_HOW = {Outside.ROWS: "come or go in rows", Outside.MEMORY: "be outside of the arena"}
_SHAPE = "[1, rows, columns, channels] with two rows or more"


class _Obstacles:
    """Why inputs, or outputs, cannot leave the arena."""

    def __init__(self, model: Model, what: End, tensors: Sequence[Tensor]) -> None:
        main = model.main
        self.is_input = what == "input"
        self.counts = Counter(tensors)
        self.outputs = frozenset(main.outputs)
        self.written = Counter(tensor for operator in main.operators for tensor in operator.outputs)
        self.read = {tensor for operator in main.operators for tensor in operator.inputs}
        self.of_others = {tensor for graph in model.graphs[1:] for tensor in (*graph.inputs, *graph.outputs)}
        self.states = own_states(main.operators)

    def of(self, tensor: Tensor, outside: Outside) -> str | None:
        """Why a tensor cannot be there, as a clause; None if it can."""
        writers, rows = self.written[tensor], outside is Outside.ROWS
        reasons = (
            (tensor in self.of_others, "another graph has it, too"),
            (tensor.constant, "it is a constant"),
            (tensor.variable, "it is a variable"),
            (not tensor.bytes, "it is empty"),
            (self.is_input and writers > 0, "an operator writes it"),
            (self.is_input and tensor in self.outputs, "it is an output, too"),
            (not self.is_input and writers != 1, f"{writers} operators write it"),
            (self.counts[tensor] > 1, "it is there twice"),
            (not rows and tensor in self.states, "its operator reads it again in the next inference"),
            (rows and not _has_rows(tensor), f"its shape {list(tensor.shape)} is not {_SHAPE}"),
            (rows and not writers and tensor not in self.read, "no operator reads it"),
        )
        return next((why for holds, why in reasons if holds), None)


def _has_rows(tensor: Tensor) -> bool:
    return len(tensor.shape) == 4 and tensor.shape[0] == 1 and tensor.shape[ROWS] > 1


def read_in_rows(model: Model) -> tuple[Tensor, ...]:
    """The inputs of which the model takes the rows in their order and once, as one that was made for rows does."""
    inputs = model.main.inputs
    obstacles = _Obstacles(model, "input", inputs)
    able = (tensor for tensor in inputs if obstacles.of(tensor, Outside.ROWS) is None)
    return tuple(each for each in able if _comes_once(model.main, each, replace(each, outside=Outside.ROWS)))


def _comes_once(graph: Graph, tensor: Tensor, end: Tensor) -> bool:
    """Whether the operators of a graph take each row once of an input for which `end` stands."""
    operators = tuple(operator.using({tensor: end}) for operator in graph.operators)
    return comes_once(replace(graph, operators=operators), end)


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

    def take(self, inputs: Mapping[Tensor, Outside]) -> None:
        for tensor, outside in inputs.items():
            end = self.ends[tensor] = self.inside[tensor] = replace(tensor, outside=outside)
            if outside is Outside.ROWS and not _comes_once(self.old, tensor, end):
                self.inside[tensor] = _copy_of(tensor)
                self.first.append(_copied(end, self.inside[tensor]))

    def give(self, outputs: Mapping[Tensor, Outside]) -> None:
        for tensor, outside in outputs.items():
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
        return exchanged(self.old, self.ends, operators, inside)

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


def named_ends(model: Model, what: str, tensors: Sequence[Tensor], names: Iterable[str]) -> dict[Tensor, str]:
    """The tensors that the names mean, each with its name. `what` is input or output.

    Raises:
        OptionError: a name is that of no tensor or of several, or two names are of one tensor.
    """
    known = _known(model, tensors)
    found: dict[Tensor, str] = {}
    for name in names:
        meant = [tensor for tensor, its_names in known.items() if name in its_names]
        if len(meant) != 1:
            raise OptionError(f"{model.name}: {_unclear(what, name, meant, known)}")
        if meant[0] in found:
            raise OptionError(f"{model.name}: {found[meant[0]]!r} and {name!r} are the same {what}; name it once")
        found[meant[0]] = name
    return found


def _known(model: Model, tensors: Sequence[Tensor]) -> dict[Tensor, list[str]]:
    """The names of each tensor: its own, those in signatures, and its number if no tensor has that for a name."""
    aliases = signature_names(model)
    known = {each: [*dict.fromkeys(filter(None, (each.name, *sorted(aliases.get(each, ())))))] for each in tensors}
    taken = {"", *(name for names in known.values() for name in names)}
    for number, tensor in enumerate(tensors):
        known[tensor] += {str(number)} - taken
    return known


def _unclear(what: str, name: str, meant: Sequence[Tensor], known: Mapping[Tensor, Sequence[str]]) -> str:
    if meant:
        numbers = ", ".join(known[tensor][-1] for tensor in meant)
        return f"{len(meant)} {what}s are called {name!r}; give a number: {numbers}"
    if not known:
        return f"no {what} is called {name!r}: it has none"
    called = ", ".join(" or ".join(map(printable, names)) for names in known.values())
    every = [each for names in known.values() for each in names]
    return f"no {what} is called {name!r}, only {called}; {did_you_mean(name, every, 'give one of these')}"
