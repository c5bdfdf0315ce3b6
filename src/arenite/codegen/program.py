"""A model as a program before it is text: the calls, what they are given, and the memory that they work on.

Everything here is plain data. Making a program decides nothing about its text, and printing it decides nothing else:

    Model, Arena  --assemble-->  Program  --text-->  NAME.h, NAME.c, NAME_constants.h, NAME_constants.c
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arenite.backends.target import Target
    from arenite.codegen.types import CType

NARROWEST, WIDEST = -(2**31), 2**31 - 1
"""Numbers that may change from one repetition of a loop to the next: what an int32_t holds."""


@dataclass(frozen=True, slots=True)
class Constant:
    """An array of constants, little-endian. Equal arrays are one; `label` is what the first of them is called."""

    kind: CType
    content: bytes
    label: str = field(default="", compare=False)

    @property
    def length(self) -> int:
        """The number of elements."""
        return len(self.content) // self.kind.bytes


@dataclass(frozen=True, slots=True)
class Part:
    """The elements of an array from the one at position `first` on."""

    array: Constant
    first: int


@dataclass(frozen=True, slots=True)
class Structure:
    """The fields of a C structure by name, in the order of its declaration; None is the null pointer."""

    fields: tuple[tuple[str, Field], ...]


Field = int | float | None | Constant | Part | Structure | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Parameters:
    """A constant `arenite_<kernel>_t`. Equal ones are one; `label` is what the first of them is called."""

    kernel: str
    structure: Structure
    label: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Growing:
    """A number that grows by `step` with each repetition of a loop."""

    first: int
    step: int


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A number that each repetition of a loop finds in a column of the loop's table."""

    column: int


Number = int | Growing | LookedUp


@dataclass(frozen=True, slots=True)
class Address:
    """A pointer to `element`s in the arena, `offset` bytes behind its begin."""

    offset: Number
    element: str
    writable: bool = False


Argument = int | float | None | Growing | LookedUp | Address | Constant | Part | Parameters


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the kernel `arenite_<kernel>` for the operator at position `index`.

    `idle` calls have no effect: they copy something onto itself. `checked` ones return a status, 0 for success.
    `note` says what a call is for where its operator does not.
    """

    index: int
    kernel: str
    arguments: tuple[Argument, ...]
    idle: bool = False
    checked: bool = False
    note: str = ""

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers in which calls that are alike otherwise may differ: addresses in the arena, and rows."""
        return tuple(number for each in self.arguments if (number := _number(each)) is not None)

    @property
    def pattern(self) -> tuple[object, ...]:
        """What is done, without the numbers: equal for calls that differ in numbers only."""
        return (self.kernel, self.checked, *map(_without_number, self.arguments))

    def with_numbers(self, numbers: Sequence[Number]) -> Call:
        """The same call with other numbers, in order."""
        rest = iter(numbers)
        return replace(self, arguments=tuple(_renumbered(each, rest) for each in self.arguments))


def _number(argument: Argument) -> int | None:
    """The number of an argument that may change from call to call."""
    number = argument.offset if isinstance(argument, Address) else argument
    return number if isinstance(number, int) and NARROWEST <= number <= WIDEST else None


def _without_number(argument: Argument) -> object:
    if _number(argument) is None:
        return argument
    return (argument.element, argument.writable) if isinstance(argument, Address) else int


def _renumbered(argument: Argument, numbers: Iterator[Number]) -> Argument:
    if _number(argument) is None:
        return argument
    return replace(argument, offset=next(numbers)) if isinstance(argument, Address) else next(numbers)


@dataclass(frozen=True, slots=True)
class Run:
    """A call of the function `name` that runs another graph; `checked`: it returns a status, 0 for success."""

    name: str
    checked: bool


Work = Call | Run


@dataclass(frozen=True, slots=True)
class If:
    """Does `then` where the one byte of `condition` is not 0, else `otherwise`, for the operator at `index`."""

    index: int
    condition: Address | Constant
    then: tuple[Work, ...]
    otherwise: tuple[Work, ...]


@dataclass(frozen=True, slots=True)
class While:
    """Does `before`, then again and again `test` and `body` until the byte of `condition` is 0 after `test`."""

    index: int
    before: tuple[Work, ...]
    test: tuple[Work, ...]
    condition: Address | Constant
    body: tuple[Work, ...]


@dataclass(frozen=True, slots=True)
class Once:
    """Does `body` where the byte at the offset `flag` of the arena is 0, and sets that byte to 1."""

    index: int
    flag: int
    body: Run


@dataclass(frozen=True, slots=True)
class Loop:
    """Calls `body`, repeated `count` times with other numbers; `index` of the calls is that of the first time.

    `last` is the index of the last call of the last time. `table` has a row for each repetition, or none if nothing is
    looked up.
    """

    count: int
    body: tuple[Call, ...]
    last: int
    table: tuple[tuple[int, ...], ...]

    @property
    def width(self) -> str:
        """The type of the table's elements."""
        smallest = min(min(row) for row in self.table)
        largest = max(max(row) for row in self.table)
        return "uint16_t" if smallest >= 0 and largest < 1 << 16 else "int32_t"


Block = If | While | Once
Step = Call | Block | Loop


def works(step: Step) -> tuple[Work, ...]:
    """What a step does, without the control flow around it."""
    if isinstance(step, Call):
        return (step,)
    if isinstance(step, Loop):
        return step.body
    if isinstance(step, If):
        return (*step.then, *step.otherwise)
    return (*step.before, *step.test, *step.body) if isinstance(step, While) else (step.body,)


def calls(steps: Sequence[Step]) -> tuple[Call, ...]:
    """The calls of kernels in steps, in the order of the text."""
    return tuple(work for step in steps for work in works(step) if isinstance(work, Call))


@dataclass(frozen=True, slots=True)
class Function:
    """What runs one graph: `graph` is the graph's name; `headings` describe its operators, by position."""

    name: str
    graph: str
    steps: tuple[Step, ...]
    headings: tuple[str, ...]

    @property
    def checked(self) -> bool:
        """Whether a status is looked at."""
        return any(work.checked for step in self.steps for work in works(step))


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output of the model: `length` elements in the arena; `scale` is None where it has no single one."""

    name: str
    kind: CType
    shape: tuple[int, ...]
    offset: int
    length: int
    scale: float | None
    zero_point: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tensor lies in the arena, and while which operators of its graph; `graph` is "" for the main one.

    `first` is None for what is there before the first operator, `last` for what is there after the last one.
    """

    offset: int
    size: int
    first: int | None
    last: int | None
    tensor: str
    graph: str = ""

    @property
    def begin(self) -> int:
        """The operator from which on the bytes are taken, -1 for before the first."""
        return -1 if self.first is None else self.first


@dataclass(frozen=True, slots=True)
class Memory:
    """The arena: bytes, alignment, bytes at its end that are kept, and who has which bytes when.

    `moved` are the sizes of the blocks that an inference moves; without that, `saved` bytes more would be needed.
    """

    size: int
    alignment: int
    kept: int
    moved: tuple[int, ...]
    saved: int
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """A model in C: `main` is one inference, `inner` are the functions it calls, each after those that it calls itself.

    `resets` give variables their first values; `target` is what the program was made for.
    """

    name: str
    model: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    main: Function
    inner: tuple[Function, ...]
    resets: tuple[Call, ...]
    memory: Memory
    target: Target

    @property
    def functions(self) -> tuple[Function, ...]:
        """All functions, each after those that it calls."""
        return (*self.inner, self.main)

    @property
    def kernels(self) -> frozenset[str]:
        """The kernels that are called."""
        steps = [*(step for each in self.functions for step in each.steps), *self.resets]
        return frozenset(call.kernel for call in calls(steps))
