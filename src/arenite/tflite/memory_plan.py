"""Encoding of an offline memory plan, which stock TFLM follows instead of planning at run time.

Format and rules: `GetOfflinePlannedOffsets` in TFLM's micro_allocation_info.cc, and its docs/memory_management.md.
Little-endian int32: version 1, number of subgraphs, number of offsets, then one offset per tensor of all subgraphs in
file order. TFLM reads only the third number and the offsets; Vela writes version 0.
"""

from __future__ import annotations

import struct
from itertools import chain
from typing import TYPE_CHECKING

from arenite.errors import ModelError
from arenite.model import MemoryPlan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.model import Graph

_VERSION = 1
_READABLE_VERSIONS = (0, 1)
_HEADER = 3
_AT_RUN_TIME = -1
_LARGEST_OFFSET = 2**31 - 1


def decode_plan(content: bytes | memoryview, graphs: Sequence[Graph], name: str) -> MemoryPlan:
    """Decode the plan for the tensors of `graphs`. Errors call the model `name`.

    Raises:
        ModelError: TFLM would refuse the plan or read past its end.
    """
    where = f"{name}: the offline memory plan"
    if len(content) % 4 or len(content) < 4 * _HEADER:
        raise ModelError(f"{where} has {len(content)} bytes; at least {4 * _HEADER} and a multiple of 4 are needed")
    version, _, count, *offsets = struct.unpack(f"<{len(content) // 4}i", content)
    if version not in _READABLE_VERSIONS:
        raise ModelError(f"{where} has version {version}; only version {_VERSION} is known")
    tensors = [len(graph.tensors) for graph in graphs]
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


def encode_plan(plan: MemoryPlan, graphs: Sequence[Graph], name: str) -> bytes:
    """Encode a plan for the tensors of `graphs`.

    Raises:
        ModelError: the plan does not match the tensors, or an offset does not fit in an int32.
    """
    planned = [len(offsets) for offsets in plan.offsets]
    tensors = [len(graph.tensors) for graph in graphs]
    if planned != tensors:
        raise ModelError(f"{name}: a memory plan for {planned} tensors per subgraph does not fit {tensors}")
    offsets = [_AT_RUN_TIME if offset is None else offset for offset in chain(*plan.offsets)]
    if any(not _AT_RUN_TIME <= offset <= _LARGEST_OFFSET for offset in offsets):
        raise ModelError(f"{name}: the memory plan holds an offset outside of 0 to {_LARGEST_OFFSET}")
    return struct.pack(f"<{_HEADER + len(offsets)}i", _VERSION, len(tensors), len(offsets), *offsets)
