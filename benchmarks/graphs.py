"""Ordering problems by family and size, without any model file; every one is the same on every machine.

`FAMILIES[name](operators)` gives a member with about that many operators. The functions behind it take the shapes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.convolutional import chain, densenet, hrnet, inception, mobilenet_v2, unet, unet_plus_plus
from benchmarks.random_graphs import randwire, windowed
from benchmarks.searched import amoebanet, darts, nasnet_a

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.problems.order import Problem

__all__ = [
    "FAMILIES",
    "amoebanet",
    "chain",
    "darts",
    "densenet",
    "hrnet",
    "inception",
    "mobilenet_v2",
    "nasnet_a",
    "randwire",
    "unet",
    "unet_plus_plus",
    "windowed",
]


def _scaled(family: Callable[[int], Problem]) -> Callable[[int], Problem]:
    """The family by operators instead of by repeated parts: what a part costs is read off its first two sizes."""

    def member(operators: int) -> Problem:
        few, many = family(3).operators, family(5).operators
        parts = 3 + 2 * (operators - few) / (many - few)
        return family(max(1, round(parts)))

    return member


FAMILIES: dict[str, Callable[[int], Problem]] = {
    "chain": chain,
    "MobileNetV2": _scaled(mobilenet_v2),
    "Inception": _scaled(inception),
    "DenseNet": _scaled(densenet),
    "U-Net": _scaled(unet),
    "U-Net++": _scaled(unet_plus_plus),
    "HRNet": _scaled(hrnet),
    "DARTS": _scaled(darts),
    "AmoebaNet": _scaled(amoebanet),
    "NASNet-A": _scaled(nasnet_a),
}
"""The structured families."""
