"""What the kernels of a runtime do with memory: sets of kernels behind one interface, each in a folder of its own.

`backend` is the interface, `any_of` stands for any of several sets, `sets` names all that are known. `tflm` is TFLM's
own planner and bookkeeping, which asks the sets. `target` names what users choose: a set of kernels on a core.
"""

from arenite.backends.backend import Backend
from arenite.backends.overlap import ANYWHERE, APART, Overlap

__all__ = ["ANYWHERE", "APART", "Backend", "Overlap"]
