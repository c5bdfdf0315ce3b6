"""Model, target -> Inspection: working sets of operators, lifetimes of tensors, and the operator that sets the peak.

Nothing is optimized or drawn here; `arenite.report` renders the figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.backends.reference.registered import CUSTOM
from arenite.backends.target import TFLM
from arenite.backends.tflm.head import head_lifetimes, head_plan, planned_offsets
from arenite.budget import STEPS_PER_SECOND, Budget
from arenite.checkers.validity import validity
from arenite.formulate.order import runs_as_filed
from arenite.hardware import target_of
from arenite.model.shown import Shown
from arenite.names import SHORT_NAME, printable
from arenite.operators.constants import weights_bytes
from arenite.operators.liveness import called_graphs, executed_graphs, lifetimes, working_sets
from arenite.operators.macs import macs
from arenite.rewrite.strips import why_not
from arenite.search.ends import rows_notes
from arenite.search.orders import peak_lower_bound
from arenite.search.runnable import refusals
from arenite.tflite.sources import model_of

if TYPE_CHECKING:
    from arenite.backends.target import Target
    from arenite.backends.tflm.arena import Arena
    from arenite.checkers.validity import Validity
    from arenite.model import Model, Operator, Tensor
    from arenite.operators.liveness import Liveness
    from arenite.search.runnable import Refusal
    from arenite.tflite.sources import ModelSource


_STEPS_FOR_LEAST_PEAK = STEPS_PER_SECOND // 2
"""Budget in steps for the lower bound on the peak: half a second, because `inspect` is interactive."""


@dataclass(frozen=True, slots=True)
class InspectedTensor:
    """One tensor.

    `index` numbers the tensors of all graphs in file order, so in the main graph it is the index in the file. `bytes`
    is the size, not rounded; working sets count it rounded up to 16. `first` and `last` are the scopes in which the
    tensor takes room in the head, both included: 0 before the first operator, i + 1 while operator i of a model without
    control flow runs, and both -1 if no operator uses it. `address` is where it lies in the head, in bytes, by the plan
    whose height is `Inspection.head_bytes`. All three are None for tensors that take no room in the head: constants,
    variables, empty tensors. A variable with an offset in the file's own plan has an address alone.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    type: str
    bytes: int
    first: int | None
    last: int | None
    address: int | None
    constant: bool
    variable: bool


@dataclass(frozen=True, slots=True)
class InspectedOperator:
    """One operator of a graph, at position `index`; `inputs` and `outputs` are indices of tensors.

    An omitted optional input is None. The working set (bytes, every tensor rounded up to 16) has three parts: inputs,
    outputs, and bystanders, which are alive but not used by the operator; tensors of graphs that it calls are among
    them. `alive` lists the tensors of the working set. For an operator that never runs, `scope` is -1 and the working
    set is empty. The `macs` of a control-flow operator are those of the graphs it calls, each counted once.
    `cannot_split`: why the operator cannot be executed in strips, as a clause that follows its name; None if it can.
    """

    index: int
    name: str
    inputs: tuple[int | None, ...]
    outputs: tuple[int, ...]
    scope: int
    input_bytes: int
    output_bytes: int
    bystander_bytes: int
    alive: tuple[int, ...]
    macs: int
    cannot_split: str | None = None

    @property
    def working_set_bytes(self) -> int:
        """Bytes of all tensors alive while the operator runs."""
        return self.input_bytes + self.output_bytes + self.bystander_bytes


@dataclass(frozen=True, slots=True)
class InspectedGraph:
    """One graph: operators in the order of execution, tensors in file order."""

    name: str
    operators: tuple[InspectedOperator, ...]
    tensors: tuple[InspectedTensor, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Inspection(Shown):
    """A model's costs in the order of its file, in bytes.

    Attributes:
        model: the model's name.
        target: what `arena` and `refusals` are for.
        graphs: the operators and tensors of each graph, the main graph first.
        peak_bytes: the largest working set.
        peak_operator: the first operator of the main graph whose working set is the peak; None if the peak is reached
            before the first operator, by inputs that nothing reads.
        peak_tensors: indices of the tensors alive at the peak.
        lower_bound_bytes: no order of the operators has a smaller peak. A layout with overlap may still have a head
            below.
        head_bytes: what stock TFLM plans for the file with its reference kernels, scratch included.
        arena: the target's arena of the file.
        weights_bytes: the content of all constants, each buffer counted once.
        macs: multiply-accumulates of one inference.
        plan: with which kernels the file's offline plan is valid; None without a plan.
        notes: sentences for the user.
        refusals: the operators that the target cannot run.
    """

    model: str
    target: Target
    graphs: tuple[InspectedGraph, ...]
    peak_bytes: int
    peak_operator: int | None
    peak_tensors: tuple[int, ...]
    lower_bound_bytes: int
    head_bytes: int
    arena: Arena
    weights_bytes: int
    macs: int
    plan: Validity | None
    notes: tuple[str, ...]
    refusals: tuple[Refusal, ...] = ()

    def __repr__(self) -> str:
        at = "" if self.peak_operator is None else f" at operator {self.peak_operator}"
        return (
            f"Inspection({printable(self.model, SHORT_NAME)!r} for {self.target.name}: "
            f"{len(self.main.operators):,} operators, peak {self.peak_bytes:,} bytes{at}, "
            f"head {self.head_bytes:,}, arena {self.arena.declare_bytes:,})"
        )

    @property
    def main(self) -> InspectedGraph:
        """The graph that the runtime invokes, number 0."""
        return self.graphs[0]

    @property
    def tensors(self) -> tuple[InspectedTensor, ...]:
        """All tensors of all graphs, each at its index."""
        return tuple(tensor for graph in self.graphs for tensor in graph.tensors)


def inspect(model: ModelSource, *, target: Target | str = TFLM, budget: Budget | None = None) -> Inspection:
    """Compute what a model costs in the order of its file.

    Args:
        model: a model, or what `read` takes.
        target: the target, its name, or that of a board. It determines `arena`, `refusals` and `cannot_split`; all
            other figures are the same for every target.
        budget: of the search for the lower bound on the peak. Once it is spent, the bound proven so far is returned.
            None is about half a second.

    Raises:
        ModelError: a graph calls itself through control flow, or its operators form a cycle.
        OptionError: no target has this name.
    """
    source, runs_on = model_of(model), target_of(target)
    tables = _Tables(source, runs_on)
    graphs = tuple(tables.graph(position) for position in range(len(source.graphs)))
    peak = tables.liveness.peak
    main = graphs[0].operators
    pinned = next((entry.index for entry in main if entry.working_set_bytes == peak > 0), None)
    return Inspection(
        model=source.name,
        target=runs_on,
        graphs=graphs,
        peak_bytes=peak,
        peak_operator=pinned,
        peak_tensors=tables.heaviest() if pinned is None else main[pinned].alive,
        lower_bound_bytes=peak_lower_bound(source, budget=budget or Budget(_STEPS_FOR_LEAST_PEAK)),
        head_bytes=tables.head_bytes,
        arena=runs_on.arena(source),
        weights_bytes=weights_bytes(source),
        macs=sum(entry.macs for entry in main),
        plan=None if source.plan is None else validity(source),
        notes=(
            *_notes(source, tables.liveness),
            *(f"As to C, {note}." for note in rows_notes(source, runs_on)),
        ),
        refusals=refusals(source, runs_on),
    )


class _Tables:
    """Builds the rows of the tables of operators and tensors."""

    def __init__(self, model: Model, target: Target) -> None:
        self.liveness = lifetimes(model)
        self._model = model
        self._target = target
        tensors = [tensor for graph in model.graphs for tensor in graph.tensors]
        self._index = {tensor: index for index, tensor in enumerate(tensors)}
        self._sizes = {entry.tensor: entry.size for entry in self.liveness.lifetimes}
        self._sets = {(entry.graph, entry.position): entry for entry in working_sets(model)}
        self._macs = _Macs(model)
        placed = head_plan(model)
        self.head_bytes = placed.height
        entries = head_lifetimes(self.liveness, planned_offsets(model, model.plan))
        self._address = {entry.tensor: at for entry, at in zip(entries, placed.offsets, strict=False)}

    def graph(self, position: int) -> InspectedGraph:
        graph = self._model.graphs[position]
        operators = tuple(self.operator(position, i, operator) for i, operator in enumerate(graph.operators))
        return InspectedGraph(graph.name, operators, tuple(self.tensor(tensor) for tensor in graph.tensors))

    def operator(self, graph: int, position: int, operator: Operator) -> InspectedOperator:
        entry = self._sets.get((graph, position))
        alive = entry.tensors if entry else ()
        written = set(operator.outputs)
        read = {tensor for tensor in operator.inputs if tensor is not None} - written
        here = frozenset(alive)
        input_bytes, output_bytes = (sum(self._sizes[tensor] for tensor in used & here) for used in (read, written))
        return InspectedOperator(
            index=position,
            name=operator.custom_code or operator.code,
            inputs=tuple(None if tensor is None else self._index[tensor] for tensor in operator.inputs),
            outputs=tuple(self._index[tensor] for tensor in operator.outputs),
            scope=self.liveness.operators[graph][position].first,
            input_bytes=input_bytes,
            output_bytes=output_bytes,
            bystander_bytes=sum(map(self._sizes.__getitem__, alive)) - input_bytes - output_bytes,
            alive=tuple(map(self._index.__getitem__, alive)),
            macs=self._macs.of(operator),
            cannot_split="is not in the main graph" if graph else why_not(operator, self._target),
        )

    def tensor(self, tensor: Tensor) -> InspectedTensor:
        lifetime = self.liveness.of[tensor]
        return InspectedTensor(
            index=self._index[tensor],
            name=tensor.name,
            shape=tensor.shape,
            type=tensor.type.name.lower(),
            bytes=tensor.bytes if tensor.data is None else len(tensor.data),
            first=lifetime.first if lifetime.size else None,
            last=lifetime.last if lifetime.size else None,
            address=self._address.get(tensor),
            constant=tensor.constant,
            variable=tensor.variable,
        )

    def heaviest(self) -> tuple[int, ...]:
        """The tensors alive in the first scope that reaches the peak."""
        alive = self.liveness.working_bytes()
        scope = alive.index(max(alive)) if alive else 0
        entries = [entry for entry in self.liveness.lifetimes if entry.size and entry.first <= scope <= entry.last]
        return tuple(self._index[entry.tensor] for entry in entries)


class _Macs:
    """Multiply-accumulates of operators, including those of the graphs that they call."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._graphs: dict[int, int] = {}

    def of(self, operator: Operator) -> int:
        return macs(operator) + sum(self._graph(called) for called in called_graphs(operator))

    def _graph(self, position: int) -> int:
        if position not in self._graphs:
            self._graphs[position] = 0
            self._graphs[position] = sum(self.of(operator) for operator in self._model.graphs[position].operators)
        return self._graphs[position]


def _notes(model: Model, liveness: Liveness) -> list[str]:
    """Notes for the reader of the figures, as whole sentences."""
    notes = []
    if model.plan is not None:
        notes.append("The file carries an offline memory plan; the head is the one it asks for.")
    if model.compiled_by_vela:
        notes.append("The file was compiled by Vela for an Ethos-U NPU.")
    custom = {op.label for graph in model.graphs for op in graph.operators if op.code == "CUSTOM"}
    own = custom.difference(CUSTOM)
    if own:
        notes.append(f"Custom operators, of which nothing is known: {', '.join(sorted(own))}.")
    running = executed_graphs(model)
    idle = [str(position) for position in range(len(model.graphs)) if position not in running]
    if idle:
        graphs = f"graph{'s' if len(idle) > 1 else ''} {', '.join(idle)}"
        notes.append(f"TFLM never runs {graphs}: it starts with graph 0, and only IF, WHILE and CALL_ONCE run others.")
    if not runs_as_filed(model):
        notes.append("Operators are filed out of order: TFLM runs such a file wrongly, without saying so.")
    placed = planned_offsets(model, model.plan)
    dead = sum(entry.size for entry in liveness.planned if entry.dead and entry.tensor not in placed)
    if dead:
        notes.append(f"Tensors that no operator uses take {dead:,} bytes when TFLM plans the file.")
    return notes
