"""Parameters of an inference: pointers to inputs and outputs outside of the arena, and the application's context."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.codegen.program import ARENA, Port, Program

if TYPE_CHECKING:
    from collections.abc import Sequence


CONTEXT = "context"
"""Name of the parameter that is handed on to the application's functions."""


def parameters(program: Program) -> list[str]:
    """The parameters of `<name>_invoke`, as declarations in C."""
    pointers = [_pointer(port, port in program.inputs, port.symbol) for port in program.in_memory]
    return [*pointers, *([f"void *{CONTEXT}"] if program.by_rows else [])]


def arguments(program: Program) -> list[str]:
    """Their names."""
    return [*(port.symbol for port in program.in_memory), *([CONTEXT] if program.by_rows else [])]


def returned(program: Program) -> str:
    """C type of what an inference returns."""
    return "int" if program.has_status else "void"


def numbered(program: Program, port: Port) -> tuple[str, int]:
    """Whether a port is an "input" or an "output", and its number among these."""
    reads = port in program.inputs
    return ("input", program.inputs.index(port)) if reads else ("output", program.outputs.index(port))


def declared(parameters: Sequence[str]) -> str:
    """A list of parameters in C."""
    return ", ".join(parameters) or "void"


def bytes_of_parameters(program: Program) -> str:
    """Lines that define the pointers to bytes from which addresses outside of the arena count."""
    return "".join(
        f"  {const}uint8_t *const {port.symbol}_bytes = ({const}uint8_t *){port.symbol};\n"
        for port in program.in_memory
        for const in ("const " if port in program.inputs else "",)
    )


def defined(program: Program) -> list[str]:
    """Names that an inference has at its start, for its calls."""
    return [ARENA, *(f"{port.symbol}_bytes" for port in program.in_memory), *([CONTEXT] if program.by_rows else [])]


def rows_function(program: Program, port: Port) -> str:
    """The application's function that hands over rows of an input, or takes rows of an output, as a declaration."""
    place = _pointer(port, port in program.outputs, "source" if port in program.outputs else "destination")
    return f"int {port.symbol}(void *{CONTEXT}, int32_t first, int32_t count, {place})"


def _pointer(port: Port, constant: bool, name: str) -> str:
    return f"{'const ' if constant else ''}{port.kind.name} *{name}"
