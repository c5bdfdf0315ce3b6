"""What the kernels of a runtime do with memory: where an operator's output may share bytes with its own input.

A rule is derived from the order in which a kernel reads and writes, never from measured examples; `docs/overlap.md`
says which rule is tight. This room knows operators, and nothing of plans, files or targets.
"""

from arenite.backends.overlap import ANYWHERE, APART, Overlap
from arenite.backends.rules import overlap
from arenite.backends.sets import Kernels

__all__ = ["ANYWHERE", "APART", "Kernels", "Overlap", "overlap"]
