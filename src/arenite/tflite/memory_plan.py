"""The offline memory plan in a model's metadata, which stock TFLM follows instead of planning at run time.

Format and rules: `GetOfflinePlannedOffsets` in TFLM's micro_allocation_info.cc, and its docs/memory_management.md. The
buffer holds little-endian int32: version 1, number of subgraphs, number of offsets, then one offset per tensor of all
subgraphs in file order. TFLM looks at the third number and the offsets only; Vela writes version 0.
"""

from __future__ import annotations

import dataclasses
import struct
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from arenite.errors import ModelError
from arenite.model import Data, Metadata

if TYPE_CHECKING:
    from arenite.model import Model

PLAN_NAME = "OfflineMemoryAllocation"
TARGET_NAME = "arenite.target"
"""Beside a plan: the name of the target that it was made for; see `target_name`."""

_VERSION = 1
_READABLE_VERSIONS = (0, 1)
_HEADER = 3
_AT_RUN_TIME = -1
_LARGEST_OFFSET = 2**31 - 1


@dataclass(frozen=True, slots=True)
class MemoryPlan:
    """Addresses chosen ahead: `offsets[g][t]` for tensor t of graph g, in bytes from the start of the head.

    None means that the run time plans the tensor itself; constants and variables in the tail have None too.
    """

    offsets: tuple[tuple[int | None, ...], ...]


def read_plan(model: Model) -> MemoryPlan | None:
    """Return the offline plan of a model, None if it has none. Of several, TFLM follows the last,
    but refuses the model for any that does not fit.

    Raises:
        ModelError: TFLM would refuse the plan, or read past its end.
    """
    entries = [entry for entry in model.metadata if entry.name == PLAN_NAME]
    # Entries that share their content are one object.
    plans = {entry.data: _decode(entry.data.content, model) for entry in {each.data: each for each in entries}.values()}
    return plans[entries[-1].data] if entries else None


def _decode(content: bytes | memoryview, model: Model) -> MemoryPlan:
    where = f"{model.name}: the offline memory plan"
    if len(content) % 4 or len(content) < 4 * _HEADER:
        raise ModelError(f"{where} has {len(content)} bytes; at least {4 * _HEADER} and a multiple of 4 are needed")
    version, _, count, *offsets = struct.unpack(f"<{len(content) // 4}i", content)
    if version not in _READABLE_VERSIONS:
        raise ModelError(f"{where} has version {version}; only version {_VERSION} is known")
    tensors = [len(graph.tensors) for graph in model.graphs]
    if count != sum(tensors):
        raise ModelError(f"{where} is for {count} tensors, but the model has {sum(tensors)}; TFLM refuses it")
    if len(offsets) < count:
        raise ModelError(f"{where} announces {count} offsets, but holds {len(offsets)}")
    if any(offset < _AT_RUN_TIME for offset in offsets[:count]):
        raise ModelError(f"{where} holds a negative offset other than {_AT_RUN_TIME}")
    rest = iter(offsets)
    return MemoryPlan(
        tuple(
            tuple(None if offset == _AT_RUN_TIME else offset for offset in (next(rest) for _ in range(number)))
            for number in tensors
        )
    )


def with_plan(model: Model, plan: MemoryPlan | None) -> Model:
    """Return the model with this plan in place of any other, or without one; the same object if nothing changes.

    Without a plan there is no target that it was made for either.

    Raises:
        ModelError: the plan does not fit the model's tensors, or an offset cannot be written as int32.
    """
    entries = [entry for entry in model.metadata if entry.name == PLAN_NAME]
    if plan is None:
        kept = tuple(entry for entry in model.metadata if entry.name not in (PLAN_NAME, TARGET_NAME))
        return _with_metadata(model, kept) if entries else model
    content = _encode(plan, model)
    if not entries:
        return _with_metadata(model, (*model.metadata, Metadata(PLAN_NAME, Data(content))))
    keep = entries[-1]
    if len(entries) == 1 and bytes(keep.data.content) == content:
        return model
    renewed = keep if bytes(keep.data.content) == content else dataclasses.replace(keep, data=Data(content))
    others = (renewed if entry is keep else entry for entry in model.metadata if entry not in entries[:-1])
    return _with_metadata(model, tuple(others))


def _with_metadata(model: Model, metadata: tuple[Metadata, ...]) -> Model:
    return dataclasses.replace(model, metadata=metadata)


def _encode(plan: MemoryPlan, model: Model) -> bytes:
    planned = [len(offsets) for offsets in plan.offsets]
    tensors = [len(graph.tensors) for graph in model.graphs]
    if planned != tensors:
        raise ModelError(f"{model.name}: a memory plan for {planned} tensors per subgraph does not fit {tensors}")
    offsets = [_AT_RUN_TIME if offset is None else offset for offset in chain(*plan.offsets)]
    if any(not _AT_RUN_TIME <= offset <= _LARGEST_OFFSET for offset in offsets):
        raise ModelError(f"{model.name}: the memory plan holds an offset outside of 0 to {_LARGEST_OFFSET}")
    return struct.pack(f"<{_HEADER + len(offsets)}i", _VERSION, len(tensors), len(offsets), *offsets)


def is_vela(model: Model) -> bool:
    """Whether Arm's Vela compiled the model for an Ethos-U NPU: its command streams hold addresses of their own."""
    return model.description == "Vela Optimized" or any(
        operator.custom_code == "ethos-u" for graph in model.graphs for operator in graph.operators
    )
