"""Passes from a model to a model that computes the same: frozen dataclasses, whose fields are their options.

`interface.py` says what every pass is, `passes.py` in which order a source goes through them, and docs/rewrites.md
which of them are made unasked. `strips` and `channels` hold the two passes that split a region, given its plan.
"""

from arenite.rewrite.dilate import Dilate
from arenite.rewrite.fold import Fold
from arenite.rewrite.interface import Pass
from arenite.rewrite.prune import Prune
from arenite.rewrite.shapes import FoldShapes
from arenite.rewrite.tidy import Tidy
from arenite.rewrite.unpack_int4 import UnpackInt4
from arenite.rewrite.widen_bias import DeclareBias, WidenBias

__all__ = ["DeclareBias", "Dilate", "Fold", "FoldShapes", "Pass", "Prune", "Tidy", "UnpackInt4", "WidenBias"]
