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
    from arenite.boards import find_target
    from arenite.budget import Budget
    from arenite.bundle import export_tflm
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
    from arenite.model import Model
    from arenite.operators.peak import peak_memory
    from arenite.runtimes.verification import Verification, verify
    from arenite.search.c_export import export_c
    from arenite.search.exploration import Exploration, explore
    from arenite.search.inspection import Inspection, inspect
    from arenite.search.optimization import Options, least_peak_memory, optimize
    from arenite.search.plan import Plan
    from arenite.search.runnable import refusals
    from arenite.search.sweep.record import CostRecord
    from arenite.search.sweep.run import costs
    from arenite.tflite.read import read_model as read

__all__ = [
    "AreniteError",
    "Budget",
    "CostRecord",
    "Exploration",
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
    "costs",
    "explore",
    "export_c",
    "export_tflm",
    "find_target",
    "inspect",
    "least_peak_memory",
    "optimize",
    "peak_memory",
    "read",
    "refusals",
    "verify",
    "zoo",
]

# Each name is loaded when it is first used, so that `import arenite` costs nothing.
_HOME = {
    "Budget": "arenite.budget",
    "CostRecord": "arenite.search.sweep.record",
    "Exploration": "arenite.search.exploration",
    "Inspection": "arenite.search.inspection",
    "Model": "arenite.model",
    "Options": "arenite.search.optimization",
    "Plan": "arenite.search.plan",
    "Target": "arenite.backends.target",
    "Verification": "arenite.runtimes.verification",
    "costs": "arenite.search.sweep.run",
    "explore": "arenite.search.exploration",
    "export_c": "arenite.search.c_export",
    "export_tflm": "arenite.bundle",
    "find_target": "arenite.boards",
    "inspect": "arenite.search.inspection",
    "least_peak_memory": "arenite.search.optimization",
    "optimize": "arenite.search.optimization",
    "peak_memory": "arenite.operators.peak",
    "read": "arenite.tflite.read",
    "refusals": "arenite.search.runnable",
    "verify": "arenite.runtimes.verification",
}
_NAME_THERE = {"read": "read_model"}


def __getattr__(name: str) -> Any:
    if name == "zoo":
        return importlib.import_module("arenite.zoo")
    if name not in __all__:
        raise AttributeError(f"module 'arenite' has no attribute {name!r}")
    home = importlib.import_module(_HOME.get(name, "arenite.errors"))
    found = globals()[name] = getattr(home, _NAME_THERE.get(name, name))
    return found
