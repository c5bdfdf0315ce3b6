"""A bundle for TFLM: five source files that an application compiles together with a checkout of TFLM."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from arenite.bundle.array import model_header, model_source
from arenite.bundle.example import example
from arenite.bundle.resolver import operators, resolver_header
from arenite.bundle.size import arena_header
from arenite.checkers.validity import validity
from arenite.errors import OptionError
from arenite.tflite.write import write_bytes

if TYPE_CHECKING:
    from arenite.backends.target import Target
    from arenite.model import Model

IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def export_tflm(model: Model, name: str, target: Target) -> dict[str, str]:
    """Source files that run a model in TFLM, by file name.

    `NAME_model.h` and `NAME_model.cc` contain the file as a constant array, `NAME_arena.h` the arena size to declare,
    `NAME_resolver.h` the operators in use, `NAME_main.cc` an example application.

    Args:
        model: the model, exported in its order and layout: optimize it first.
        name: prefix of files and identifiers.
        target: the target whose kernels and core decide the arena size.

    Raises:
        OptionError: the name is not a prefix of C++ identifiers, the target is generated C, or the model's plan is
            invalid for the target's kernels.
        ModelError: TFLM has no kernel for an operator, or the model's plan does not match its tensors.
    """
    if IDENTIFIER.fullmatch(name) is None or "__" in name:
        raise OptionError(f"{name!r} cannot begin a name in C++; use letters, digits and single underscores")
    if target.generated:
        raise OptionError(f"{target.name} is no TFLM; give a target of TFLM, or export the model as C")
    used = operators(model)
    plan = validity(model)
    if not plan.holds(target):
        made_for = f", made for {ascii(plan.made_for)[1:-1]}," if plan.made_for else ""
        raise OptionError(
            f"{model.name}: the memory plan{made_for} gives wrong results on {target.name}; optimize the model for "
            f"target {target.name}"
        )
    content = write_bytes(model)
    return {
        f"{name}_arena.h": arena_header(model, name, target),
        f"{name}_main.cc": example(model, name),
        f"{name}_model.cc": model_source(name, content),
        f"{name}_model.h": model_header(name, len(content)),
        f"{name}_resolver.h": resolver_header(used, name),
    }
