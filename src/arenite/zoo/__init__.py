"""Family name, parameters -> int8 model with random weights, so that examples and tests need no downloaded file.

`MODELS` lists the families. Sizes, operators and wiring are those of the networks that the families are named after.
Equal parameters, including the seed, give equal bytes.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.names import did_you_mean
from arenite.zoo.chain import chain
from arenite.zoo.darts import darts
from arenite.zoo.densenet import densenet
from arenite.zoo.family import Family
from arenite.zoo.inception import inception
from arenite.zoo.mobilenet import mobilenet_v1, mobilenet_v2
from arenite.zoo.nasnet import nasnet_a
from arenite.zoo.paper import paper
from arenite.zoo.random_wired import random_wired
from arenite.zoo.resnet import resnet8
from arenite.zoo.swiftnet import swiftnet_cell
from arenite.zoo.tcn import tcn
from arenite.zoo.unet import unet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.model import Model

__all__ = ["MODELS", "Family", "build", "find_family"]

_CLASSES = {"classes": (2, 1000)}
_SIZES = {"channels": (1, 512), "resolution": (8, 512), **_CLASSES}
"""Least and largest values of parameters that several families share."""

MODELS: Mapping[str, Family] = MappingProxyType(
    {
        "paper": Family(paper, "the example graph of arXiv 1910.05110: 5,216 B as filed, 4,960 B at best", {}),
        "mobilenet-v1": Family(
            mobilenet_v1, "MobileNet v1, a chain of separable convolutions", {"alpha": (0.05, 2.0), **_SIZES}
        ),
        "mobilenet-v2": Family(
            mobilenet_v2, "MobileNetV2, a chain of inverted residuals", {"width": (0.05, 2.0), **_SIZES}
        ),
        "swiftnet-cell": Family(
            swiftnet_cell, "SwiftNet-Cell-like irregular cells: 351 KB as filed, 301 KB at best", _SIZES
        ),
        "random-wired": Family(
            random_wired,
            "Watts-Strogatz graphs of separable convolutions",
            {"nodes": (3, 2048), "k": (2, 64), "p": (0.0, 1.0), "stages": (1, 256), **_SIZES},
        ),
        "nasnet-a": Family(nasnet_a, "NASNet-A, three stacks of searched cells", {"cells": (1, 256), **_SIZES}),
        "darts": Family(darts, "DARTS-V2, normal and reduction cells", {"cells": (1, 1024), **_SIZES}),
        "densenet": Family(
            densenet,
            "DenseNet-BC, every layer reads all layers before it",
            {"blocks": (1, 8), "layers": (1, 256), "growth": (1, 256), "resolution": (8, 512), **_CLASSES},
        ),
        "u-net": Family(unet, "U-Net, an encoder whose stages wait for the decoder", {"depth": (1, 6), **_SIZES}),
        "inception": Family(inception, "Inception modules of four branches", {"modules": (1, 256), **_SIZES}),
        "resnet8": Family(resnet8, "ResNet-8, MLPerf Tiny's image classification", _SIZES),
        "chain": Family(
            chain, "a chain of 3x3 convolutions, whose order cannot be chosen", {"length": (1, 4096), **_SIZES}
        ),
        "tcn": Family(
            tcn,
            "a temporal convolutional network, dilated convolutions along time without padding",
            {
                "frames": (8, 8192),
                "features": (1, 512),
                "channels": (1, 512),
                "layers": (1, 10),
                "kernel": (2, 9),
                **_CLASSES,
            },
        ),
    }
)


def build(name: str, /, **parameters: float | str) -> Model:
    """Build a model of the family `name`; parameters that are not given have their defaults.

    Raises:
        OptionError: the family or a parameter is unknown, or a value is out of range.
    """
    return find_family(name).build(name, parameters)


def find_family(name: str) -> Family:
    """The family called `name`.

    Raises:
        OptionError: no family has this name.
    """
    if name not in MODELS:
        hint = did_you_mean(name.lower(), MODELS, f"choose from {', '.join(MODELS)}")
        raise OptionError(f"no model {name!r} in the zoo; {hint}")
    return MODELS[name]
