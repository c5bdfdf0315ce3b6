"""Memory use of a runtime's kernels: sets of kernels behind one interface, each in its own folder.

`backend` is the interface, `sets` lists all known sets, and combines several of which any may run. `tflm` is
TFLM's planner and bookkeeping, which queries the sets. `target` names what users choose: a set of kernels on a core.
"""

from arenite.backends.backend import Backend
from arenite.backends.overlap import ANYWHERE, APART, Overlap

__all__ = ["ANYWHERE", "APART", "Backend", "Overlap"]
