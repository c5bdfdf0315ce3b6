"""The result of `optimize`, class `Plan`: the decisions, their costs, the lower bound and the verification.

`to_json` methods give JSON values; docs/json.md documents the keys.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from arenite.backends.generated_c.kept import kept
from arenite.backends.target import TFLM
from arenite.errors import OutputError
from arenite.model import Outside
from arenite.model.shown import Shown
from arenite.names import SHORT_NAME, printable
from arenite.operators.quantization import stands_for
from arenite.operators.rows_outside import ROWS, most_held
from arenite.runtimes.stream import Stream
from arenite.search.options import DEFAULTS

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping, Sequence

    from arenite.backends import Backend
    from arenite.backends.target import Target
    from arenite.backends.tflm.arena import Arena
    from arenite.model import Model, Tensor
    from arenite.runtimes.agreement import Agreement
    from arenite.search.memory_map import MemoryMap
    from arenite.search.options import Options
    from arenite.solve.order.solver import Proof


NOT_ASKED_FOR = "not asked for"
"""Reason in `Plan.verified` for runtimes that did not run because `Options.verify` is false."""


@dataclass(frozen=True)
class Cost:
    """What a model costs; all but `macs` in bytes.

    `peak`: the largest working set of its order, without overlap. `head`: what stock TFLM plans, by the file's offline
    plan or its own greedy planner, with the target's kernels; with the reference kernels for the portable target and
    for plans without overlap. `arena`: head and tail together as measured when TFLM ran the model here; None: not run.
    `macs`: multiply-accumulates of one inference.
    """

    peak: int
    head: int
    arena: int | None = None
    macs: int = 0

    def to_json(self) -> dict[str, int]:
        """`peak_bytes`, `head_bytes` and `macs`, and `arena_bytes` if the runtime measured it."""
        costs = {"peak_bytes": self.peak, "head_bytes": self.head, "macs": self.macs}
        return costs if self.arena is None else {**costs, "arena_bytes": self.arena}


@dataclass(frozen=True)
class Strips:
    """A stretch of operators that is executed in strips of rows, or in groups of channels.

    `operators`: their positions in the source's main graph. `extra_macs`: multiply-accumulates that the parts add.

    Strips: `rows` are their boundaries in the last operator's output, both ends included. `halo` says what happens to
    rows that two strips need: "recompute" computes them twice, "keep" keeps them for the next strip, "some" keeps them
    for the tensors in `kept` (names) and computes the others twice.

    Groups: `channels` are their boundaries in the last operator's output, both ends included. `constant_bytes` is the
    growth of the file's constants. `rows` is empty, and `halo` is None.
    """

    operators: tuple[int, ...]
    rows: tuple[int, ...]
    halo: Literal["recompute", "keep", "some"] | None
    extra_macs: int
    channels: tuple[int, ...] = ()
    constant_bytes: int = 0
    kept: tuple[str, ...] = ()

    @property
    def kind(self) -> Literal["strips", "channels"]:
        """What the parts are: "strips" of rows, or groups of "channels"."""
        return "channels" if self.channels else "strips"

    @property
    def number(self) -> int:
        """Number of strips or groups."""
        return len(self.channels or self.rows) - 1

    def to_json(self) -> dict[str, Any]:
        """The strips as JSON values; the keys are documented in docs/json.md."""
        where: dict[str, Any] = {
            "strips": self.number,
            "rows": list(self.rows),
            "halo": self.halo,
            "kept": list(self.kept),
        }
        if self.channels:
            where = {"groups": self.number, "channels": list(self.channels), "constant_bytes": self.constant_bytes}
        return {"kind": self.kind, "operators": list(self.operators), **where, "extra_macs": self.extra_macs}


@dataclass(frozen=True, slots=True)
class Exported:
    """Exported C: bytes of its arena, and bytes that one inference moves within the arena between operators."""

    arena_bytes: int
    moved_bytes: int

    def sentence(self, planned: int) -> str:
        """A note on why the arena differs from the plan's, which takes `planned` bytes."""
        if not self.moved_bytes:
            why = "with another layout than this plan"
        else:
            moved = f"an inference moves {self.moved_bytes:,} bytes between operators"
            why = f"since {moved}, unless the export forbids that"
        return f"exported C has an arena of {self.arena_bytes:,} bytes, {why}; the plan in the file takes {planned:,}"


@dataclass(frozen=True, slots=True)
class IntegerEnd:
    """An input or output that has another type than in the source (`Options.io`).

    Its values stand for scale * (value - zero_point). If `was` is int8 or uint8, the new value is the old one plus or
    minus 128 and stands for the same number.
    """

    name: str
    what: Literal["input", "output"]
    was: str
    type: str
    scale: float
    zero_point: int


@dataclass(frozen=True, slots=True)
class OutsideEnd:
    """An input or output that generated C does not keep in its arena (`Options.ends`).

    `rows` is its height, and `held` the most rows of an input that the arena holds at a time; both are 0 where the end
    is in memory of the caller's, and `held` for outputs.
    """

    name: str
    what: Literal["input", "output"]
    where: Literal["rows", "memory"]
    rows: int
    held: int


@dataclass(frozen=True, slots=True)
class Frames:
    """How a result takes the windows of its source frame by frame (`Options.stream`).

    `axis`: of the input, along which time runs. `window` and `new`: frames of the source's input and of the result's.
    `first_run`: the first run, counted from 1, whose outputs are those of a window. `kept_bytes`: the state.
    """

    axis: int
    window: int
    new: int
    first_run: int
    kept_bytes: int


@dataclass(frozen=True, repr=False)
class Plan(Shown):
    """An order and a layout for a model, checked and verified.

    Attributes: The result
        source: the model that was given.
        model: the planned model; the source itself if nothing was gained.
        content: the planned model's file.
        before: costs of the source.
        after: costs of the result.
        order: for each operator of the result's main graph, the position of the source operator that it implements or
            implements a part of; None for SLICE, PAD and CONCATENATION that splitting added.
        strips: the stretches that are executed in parts.
        notes: sentences for the user.
        seconds: duration of the search and of the verification.
        options: what was asked for.

    Attributes: The proof
        lower_bound: bytes; no plan of the requested problem has a smaller head. `optimal`: the head meets the bound.
        proofs: of the bound, for each graph whose order is free.
        timed_out: the time limit ended the searches, so another run may find another plan.

    Attributes: The verification
        verified: for each runtime "identical" or "unavailable: why". A result that equals its source byte for byte
            counts as identical without being run.
        rounds: for each runtime, the rounds of inputs compared.
        agreement: how closely LiteRT and TFLM agree on the source; None if one of them did not run it.

    Attributes: The target
        target: what the plan is made for.
        planned_for: the target whose kernels request the scratch in the heads: `target`, or one without overlap.
        arenas: the target's arena of the source and of the result.
        shared_pairs: pairs of tensors that share bytes while both are alive.
        valid_with: the sets of kernels that compute correct results with these shared bytes; all others do not.
        exported: the arena of generated C if it is smaller than the plan's, since tensors may move there.
        unknown_scratch: kinds of operators whose scratch is not known; the heads are lower bounds then.
    """

    source: Model
    model: Model
    content: bytes
    before: Cost
    after: Cost
    lower_bound: int
    order: tuple[int | None, ...]
    verified: Mapping[str, str]
    seconds: float
    arenas: tuple[Arena, Arena]
    proofs: tuple[Proof, ...] = ()
    notes: tuple[str, ...] = ()
    target: Target = TFLM
    shared_pairs: int = 0
    valid_with: tuple[Backend, ...] = ()
    strips: tuple[Strips, ...] = ()
    exported: Exported | None = None
    timed_out: bool = False
    unknown_scratch: tuple[str, ...] = ()
    rounds: Mapping[str, int] = field(default_factory=dict)
    agreement: Agreement | None = None
    planned_for: Target = TFLM
    options: Options = DEFAULTS

    def __repr__(self) -> str:
        before, after = self.arenas
        proof = "optimal" if self.optimal else f"at least {self.lower_bound:,}"
        return (
            f"Plan({printable(self.source.name, SHORT_NAME)!r} for {self.target.name}: "
            f"head {self.before.head:,} -> {self.after.head:,} bytes, {proof}; "
            f"arena {before.declare_bytes:,} -> {after.declare_bytes:,})"
        )

    @cached_property
    def maps(self) -> tuple[MemoryMap, MemoryMap]:
        """The addresses of all buffers over time, of the source and of the result."""
        from arenite.search.memory_map import memory_map

        return memory_map(self.source, self.planned_for), memory_map(self.model, self.planned_for, origins=self.order)

    @property
    def extra_macs(self) -> int:
        """Multiply-accumulates that all strips together add."""
        return sum(each.extra_macs for each in self.strips)

    @property
    def fits_without_strips(self) -> bool:
        """Whether a size was asked for that is reached without strips, so that none were looked for."""
        return self.options.arena is not None and not self.strips

    @property
    def optimal(self) -> bool:
        """Whether the lower bound proves that no plan of the requested problem has a smaller head.

        If the plan fits the requested size without strips, the problem is that of order and layout alone.
        """
        return self.after.head == self.lower_bound and not self.unknown_scratch

    @property
    def gap(self) -> float:
        """(head - lower bound) / head, the share of the head not proven necessary; 0.0 for an optimal plan."""
        return (self.after.head - self.lower_bound) / self.after.head if self.after.head else 0.0

    @property
    def ends(self) -> tuple[IntegerEnd, ...]:
        """The inputs and outputs that have another type than in the source."""
        return integer_ends(self.source, self.model)

    @property
    def outside(self) -> tuple[OutsideEnd, ...]:
        """The inputs and outputs that are not in the arena of generated C."""
        return outside_ends(self.model)

    @property
    def frames(self) -> Frames | None:
        """How the result takes the source's windows frame by frame; None if it takes whole ones."""
        return frames(self.source, self.model)

    @property
    def changed(self) -> bool:
        """Whether the model to write differs from its source."""
        return self.model is not self.source

    def write(self, path: str | os.PathLike[str], *, force: bool = False, verify: bool = True) -> None:
        """Write the optimized model to `path`, atomically.

        A plan that was made with `Options(verify=False)` is compared with its source now, in the installed runtimes. If
        they find a difference, nothing is written. Where no runtime can compare the two, the model is written, as
        `optimize` returns a plan there. From then on `verified`, `rounds` and `agreement` say what came out.

        Args:
            force: replace a file that exists.
            verify: False leaves out the comparison of a plan that has not been compared.

        Raises:
            OutputError: `path` is the source itself, exists (unless `force`), or cannot be written.
            VerificationError: the outputs differ in a runtime, or TFLM reports another head than was planned.
        """
        from arenite.search.comparison import compared
        from arenite.tflite.files import check_writable, replace_file, same_file
        from arenite.tflite.write import Written

        if self.source.path is not None and same_file(self.source.path, path):
            raise OutputError(f"{path}: is the source model itself; write the result to another file")
        check_writable(path, force=force)
        if verify and self.changed and not self.options.verify:
            found = compared(self.source, self.model, Written(self.content, self.model), self.options)
            for name, value in (("verified", found.status), ("rounds", found.rounds), ("agreement", found.agreement)):
                object.__setattr__(self, name, value)
        replace_file(path, self.content, force=force)

    def to_json(self) -> dict[str, Any]:
        """The plan as JSON values; the keys are documented in docs/json.md."""
        return {
            "model": self.source.name,
            "target": self.target.name,
            "before": self.before.to_json(),
            "after": self.after.to_json(),
            "lower_bound_bytes": self.lower_bound,
            "optimal": self.optimal,
            "unknown_scratch": list(self.unknown_scratch),
            "gap": round(self.gap, 6),
            "order": list(self.order),
            "strips": [strips.to_json() for strips in self.strips],
            "extra_macs": self.extra_macs,
            "ends": [asdict(end) for end in self.ends],
            "outside": [asdict(end) for end in self.outside],
            "frames": None if self.frames is None else asdict(self.frames),
            "exported": None if self.exported is None else asdict(self.exported),
            "changed": self.changed,
            "shared_pairs": self.shared_pairs,
            "valid_with": [kernels.name for kernels in self.valid_with],
            "verified": dict(self.verified),
            "timed_out": self.timed_out,
            "rounds": dict(self.rounds),
            "agreement": None if self.agreement is None else self.agreement.to_json(),
            "seconds": round(self.seconds, 3),
            "notes": list(self.notes),
        }


def integer_ends(source: Model, result: Model) -> tuple[IntegerEnd, ...]:
    """The inputs and outputs of a result that are integers of another type than in its source."""
    old, new = source.main, result.main
    return (*_ends("input", old.inputs, new.inputs), *_ends("output", old.outputs, new.outputs))


def outside_ends(model: Model) -> tuple[OutsideEnd, ...]:
    """The inputs and outputs of a model that generated C does not keep in its arena."""
    inputs = (_outside(model, tensor, "input") for tensor in model.main.inputs if tensor.outside)
    return (*inputs, *(_outside(model, tensor, "output") for tensor in model.main.outputs if tensor.outside))


def frames(source: Model, result: Model) -> Frames | None:
    """How a result takes its source's windows frame by frame; None if it takes whole ones."""
    found = Stream.of(source, result)
    if found is None:
        return None
    return Frames(found.axis, found.window, found.hop, found.first_run, kept(result).size)


def _outside(model: Model, tensor: Tensor, what: Literal["input", "output"]) -> OutsideEnd:
    if tensor.outside is Outside.MEMORY:
        return OutsideEnd(tensor.name, what, "memory", 0, 0)
    held = most_held(model, tensor) if what == "input" else 0
    return OutsideEnd(tensor.name, what, "rows", tensor.shape[ROWS], held)


def _ends(what: Literal["input", "output"], before: Sequence[Tensor], after: Sequence[Tensor]) -> Iterator[IntegerEnd]:
    for old, new in zip(before, after, strict=False):
        if old.type is not new.type and stands_for(new, old):
            assert new.quantization is not None
            scale, zero = new.quantization.scale[0], new.quantization.zero_point[0]
            yield IntegerEnd(new.name, what, old.type.name.lower(), new.type.name.lower(), scale, zero)
