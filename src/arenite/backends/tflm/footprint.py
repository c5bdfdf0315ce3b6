"""What TFLM allocates for one operator while it starts up: sizes only; `start` places them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from arenite.backends.build import round_up, size_of
from arenite.backends.tflm import structures
from arenite.backends.tflm.allocation import ARENA_ALIGNMENT
from arenite.backends.tflm.prepare import quantization_pieces

if TYPE_CHECKING:
    from arenite.backends.build import Instance
    from arenite.backends.tflm.backend import TflmBackend

    Piece = tuple[int, int]
    """Size and alignment of an allocation in bytes."""


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
    return _length(pieces, begin % ARENA_ALIGNMENT)
