"""Memory use of a runtime's kernels: sets of kernels behind one interface, each in its own folder.

`backend` is the interface, `any_of` combines several sets of which any may run, `sets` lists all known sets. `tflm` is
TFLM's planner and bookkeeping, which queries the sets. `target` names what users choose: a set of kernels on a core.
"""

from arenite.backends.backend import Backend
from arenite.backends.overlap import ANYWHERE, APART, Overlap

__all__ = ["ANYWHERE", "APART", "Backend", "Overlap"]
