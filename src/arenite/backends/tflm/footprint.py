"""What TFLM allocates for one operator while it starts up: sizes only; `tail` places them.

A kernel's Prepare allocates a TfLiteTensor for each tensor that it looks at; each takes temporary memory until Prepare
returns. Source: the calls of AllocateTempInputTensor and AllocateTempOutputTensor in TFLM's kernels/*.cc.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from arenite.backends.build import round_up, size_of
from arenite.backends.reference import decode, detection
from arenite.backends.tflm import structures
from arenite.backends.tflm.structures import QUANTIZATION
from arenite.operators.liveness import ALIGNMENT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from arenite.backends.build import Abi, Instance
    from arenite.backends.tflm.backend import TflmBackend
    from arenite.model import Operator, Tensor

    Piece = tuple[int, int]
    """Size and alignment of an allocation in bytes."""


INT = 4


def looks(kernel: Instance) -> tuple[Tensor, ...]:
    """Tensors in the order of the kernel's allocations; a tensor is repeated if it is allocated twice.

    By default an operator allocates each input and output once. A set of kernels may override this.
    """
    operator = kernel.operator
    inputs = [tensor for tensor in operator.inputs if tensor is not None]
    every = (*inputs, *operator.outputs)
    if operator.label in SOME:
        return SOME[operator.label](operator, inputs)
    if operator.code in ("CONV_2D", "DEPTHWISE_CONV_2D"):
        return (*inputs[:2], *operator.outputs, *every)
    if operator.code == "TRANSPOSE_CONV":
        return (*inputs[1:3], *operator.outputs, *inputs[1:], *operator.outputs)
    return every


def _pair_by_pair(operator: Operator, inputs: Sequence[Tensor]) -> tuple[Tensor, ...]:
    groups = zip(inputs[::2], inputs[1::2], operator.outputs, strict=False)
    return tuple(tensor for group in groups for tensor in group)


SOME: Mapping[str, Callable[[Operator, Sequence[Tensor]], tuple[Tensor, ...]]] = {
    **dict.fromkeys(("CALL_ONCE", "WHILE"), lambda _, __: ()),
    **dict.fromkeys(("IF", "READ_VARIABLE", "SPLIT", "SPLIT_V", "ethos-u"), lambda _, inputs: tuple(inputs[:1])),
    detection.NAME: lambda _, inputs: tuple(inputs),
    decode.NAME: _pair_by_pair,
}
"""Operators that allocate no tensor, only the first input (for SPLIT that is the axis), all inputs, or each pair of
inputs followed by its output."""


def quantization_pieces(tensor: Tensor, abi: Abi) -> tuple[tuple[int, int], ...]:
    """(bytes, alignment) of a tensor's quantization: its structure, and its array of 32-bit zero points."""
    quantization = tensor.quantization
    if quantization is None or not quantization.scale or not quantization.zero_point:
        return ()
    return (size_of(QUANTIZATION, abi), (INT * (1 + len(quantization.scale)), INT))


@dataclass(frozen=True, slots=True)
class Footprint:
    """The allocations of one operator, in bytes; a model in parts has many operators with the same footprint.

    options: the structure of its builtin options; None without one.
    structure: the structure that its kernel's Init allocates; 0 without one.
    borrowed: temporary allocations of its kernel's Prepare, in order.
    kept: further allocations in the tail that its kernel makes, in order.
    requests: number of scratch buffers that its kernel requests.
    known: whether all tail allocations and scratch requests of the operator are known.
    """

    options: Piece | None
    structure: int
    borrowed: tuple[Piece, ...]
    kept: tuple[int, ...]
    requests: int
    known: bool


def footprint(kernel: Instance, backend: TflmBackend) -> Footprint:
    """The allocations of an operator in a build, with the kernels of `backend`."""
    operator, abi = kernel.operator, kernel.abi
    options = structures.OPTIONS.get(operator.code)
    structure = backend.structure(operator.label)
    if abi.compression:
        structure += structures.COMPRESSION.get(operator.label, "")
    borrowed: list[Piece] = []
    for seen in backend.looks(kernel):
        borrowed += [size_of(structures.TENSOR, abi), *quantization_pieces(seen, abi)]
    return Footprint(
        size_of(options, abi) if options else None,
        size_of(structure, abi)[0] if structure else 0,
        tuple(borrowed),
        backend.kept(kernel),
        len(backend.scratch(operator, abi)),
        backend.is_known(kernel),
    )


@lru_cache(maxsize=1024)  # many operators borrow the same pieces
def _length(pieces: tuple[Piece, ...], begin: int) -> int:
    end = begin
    for size, alignment in pieces:
        end = round_up(end, alignment) + size
    return end - begin


def length(pieces: tuple[Piece, ...], begin: int) -> int:
    """Bytes from address `begin` to the end of pieces that are allocated upwards from there."""
    return _length(pieces, begin % ALIGNMENT)
