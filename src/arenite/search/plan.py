"""The result of an optimization: what was decided, what it costs, what is proven, what was verified."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from arenite.backends.target import TFLM
from arenite.errors import OutputError

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from arenite.backends import Backend
    from arenite.backends.target import Target
    from arenite.backends.tflm.arena import Arena
    from arenite.model import Model
    from arenite.runtimes.agreement import Agreement
    from arenite.solve.order.solver import Proof


NOT_ASKED_FOR = "not asked for"
"""Why no runtime compared the result with its source, where `Options.verify` is false."""


@dataclass(frozen=True)
class Cost:
    """What a model costs, in bytes.

    `peak` is the largest working set of its order, without overlap. `head` is what stock TFLM plans for it (its own
    greedy plan, or the offline plan that the file carries), with the target's kernels; for the portable target, and
    where nothing may overlap, with the reference kernels. `arena` is what TFLM measured for head and tail together
    when it ran the model here (None: not run). `macs` are the multiply-accumulates of one inference.
    """

    peak: int
    head: int
    arena: int | None = None
    macs: int = 0

    def to_json(self) -> dict[str, int]:
        """`peak_bytes`, `head_bytes` and `macs`, and `arena_bytes` where the runtime measured it."""
        costs = {"peak_bytes": self.peak, "head_bytes": self.head, "macs": self.macs}
        return costs if self.arena is None else {**costs, "arena_bytes": self.arena}


@dataclass(frozen=True)
class Strips:
    """Operators that are executed strip by strip, or group of channels by group of channels.

    `operators` are their positions in the source's main graph. Of strips, `rows` are the rows of what the last of them
    makes at which strips begin and end; `halo` is "recompute" where rows that two strips need are computed twice, which
    adds `extra_macs` multiply-accumulates, "keep" where they are kept for the next strip, or "some" where they are kept
    of some tensors and computed twice of others; `kept` names the tensors of which they are kept. Of groups, `channels`
    are the channels of what the last of them makes at which groups begin and end; `constant_bytes` is by how much the
    contents of the file's constants grow, and there are no rows and no halo.
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
        """What the parts are: strips of rows, or groups of channels."""
        return "channels" if self.channels else "strips"

    @property
    def number(self) -> int:
        """How many strips or groups there are."""
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
    """The arena of the exported C in bytes, and how many of them an inference moves between operators."""

    arena_bytes: int
    moved_bytes: int

    def sentence(self, planned: int) -> str:
        """Why the arena is not that of the plan, which takes `planned` bytes."""
        if not self.moved_bytes:
            why = "with another layout than this plan"
        else:
            moved = f"an inference moves {self.moved_bytes:,} bytes between operators"
            why = f"since {moved}, unless --no-moves or --moves-worth forbids it"
        return f"exported C has an arena of {self.arena_bytes:,} bytes, {why}; the plan in the file takes {planned:,}"


@dataclass(frozen=True)
class Plan:
    """An order and a layout for a model, checked and verified.

    `order[i]` is the position, in the source's main graph, of the operator that now runs as number i, or of which that
    does a part; None for one that cuts, pads or joins rows of strips. `strips` are the stretches that are executed so.
    `lower_bound` (bytes) holds for the head of every plan of the problem that was asked for; `optimal` means that the
    head meets it. `verified` says of each runtime `identical`, or `unavailable: why`, and `rounds` on how many rounds
    of inputs; a result that is its source byte for byte is identical without having been compared. `agreement` is how
    far LiteRT and TFLM agree on the source; None where one of them did not run it. `notes` are sentences for a person.

    `target` is what the plan was made for, `arenas` are what it spends on the source and on the result.
    `shared_pairs` is the number of pairs of tensors that share bytes while both are needed, `valid_with` the sets of
    kernels with which that is right: all others compute wrong results.
    `timed_out`: the time limit ended the searches, so that another run may find something else. `exported` is what
    generated C takes where that is less than the plan takes: tensors may move there. `unknown_scratch` names kinds of
    operators whose scratch is not known: heads are then at least what is told.
    """

    source: Model = field(repr=False)
    model: Model = field(repr=False)
    content: bytes = field(repr=False)
    before: Cost
    after: Cost
    lower_bound: int
    order: tuple[int | None, ...]
    verified: Mapping[str, str]
    seconds: float
    arenas: tuple[Arena, Arena]
    proofs: tuple[Proof, ...] = field(default=(), repr=False)
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

    @property
    def extra_macs(self) -> int:
        """Multiply-accumulates that strips add."""
        return sum(each.extra_macs for each in self.strips)

    @property
    def optimal(self) -> bool:
        """Whether the lower bound proves that no plan of the problem asked for has a smaller head."""
        return self.after.head == self.lower_bound and not self.unknown_scratch

    @property
    def gap(self) -> float:
        """Share of the head that is not proven necessary: (head - lower bound) / head; 0.0 when optimal."""
        return (self.after.head - self.lower_bound) / self.after.head if self.after.head else 0.0

    @property
    def changed(self) -> bool:
        """Whether the model to write differs from its source."""
        return self.model is not self.source

    def write(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write the optimized model to `path`, atomically.

        Raises OutputError when `path` is the source itself, exists (unless `force`), or cannot be written.
        """
        from arenite.tflite.files import replace_file, same_file

        if self.source.path is not None and same_file(self.source.path, path):
            raise OutputError(f"{path}: is the source model itself; write the result to another file")
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
            "strips": [each.to_json() for each in self.strips],
            "extra_macs": self.extra_macs,
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
