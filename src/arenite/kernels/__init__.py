"""What the kernels of a runtime do with memory: where an operator's output may share bytes with its own input.

A rule is derived from the order in which a kernel reads and writes, never from measured examples; `docs/overlap.md`
says which rule is tight. This room knows operators, and nothing of plans, files or targets.
"""

from arenite.kernels.overlap import ANYWHERE, APART, Overlap
from arenite.kernels.rules import overlap
from arenite.kernels.sets import Kernels

__all__ = ["ANYWHERE", "APART", "Kernels", "Overlap", "overlap"]
