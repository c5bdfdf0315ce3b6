"""A model, or what `read` takes -> a bundle for TFLM, for a target that may be given by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite import bundle
from arenite.backends.target import TFLM
from arenite.codegen.names import identifier
from arenite.hardware import target_of
from arenite.tflite.sources import model_of

if TYPE_CHECKING:
    from arenite.backends.target import Target
    from arenite.tflite.sources import ModelSource


def export_tflm(model: ModelSource, name: str | None = None, target: Target | str = TFLM) -> dict[str, str]:
    """Source files that run a model in TFLM, by file name; `docs/export.md` lists them.

    Args:
        model: the model, or what `read` takes, exported in its order and layout: optimize it first.
        name: prefix of files and identifiers; None derives it from the model's name.
        target: the target whose kernels and core decide the arena size, its name, or that of a board.

    Raises:
        OptionError: the name is not a prefix of C++ identifiers, the target is generated C, or the model's plan is
            invalid for the target's kernels.
        ModelError: TFLM has no kernel for an operator, or the model's plan does not match its tensors.
    """
    source = model_of(model)
    return bundle.export_tflm(source, name or identifier(source.name), target_of(target))
