"""The quantization of a tensor, for comparison with that of another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arenite.model import Tensor


def steps(tensor: Tensor) -> object:
    """Scales and zero points of a tensor; None without quantization."""
    quantization = tensor.quantization
    return quantization and (tuple(quantization.scale), tuple(quantization.zero_point))
