"""Passes: rewrites from a model to a model that computes the same.

A pass is a frozen dataclass whose fields are its options. `interface.py` defines passes, `passes.py` the order in which
a source goes through them; docs/rewrites.md lists those that run by default. `strips` and `channels` contain the two
passes that split a region according to a plan.
"""

from arenite.rewrite.dilate import Dilate
from arenite.rewrite.fold_constants import FoldConstants
from arenite.rewrite.interface import Pass
from arenite.rewrite.shapes import FoldShapes
from arenite.rewrite.tidy import Fold, Prune, Tidy
from arenite.rewrite.transposes import Transposes
from arenite.rewrite.unpack_int4 import UnpackInt4
from arenite.rewrite.widen_bias import DeclareBias, WidenBias

__all__ = [
    "DeclareBias",
    "Dilate",
    "Fold",
    "FoldConstants",
    "FoldShapes",
    "Pass",
    "Prune",
    "Tidy",
    "Transposes",
    "UnpackInt4",
    "WidenBias",
]
