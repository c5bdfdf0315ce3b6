"""Arguments of calls and fields of structures, as C."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from arenite.codegen.program import Address, Constant, Growing, LookedUp, Parameters, Part, Structure
from arenite.codegen.text.lines import filled
from arenite.codegen.text.literals import literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.codegen.program import Argument, Field, Number
    from arenite.codegen.text.naming import Named

    Names = Mapping[Named, str]


class Repetition(NamedTuple):
    """What C calls the number of a loop's repetition, and the row of the loop's table for it."""

    number: str = "i"
    row: str = "row"


COPY = "layer"
"""Name of a call's copy of its parameters, if they have pointers to RAM."""

IN_PLACE = Repetition()
"""The names in a loop with variables of its own."""


def argument(value: Argument, names: Names, at: Repetition = IN_PLACE) -> str:
    """An argument of a call, which in a loop is the repetition `at`."""
    if isinstance(value, Address):
        element = value.element if value.writable else f"const {value.element}"
        void = "" if value.element == "void" else "(void *)"
        return f"({element} *){void}({value.base} + {number(value.offset, at)})"
    if isinstance(value, Parameters):
        return f"&{COPY}" if value.pointers else f"&{names[value]}"
    if isinstance(value, Constant | Part):
        return _array(value, names)
    if isinstance(value, Growing | LookedUp):
        return number(value, at)
    return "NULL" if value is None else literal(value)


def number(value: Number, at: Repetition = IN_PLACE) -> str:
    """A number, which may depend on the repetition of a loop."""
    if isinstance(value, LookedUp):
        return f"{at.row}[{value.column}]"
    return _growing(value, at) if isinstance(value, Growing) else literal(value)


def _growing(value: Growing, at: Repetition) -> str:
    product = at.number if abs(value.step) == 1 else f"{abs(value.step)} * {at.number}"
    if value.step < 0:
        return f"{value.first} - {product}"
    return f"{value.first} + {product}" if value.first else product


def truth(condition: Address | Constant, names: Names) -> str:
    """The byte of a condition, as a C expression."""
    return (
        f"{condition.base}[{number(condition.offset)}]" if isinstance(condition, Address) else f"{names[condition]}[0]"
    )


def structure(value: Structure, names: Names, indent: str) -> str:
    """Fields of a structure, by name, between braces; nested structures start new lines."""
    lines: list[str] = []
    simple: list[str] = []
    for name, field in value.fields:
        if isinstance(field, Structure):
            lines += _line(simple, indent)
            simple = []
            lines.append(f"{indent}.{name} = {{\n{structure(field, names, indent + '  ')}\n{indent}}},")
        else:
            simple.append(f".{name} = {_field(field, names)}")
    return "\n".join([*lines, *_line(simple, indent)])


def _line(items: list[str], indent: str) -> list[str]:
    return [filled([*items[:-1], f"{items[-1]},"], indent)] if items else []


def _field(value: Field, names: Names) -> str:
    if isinstance(value, tuple):
        return "{" + ", ".join(map(literal, value)) + "}"
    if isinstance(value, Constant | Part):
        return _array(value, names)
    assert not isinstance(value, Structure)  # structures have lines of their own
    return "NULL" if value is None or isinstance(value, Address) else literal(value)


def _array(value: Constant | Part, names: Names) -> str:
    return names[value] if isinstance(value, Constant) else f"{names[value.array]} + {value.first}"
