"""Passes from a model to a model that computes the same: each a function, or a frozen dataclass of its options.

A pass that changes nothing returns the same object. None changes the inputs and outputs that an application sees.
`passes.py` has their order; docs/rewrites.md says which are made unasked.
"""

from arenite.rewrite.dilate import dilate
from arenite.rewrite.fold import fold
from arenite.rewrite.prune import prune
from arenite.rewrite.shapes import fold_shapes
from arenite.rewrite.unpack_int4 import unpack_int4
from arenite.rewrite.widen_bias import widen_bias

__all__ = ["dilate", "fold", "fold_shapes", "prune", "unpack_int4", "widen_bias"]
