"""Fits TensorFlow Lite models into the RAM of a microcontroller.

>>> import arenite
>>> model = arenite.zoo.build("paper")
>>> arenite.peak_memory(model)
5216
>>> plan = arenite.optimize(model, arenite.Options(rounds=1, overlap=False))
>>> plan.before.peak, plan.after.peak, plan.after.head, plan.optimal
(5216, 4960, 4960, True)
>>> plan = arenite.optimize(model, arenite.Options(rounds=1, target="tflm-reference"))
>>> plan.before.head, plan.after.head, plan.optimal
(5216, 3664, True)
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # what type checkers take for true; the module `typing` is not worth the time that it loads

if TYPE_CHECKING:
    from typing import Any

    from arenite import zoo
    from arenite.backends.target import Target
    from arenite.budget import Budget
    from arenite.bundle.tflm import export_tflm
    from arenite.errors import (
        AreniteError,
        FitError,
        MissingDependencyError,
        ModelError,
        OptionError,
        OutputError,
        UnsupportedError,
        VerificationError,
    )
    from arenite.hardware import Board, boards, find_board, find_target, targets
    from arenite.model import Model
    from arenite.rewrite.outside import Ends
    from arenite.runtimes.verification import Verification, verify
    from arenite.search.c_export import export_c
    from arenite.search.exploration import Exploration, explore
    from arenite.search.fitting import Fit, check, fit
    from arenite.search.inspection import Inspection, inspect
    from arenite.search.optimization import Options, least_peak_memory, optimize
    from arenite.search.peak import peak_memory
    from arenite.search.plan import Plan
    from arenite.search.runnable import refusals
    from arenite.search.sweep.record import CostRecord
    from arenite.search.sweep.run import costs
    from arenite.tflite.sources import read

    __version__: str

__all__ = [
    "AreniteError",
    "Board",
    "Budget",
    "CostRecord",
    "Ends",
    "Exploration",
    "Fit",
    "FitError",
    "Inspection",
    "MissingDependencyError",
    "Model",
    "ModelError",
    "OptionError",
    "Options",
    "OutputError",
    "Plan",
    "Target",
    "UnsupportedError",
    "Verification",
    "VerificationError",
    "boards",
    "check",
    "costs",
    "explore",
    "export_c",
    "export_tflm",
    "find_board",
    "find_target",
    "fit",
    "inspect",
    "least_peak_memory",
    "optimize",
    "peak_memory",
    "read",
    "refusals",
    "targets",
    "verify",
    "zoo",
]

# Each name is loaded when it is first used, so that `import arenite` costs nothing. Errors are in `arenite.errors`.
_HOME = {
    "Board": "arenite.hardware",
    "Budget": "arenite.budget",
    "CostRecord": "arenite.search.sweep.record",
    "Exploration": "arenite.search.exploration",
    "Fit": "arenite.search.fitting",
    "Inspection": "arenite.search.inspection",
    "Model": "arenite.model",
    "Ends": "arenite.rewrite.outside",
    "Options": "arenite.search.optimization",
    "Plan": "arenite.search.plan",
    "Target": "arenite.backends.target",
    "Verification": "arenite.runtimes.verification",
    "boards": "arenite.hardware",
    "check": "arenite.search.fitting",
    "costs": "arenite.search.sweep.run",
    "explore": "arenite.search.exploration",
    "export_c": "arenite.search.c_export",
    "export_tflm": "arenite.bundle.tflm",
    "find_board": "arenite.hardware",
    "find_target": "arenite.hardware",
    "fit": "arenite.search.fitting",
    "inspect": "arenite.search.inspection",
    "least_peak_memory": "arenite.search.optimization",
    "optimize": "arenite.search.optimization",
    "peak_memory": "arenite.search.peak",
    "read": "arenite.tflite.sources",
    "refusals": "arenite.search.runnable",
    "targets": "arenite.hardware",
    "verify": "arenite.runtimes.verification",
}


def __getattr__(name: str) -> Any:
    if name == "zoo":
        return importlib.import_module("arenite.zoo")
    if name == "__version__":
        found = importlib.import_module("importlib.metadata").version("arenite")
    elif name in __all__:
        found = getattr(importlib.import_module(_HOME.get(name, "arenite.errors")), name)
    else:
        raise AttributeError(f"module 'arenite' has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """The names of the API, used or not, for `dir(arenite)` and completion; not what this module needs itself."""
    return sorted({*__all__, "__version__", *(name for name in globals() if name.startswith("__"))})
