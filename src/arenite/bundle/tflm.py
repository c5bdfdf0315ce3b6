"""A bundle for TFLM: source files that an application compiles together with a checkout of TFLM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.backends.target import TFLM, Target
from arenite.bundle.array import model_header, model_source
from arenite.bundle.build_file import build_file
from arenite.bundle.interface import interface, runner
from arenite.bundle.resolver import operators, resolver_header
from arenite.bundle.size import arena_header
from arenite.checkers.validity import validity
from arenite.codegen.assemble import port
from arenite.codegen.names import checked, identifier
from arenite.codegen.text.selftest import Tested, compared, status_checked
from arenite.errors import OptionError
from arenite.hardware import target_of
from arenite.runtimes.example import Example, example
from arenite.runtimes.run import Failure
from arenite.tflite.sources import ModelSource, model_of
from arenite.tflite.write import write_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arenite.codegen.program import Port
    from arenite.model import Model


@dataclass(frozen=True)
class Bundle:
    """Source files, as name -> text; `untested` says why no self-test is among them, and is None if there is one."""

    files: dict[str, str]
    untested: str | None


def export_tflm(model: ModelSource, name: str | None = None, target: Target | str = TFLM) -> dict[str, str]:
    """Source files that run a model in TFLM, by file name.

    `NAME.h` and `NAME.cpp` are the functions to call, `NAME_model.h` and `NAME_model.cpp` contain the file as an array,
    `NAME_arena.h` the arena size to declare, `NAME_resolver.h` the operators in use. `NAME_test.cpp` compares with a
    stored inference, and is among the files if a runtime could run the model. `CMakeLists.txt` builds them.

    Args:
        model: the model, or what `read` takes, exported in its order and layout: optimize it first.
        name: prefix of files and identifiers; None derives it from the model's name.
        target: the target whose kernels and core decide the arena size, its name, or that of a board.

    Raises:
        OptionError: the name is not a prefix of identifiers, the target is generated C, or the model's plan is
            invalid for the target's kernels.
        ModelError: TFLM has no kernel for an operator, or the model's plan does not match its tensors.
    """
    return bundled(model_of(model), name, target_of(target)).files


def bundled(model: Model, name: str | None, target: Target) -> Bundle:
    """As `export_tflm`, and why there is no self-test."""
    name = identifier(model.name) if name is None else checked(name)
    _check_plan(model, target)
    used = operators(model)
    content = write_bytes(model)
    inputs, outputs = ([port(each, 0) for each in tensors] for tensors in (model.main.inputs, model.main.outputs))
    files = {
        f"{name}.cpp": runner(model, name, inputs, outputs),
        f"{name}.h": interface(name, inputs, outputs),
        f"{name}_arena.h": arena_header(model, name, target),
        f"{name}_model.cpp": model_source(name, content),
        f"{name}_model.h": model_header(name, len(content)),
        f"{name}_resolver.h": resolver_header(used, name),
    }
    compiled = [file for file in files if file.endswith(".cpp")]
    found = example(model.with_plan(None))  # the plan may be wrong for the kernels of the runtime that runs the example
    untested = found.reason if isinstance(found, Failure) else None
    if not isinstance(found, Failure):
        files[f"{name}_test.cpp"] = _selftest(name, inputs, outputs, found)
    return Bundle({"CMakeLists.txt": build_file(name, compiled, untested), **files}, untested)


def _check_plan(model: Model, target: Target) -> None:
    if target.generated:
        raise OptionError(f"{target.name} is no TFLM; give a target of TFLM, or export the model as C")
    plan = validity(model)
    if not plan.holds(target):
        made_for = f", made for {ascii(plan.made_for)[1:-1]}," if plan.made_for else ""
        raise OptionError(
            f"{model.name}: the memory plan{made_for} gives wrong results on {target.name}; optimize the model for "
            f"target {target.name}"
        )


def _selftest(name: str, inputs: Sequence[Port], outputs: Sequence[Port], stored: Example) -> str:
    """The test: an inference of the stored inputs in NAME_run(), after which the outputs are in arrays of the test."""
    got = [f"got_{number}" for number, _ in enumerate(outputs)]
    declared = "".join(
        f"static {port.kind.name} {array}[{name.upper()}_OUTPUT_{number}_LENGTH];\n"
        for number, (port, array) in enumerate(zip(outputs, got, strict=True))
    )
    call = f"{name}_run({', '.join([*(f'input_{number}' for number, _ in enumerate(inputs)), *got])})"
    run = f"  {name}_reset();\n{status_checked(name.upper(), call, len(outputs))}"
    return compared(Tested(name, "cpp", inputs, outputs, run, got, declared), stored)
