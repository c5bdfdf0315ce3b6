"""(Model) -> {file name: text}, and onto disk."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from arenite.backends.cmsis_nn.calls import called
from arenite.backends.target import CORES, C, find_target
from arenite.backends.tflm.folding import folded
from arenite.backends.tflm.kept import kept, run_graphs
from arenite.codegen import control
from arenite.codegen.arena import MOVES_WORTH, arena
from arenite.codegen.build_files import cmake, makefile
from arenite.codegen.cmsis_nn import LOWERINGS
from arenite.codegen.example import example
from arenite.codegen.int4 import unpacked, unpacked_model
from arenite.codegen.kernel_files import kernel_files
from arenite.codegen.loops import kernels, rolled
from arenite.codegen.names import checked, identifier
from arenite.codegen.operators.registry import lowering, outputs_fit
from arenite.codegen.reset import ACCESSES, reset_calls, variable_obstacles
from arenite.codegen.selftest import selftest
from arenite.codegen.source import header, source
from arenite.codegen.types import TYPES
from arenite.codegen.unit import Unit
from arenite.errors import OptionError, OutputError, UnsupportedError
from arenite.formulate.order import file_order
from arenite.model import ElementType
from arenite.operators.liveness import PLANNED_CONTROL_FLOW
from arenite.tflite.files import check_writable, replace_files
from arenite.tflite.memory_plan import with_plan

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from arenite.backends.target import Target
    from arenite.codegen.arena import Arena
    from arenite.codegen.control import Function
    from arenite.codegen.unit import Block, Call
    from arenite.model import Graph, Model, Operator, Tensor


def export_c(
    model: Model,
    name: str | None = None,
    *,
    may_move: bool = True,
    moves_worth: float = MOVES_WORTH,
    cmsis_nn: str | None = None,
) -> dict[str, str]:
    """The model as C99: name and text of all files, the same for the same model unless searches run out of time.

    The order is the model's own where it can be executed, the layout that of its plan where it is right.
    `<name>_test.c` is there if a runtime could run the model.

    Args:
        model: the model.
        name: the prefix of all names of the interface; by default it is made of the model's.
        may_move: whether tensors may move between operators, where that makes the arena smaller.
        moves_worth: bytes that the arena must become smaller for each byte that an inference moves.
        cmsis_nn: a core, such as "cortex-m4": call CMSIS-NN, built for it, for operators that it computes to the bit.

    Raises:
        UnsupportedError: there is no kernel for an operator, or for its types.
        ModelError: operators need each other's results in a circle.
        OptionError: `name` is no identifier, `cmsis_nn` no core that is known, or `moves_worth` below 0 or no number.
    """
    if not 0 <= moves_worth < float("inf"):
        raise OptionError(f"moves_worth: {moves_worth:g} is not a share of what is moved; 0.01 is a hundredth")
    name = identifier(model.name) if name is None else checked(name)
    target = target_of(cmsis_nn)
    model = executable(model)
    result = sources(model, name, target, may_move=may_move, moves_worth=moves_worth)
    compiled = [file for file in result if file.endswith(".c")]
    found = example(with_plan(model, None))  # which may be one for other kernels than a runtime's
    if found is not None:
        result[f"{name}_test.c"] = selftest(model, name, found, checked=target is not C)
    result["Makefile"] = makefile(name, compiled, test=found is not None, cmsis_nn=target is not C)
    result["CMakeLists.txt"] = cmake(name, compiled, test=found is not None, cmsis_nn=target is not C)
    return result


def executable(model: Model) -> Model:
    """The model with its operators after those whose results they read, else as they are filed; often the same object.

    Raises:
        ModelError: operators need each other's results in a circle.
    """
    graphs = tuple(map(_in_order, model.graphs))
    return model if graphs == model.graphs else replace(model, graphs=graphs)


def _in_order(graph: Graph) -> Graph:
    order, operators = file_order(graph), graph.operators
    if order == tuple(range(len(operators))):
        return graph
    return replace(graph, operators=tuple(operators[index] for index in order))


def prepared(model: Model) -> Model:
    """What is laid out and written of a model: executable, without what disappears, and with weights as bytes."""
    return unpacked_model(folded(executable(model)))


def target_of(cmsis_nn: str | None) -> Target:
    """The target that the code is for: one that calls CMSIS-NN where a core is given.

    Raises:
        OptionError: it is no core that is known.
    """
    if cmsis_nn is None:
        return C
    if cmsis_nn not in CORES:
        raise OptionError(f"no core is called {cmsis_nn!r}; CMSIS-NN is known on {', '.join(CORES)}")
    return find_target(f"c-cmsis-nn/{cmsis_nn}")


def sources(
    model: Model, name: str, target: Target = C, *, may_move: bool = True, moves_worth: float = MOVES_WORTH
) -> dict[str, str]:
    """`<name>.h`, `<name>.c` and the kernels of a model; see `export_c`."""
    _check_operators(model)
    model = prepared(model)
    place = arena(model, target, may_move=may_move, moves_worth=moves_worth)
    unit = Unit(dict(place.offsets), place.scratch, target.kernels)
    functions = {
        number: control.function(model, number, name, checked=target is not C) for number in control.inner_graphs(model)
    }
    steps = {number: rolled(_steps(model, unit, place, number, functions)) for number in (0, *functions)}
    resets = reset_calls(unit, model, kept(model), place.size - place.kept)
    inner = {each: steps[number] for number, each in functions.items()}
    own = {
        f"{name}.h": header(model, name, place, target),
        f"{name}.c": source(model, name, unit.definitions, steps[0], resets, called=inner, target=target),
    }
    return own | kernel_files(kernels([*(step for each in steps.values() for step in each), *resets]))


def _steps(
    model: Model, unit: Unit, place: Arena, number: int, functions: Mapping[int, Function]
) -> list[Call | Block]:
    """What runs a graph; only the main one has moves, and only where no other graph is run."""
    unit.graph, unit.calls = number, []
    flags = kept(model).flags
    for index, operator in enumerate(model.graphs[number].operators):
        unit.index = index
        for move in place.moves.get(index, ()) if number == 0 else ():
            unit.call("move", f"(void *)(arena + {move.target})", f"(const void *)(arena + {move.source})", move.size)
            unit.offsets = {**unit.offsets, **move.onto(unit.offsets)}
        if operator.code in PLANNED_CONTROL_FLOW:
            flag = place.size - place.kept + flags[operator].offset if operator in flags else None
            control.lower(unit, operator, functions, flag)
            continue
        lower = LOWERINGS[operator.code] if called(operator, unit.kernels) else lowering(operator)
        assert lower is not None  # checked above
        lower(unit, operator)
    return unit.calls


def arena_size(exported: Mapping[str, str]) -> int:
    """Bytes of the arena that exported files declare."""
    return _declared(exported, "ARENA_SIZE") or 0


def moved_bytes(exported: Mapping[str, str]) -> int:
    """Bytes that an inference of exported files moves within the arena."""
    return _declared(exported, "MOVED_BYTES") or 0


def _declared(exported: Mapping[str, str], macro: str) -> int | None:
    found = (re.search(rf"_{macro} (\d+)$", text, re.MULTILINE) for name, text in exported.items() if ".h" in name)
    return next((int(match[1]) for match in found if match), None)


def write_files(exported: Mapping[str, str], folder: str | os.PathLike[str], *, force: bool = False) -> None:
    """Write files into a folder, which is made if it is not there; all of them or none.

    A file that is there already with the same content is left alone.

    Raises:
        OutputError: one of the files exists with another content and `force` is not given, or the folder is not
            writable; nothing was written.
    """
    folder = Path(folder)
    wanted = {folder / name: text.encode() for name, text in exported.items()}
    try:
        changed = {path: data for path, data in wanted.items() if not path.is_file() or path.read_bytes() != data}
        if folder.is_dir():
            for path in changed:
                check_writable(path, force=force)
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written: {error.strerror or error}") from None
    replace_files(changed, force=force)


def _check_operators(model: Model) -> None:
    """Try every operator before a layout is sought."""
    places = {
        operator: f"{index} of graph {graph.name!r}" if graph is not model.main else str(index)
        for graph in run_graphs(model)
        for index, operator in enumerate(graph.operators)
    }
    problems = [
        f"operator {place} ({describe(operator)}): {why}"
        for operator, place in places.items()
        if (why := why_not(operator)) is not None
    ]
    problems += [
        f"{what} {tensor.name!r} ({tensor.type.name}): must be computed, and not empty"
        for what, tensors in (("input", model.main.inputs), ("output", model.main.outputs))
        for tensor in tensors
        if tensor.type not in TYPES or tensor.data is not None or not tensor.bytes
    ]
    handles = {tensor for each in places if each.code == "VAR_HANDLE" for tensor in each.outputs}
    problems += [
        f"output {tensor.name!r} ({tensor.type.name}): is a handle of a variable, which has no content"
        for tensor in model.main.outputs
        if tensor in handles
    ]
    problems += [
        f"operator {places[operator]} ({describe(operator)}): {obstacle}"
        for operator, obstacle in (*control.control_obstacles(model), *variable_obstacles(model))
    ]
    if problems:
        others = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise UnsupportedError(f"{model.name} cannot be exported to C: {problems[0]}{others}; nothing was written")


def why_not(operator: Operator) -> str | None:
    """Why an operator cannot be expressed in C, None if it can: it is tried on a layout that means nothing."""
    operator = unpacked(operator)
    lower = lowering(operator)
    if lower is None and operator.code not in PLANNED_CONTROL_FLOW:
        return "there is no kernel for it"
    if lower is not None and not outputs_fit(operator):
        return f"the number of outputs, {len(operator.outputs)}, is not that of its kind"
    for tensor in (*operator.inputs, *operator.outputs):
        if tensor is None or (operator.code in ACCESSES and tensor.type is ElementType.RESOURCE):
            continue
        if tensor.type not in TYPES or not tensor.bytes:
            return f"{tensor.name!r} {'has a type C has not' if tensor.bytes else 'is empty'}"
        if tensor.data is not None and len(tensor.data) < tensor.bytes:
            return f"{tensor.name!r} holds fewer values than its shape says: it is packed or sparse"
    try:
        if lower is not None:  # else see `control.control_obstacles`
            lower(Unit(_Anywhere()), operator)
    except UnsupportedError as error:
        return str(error)
    return None


def describe(operator: Operator) -> str:
    """An operator's kind and types: CONV_2D, INT8 x INT8 x INT32 -> INT8."""
    sources = " x ".join("none" if tensor is None else tensor.type.name for tensor in operator.inputs)
    targets = " x ".join(tensor.type.name for tensor in operator.outputs)
    return f"{operator.label}, {sources or 'nothing'} -> {targets or 'nothing'}"


class _Anywhere(dict["Tensor", int]):
    """Every tensor at an address of its own."""

    def __missing__(self, tensor: Tensor) -> int:
        self[tensor] = len(self)
        return self[tensor]
