"""Calls of CMSIS-NN in generated C: `arenite export --c DIR --cmsis-nn CORE`."""

from arenite.codegen.cmsis_nn.lowering import LOWERINGS

__all__ = ["LOWERINGS"]
