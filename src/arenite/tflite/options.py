"""Builtin options of operators: conversion between schema tables and plain mappings, and the table of each kind."""

from __future__ import annotations

import re
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from arenite.errors import ModelError
from arenite.operators.kinds import REDUCTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.model import Option

# Kinds of operators whose options table has another name.
_SHARED_TABLES = {
    **dict.fromkeys(("AVERAGE_POOL_2D", "MAX_POOL_2D", "L2_POOL_2D"), "Pool2DOptions"),
    **dict.fromkeys(("MAXIMUM", "MINIMUM"), "MaximumMinimumOptions"),
    **dict.fromkeys(REDUCTIONS, "ReducerOptions"),
    **dict.fromkeys(("RANDOM_UNIFORM", "RANDOM_STANDARD_NORMAL", "MULTINOMIAL"), "RandomOptions"),
    "L2_NORMALIZATION": "L2NormOptions",
    "UNIDIRECTIONAL_SEQUENCE_RNN": "SequenceRNNOptions",
    "CONV_3D_TRANSPOSE": "Conv3DOptions",
}

GRAPH_OPTIONS = {
    "IF": ("then_subgraph_index", "else_subgraph_index"),
    "WHILE": ("cond_subgraph_index", "body_subgraph_index"),
    "CALL_ONCE": ("init_subgraph_index",),
}
"""Options of control-flow operators that name the graphs to call, in the order in which TFLM plans these graphs."""


def schema() -> Any:
    """The classes generated from the schema. Their import is slow, so it waits until a file is read."""
    from ai_edge_litert import schema_py_generated

    return schema_py_generated


@cache
def operator_names() -> dict[int, str]:
    """Names of the builtin operators by their code."""
    return {code: name for name, code in vars(schema().BuiltinOperator).items() if not name.startswith("_")}


@cache
def operator_numbers() -> dict[str, int]:
    """Codes of the builtin operators by their name."""
    return {name: code for code, name in operator_names().items()}


@cache
def _tables(union: str) -> dict[int, str]:
    return {number: name for name, number in vars(getattr(schema(), union)).items() if not name.startswith("_")}


@cache
def options_table(code: str) -> tuple[str, int, str] | None:
    """Options of a builtin operator: (union, number in the union, table name); None if the kind has no options."""
    wanted = _SHARED_TABLES.get(code, code.replace("_", "") + "Options").lower()
    for union in ("BuiltinOptions", "BuiltinOptions2"):
        for number, name in _tables(union).items():
            if name.lower() == wanted:
                return union, number, name
    return None


def table_name(union: str, number: int) -> str | None:
    """Name of the table for a number of a union; None for a number newer than the schema."""
    return _tables(union).get(number) if number else None


@cache
def snake(name: str) -> str:
    """Field name in the schema from a name of the object API: strideH -> stride_h."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def plain(options: Any) -> dict[str, Option]:
    """Convert an options object of the object API to a mapping, without nested tables."""
    result: dict[str, Option] = {}
    for name, value in vars(options).items():
        option = _plain_value(value)
        if option is not None:
            result[snake(name)] = option
    return result


@cache
def zeros(name: str) -> Mapping[str, Option]:
    """Values that runtimes use if a file has no options table: zeros, whatever the schema's defaults are.

    Source: the Parse functions in LiteRT's tflite/core/api/flatbuffer_conversions.cc, which then set no field.
    """
    options = plain(getattr(schema(), name + "T")())
    return MappingProxyType({key: type(value)() for key, value in options.items() if isinstance(value, int | float)})


@cache
def has_numbers_only(name: str) -> bool:
    """Whether all fields of an options table are numbers: no vector, no string, no table."""
    return all(isinstance(value, int | float) for value in vars(getattr(schema(), name + "T")()).values())


def _plain_value(value: Any) -> Option | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, bool | int | float | str):
        return value
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list):
        elements = [_plain_value(element) for element in value]
        if all(isinstance(element, bool | int | float | str) for element in elements):
            return tuple(elements)  # type: ignore[arg-type]  # checked above
    return None


def update(options: Any, values: Mapping[str, Option], code: str) -> None:
    """Set fields of an options object. Raises ModelError for a name that the object lacks."""
    known = {snake(attribute): attribute for attribute in vars(options)}
    for name, value in values.items():
        if name not in known:
            raise ModelError(f"operator {code} has no option {name!r}; it has {', '.join(sorted(known)) or 'none'}")
        setattr(options, known[name], list(value) if isinstance(value, tuple) else value)
