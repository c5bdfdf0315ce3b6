"""Sources of models for other processes, which import this module: some fail, some end the process."""

from __future__ import annotations

import os
import time
from pathlib import Path

from arenite import zoo


def build(name, seed=0):
    return zoo.build(name, seed=seed)


def fails():
    raise ValueError("out of\nideas")


def makes_nothing():
    return 5


def dies():
    """Ends the process, but not before dask's nanny has seen it start: it does not start such a process again."""
    time.sleep(0.5)
    os._exit(3)


def dies_once(mark):
    """Ends the process unless the file `mark` says that it has done so before."""
    if not Path(mark).exists():
        Path(mark).touch()
        dies()
    return zoo.build("paper")
