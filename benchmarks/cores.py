"""The cores that benchmarks may use."""

from __future__ import annotations

import os

CORES = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))
"""Numbers of the cores that this process had before it stayed on one."""


def stay_on_one_core() -> None:
    """Use the first of the cores only, where the system allows to choose."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(CORES)})
