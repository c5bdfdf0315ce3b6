"""Builtin options of an operator: between the schema's tables and plain mappings, and which table each operator has."""

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

# Operators whose options table is not called after them.
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
"""Options of the control-flow operators that name the graphs they run, in the order in which TFLM plans them."""


def schema() -> Any:
    """Return the classes generated from the schema; importing them takes a while, so it waits until a file is read."""
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
    """Which options a builtin operator has: the union, the number in it, and the table's name; None for no options."""
    wanted = _SHARED_TABLES.get(code, code.replace("_", "") + "Options").lower()
    for union in ("BuiltinOptions", "BuiltinOptions2"):
        for number, name in _tables(union).items():
            if name.lower() == wanted:
                return union, number, name
    return None


def table_name(union: str, number: int) -> str | None:
    """Name of the table behind a number of a union, None for a number newer than the schema."""
    return _tables(union).get(number) if number else None


@cache
def snake(name: str) -> str:
    """Name of a field in the schema: strideH -> stride_h."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def plain(options: Any) -> dict[str, Option]:
    """Turn an options object of the object API into a mapping; tables nested in it are left out."""
    result: dict[str, Option] = {}
    for name, value in vars(options).items():
        option = _plain_value(value)
        if option is not None:
            result[snake(name)] = option
    return result


@cache
def zeros(name: str) -> Mapping[str, Option]:
    """What runtimes take for the options in a table that a file leaves out: zeros, whatever the schema's defaults are.

    Source: the Parse functions in LiteRT's tflite/core/api/flatbuffer_conversions.cc, which then fill in nothing.
    """
    options = plain(getattr(schema(), name + "T")())
    return MappingProxyType({key: type(value)() for key, value in options.items() if isinstance(value, int | float)})


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
            return tuple(elements)  # type: ignore[arg-type]  # just seen to be plain values
    return None


def update(options: Any, values: Mapping[str, Option], code: str) -> None:
    """Set fields of an options object; a name that it does not have is a ModelError."""
    known = {snake(attribute): attribute for attribute in vars(options)}
    for name, value in values.items():
        if name not in known:
            raise ModelError(f"operator {code} has no option {name!r}; it has {', '.join(sorted(known)) or 'none'}")
        setattr(options, known[name], list(value) if isinstance(value, tuple) else value)
