"""Names of a program's constants, after the tensors or operators to which they belong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.names import words
from arenite.codegen.program import Constant, If, Loop, Parameters, Part, Structure, While, calls

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from arenite.codegen.program import Argument, Field, Program

    Named = Constant | Parameters | Loop

_TAKEN = (
    *("arena", "constants", "reset", "reset_in", "test"),
    *("invoke", "invoke_in"),
    *("begin", "begin_in", "feed", "feed_in", "go_on", "own_state", "state", "wait_for"),
)
"""Suffixes that functions and files of the interface use."""


def named(program: Program) -> Mapping[Named, str]:
    """Names of all constants, each after the ones that it points to: arrays, parameters, tables of loops."""
    names: dict[Named, str] = {}
    taken = {f"{program.name}_{name}" for name in _TAKEN} | {function.name for function in program.functions}
    taken |= {port.symbol for port in program.by_rows}
    for constant in _constants(program):
        if constant not in names:
            names[constant] = _free(f"{program.name}_{words(_label(constant)) or 'constant'}", taken)
            taken.add(names[constant])
    return names


def _label(constant: Named) -> str:
    return "rows" if isinstance(constant, Loop) else constant.label


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def _constants(program: Program) -> Iterator[Named]:
    steps = [step for function in (program.main, *program.inner) for step in function.steps]
    for step in (*steps, *program.resets):
        if isinstance(step, Loop) and step.table:
            yield step
        if isinstance(step, If | While) and isinstance(step.condition, Constant):
            yield step.condition
        for call in calls([step]):
            for argument in call.arguments:
                yield from _of(argument)


def _of(value: Argument | Field) -> Iterator[Named]:
    """Constants in an argument or a field, the ones that are pointed to first."""
    if isinstance(value, Part):
        yield value.array
    elif isinstance(value, Constant):
        yield value
    elif isinstance(value, Parameters):
        yield from _of(value.structure)
        yield value
    elif isinstance(value, Structure):
        for _, field in value.fields:
            yield from _of(field)
