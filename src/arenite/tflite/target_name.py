"""The target that an offline memory plan was made for, in the model's metadata beside the plan.

A plan in which buffers share bytes is right with some kernels only, which the plan itself does not tell. Runtimes pass
over metadata that they do not know.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from arenite.model import Data, Metadata
from arenite.tflite.memory_plan import PLAN_NAME, TARGET_NAME

if TYPE_CHECKING:
    from arenite.model import Model


def read_target_name(model: Model) -> str | None:
    """The name of the target that the model's plan was made for; None where the file has no plan or does not tell."""
    if not any(entry.name == PLAN_NAME for entry in model.metadata):
        return None
    names = [bytes(entry.data.content) for entry in model.metadata if entry.name == TARGET_NAME]
    return names[-1].decode("utf-8", errors="replace") if names else None


def with_target_name(model: Model, name: str) -> Model:
    """The model with this name in place of any other; the same object if nothing changes."""
    entries = [entry for entry in model.metadata if entry.name == TARGET_NAME]
    if len(entries) == 1 and bytes(entries[0].data.content) == name.encode():
        return model
    others = (entry for entry in model.metadata if entry not in entries)
    return dataclasses.replace(model, metadata=(*others, Metadata(TARGET_NAME, Data(name.encode()))))
