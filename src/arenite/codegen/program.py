"""A model as a program before it is text: calls, arguments, and the memory that they use.

Everything here is plain data. Assembly does not decide about text, and printing decides nothing else:

    Model, Arena  --assemble-->  Program  --text-->  NAME.h, NAME.c, NAME_constants.h, NAME_constants.c
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from arenite.model import Outside

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arenite.backends.target import Target
    from arenite.codegen.types import CType

ARENA = "arena"
"""Name of the pointer to the arena in generated functions."""

NARROWEST, WIDEST = -(2**31), 2**31 - 1
"""Range of int32_t, the type of numbers that change between repetitions of a loop."""


@dataclass(frozen=True, slots=True)
class Constant:
    """An array of constants, little-endian. Equal arrays share one definition, named after the first one's `label`."""

    kind: CType
    content: bytes
    label: str = field(default="", compare=False)

    @property
    def length(self) -> int:
        """Number of elements."""
        return len(self.content) // self.kind.bytes


@dataclass(frozen=True, slots=True)
class Part:
    """Elements of an array from position `first` on."""

    array: Constant
    first: int


@dataclass(frozen=True, slots=True)
class Structure:
    """Fields of a C structure by name, in the order of declaration; None is the null pointer."""

    fields: tuple[tuple[str, Field], ...]


@dataclass(frozen=True, slots=True)
class Growing:
    """A number that starts at `first` and grows by `step` per repetition of a loop."""

    first: int
    step: int


@dataclass(frozen=True, slots=True)
class LookedUp:
    """A number that a loop reads from a column of its table, one row per repetition."""

    column: int


Number = int | Growing | LookedUp


@dataclass(frozen=True, slots=True)
class Address:
    """A pointer of type `element *`, `offset` bytes from `base`: the arena, or memory of the caller's."""

    offset: Number
    element: str
    writable: bool = False
    base: str = ARENA


Field = int | float | None | Constant | Part | Structure | Address | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Parameters:
    """A constant `arenite_<kernel>_t`. Equal ones share one definition, named after the first one's `label`.

    Fields that are an `Address` point to RAM, such as weights that an operator computes. The constant has null pointers
    in their place; each call sets them in a copy of it.
    """

    kernel: str
    structure: Structure
    label: str = field(default="", compare=False)

    @property
    def pointers(self) -> tuple[tuple[str, Address], ...]:
        """Fields that point to RAM, by their names in C."""
        return tuple(_pointers(self.structure, ""))


def _pointers(structure: Structure, within: str) -> Iterator[tuple[str, Address]]:
    for name, each in structure.fields:
        if isinstance(each, Structure):
            yield from _pointers(each, f"{within}{name}.")
        elif isinstance(each, Address):
            yield f"{within}{name}", each


Argument = int | float | None | Growing | LookedUp | Address | Constant | Part | Parameters


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the kernel `arenite_<kernel>` for the operator at position `index`.

    `idle` calls have no effect: they copy bytes onto themselves. `checked` calls return a status, 0 for success. `note`
    describes a call whose operator does not explain it. With `application`, it is the name of a function that the
    application defines, whose first argument is the application's context, and `kernel` is empty.
    """

    index: int
    kernel: str
    arguments: tuple[Argument, ...]
    idle: bool = False
    checked: bool = False
    note: str = ""
    application: str = ""

    @property
    def numbers(self) -> tuple[int, ...]:
        """Numbers in which calls that are alike may differ: addresses in the arena, and rows."""
        return tuple(number for each in self.arguments if (number := _number(each)) is not None)

    @property
    def pattern(self) -> tuple[object, ...]:
        """Key of the call without its numbers: equal for calls that differ in numbers only."""
        return (self.kernel, self.application, self.checked, *map(_without_number, self.arguments))

    def with_numbers(self, numbers: Sequence[Number]) -> Call:
        """The same call with other numbers, in order."""
        rest = iter(numbers)
        return replace(self, arguments=tuple(_renumbered(each, rest) for each in self.arguments))


def _number(argument: Argument) -> int | None:
    """The number of an argument that may change from call to call; None for other arguments."""
    number = argument.offset if isinstance(argument, Address) else argument
    return number if isinstance(number, int) and NARROWEST <= number <= WIDEST else None


def _without_number(argument: Argument) -> object:
    if _number(argument) is None:
        return argument
    return (argument.element, argument.writable, argument.base) if isinstance(argument, Address) else int


def _renumbered(argument: Argument, numbers: Iterator[Number]) -> Argument:
    if _number(argument) is None:
        return argument
    return replace(argument, offset=next(numbers)) if isinstance(argument, Address) else next(numbers)


@dataclass(frozen=True, slots=True)
class Run:
    """A call of the function `name` of another graph; `checked`: it returns a status, 0 for success."""

    name: str
    checked: bool


Work = Call | Run


@dataclass(frozen=True, slots=True)
class If:
    """Runs `then` if the byte of `condition` is not 0, else `otherwise`; for the operator at `index`."""

    index: int
    condition: Address | Constant
    then: tuple[Work, ...]
    otherwise: tuple[Work, ...]


@dataclass(frozen=True, slots=True)
class While:
    """Runs `before`, then repeats `test` and `body` until the byte of `condition` is 0 after `test`."""

    index: int
    before: tuple[Work, ...]
    test: tuple[Work, ...]
    condition: Address | Constant
    body: tuple[Work, ...]


@dataclass(frozen=True, slots=True)
class Once:
    """Runs `body` if the byte at the arena offset `flag` is 0, and sets this byte to 1."""

    index: int
    flag: int
    body: Run


@dataclass(frozen=True, slots=True)
class Pause:
    """Ends the inference unless it is the last one of `period`, counted in the byte at the arena offset `counter`."""

    index: int
    counter: int
    period: int


@dataclass(frozen=True, slots=True)
class Loop:
    """Runs the calls `body` `count` times with changing numbers.

    The `index` of the body's calls is that of the first repetition, `last` is the index of the last call of the last
    repetition. `table` has one row per repetition, or none if no number is looked up.
    """

    count: int
    body: tuple[Call, ...]
    last: int
    table: tuple[tuple[int, ...], ...]

    @property
    def width(self) -> str:
        """C type of the table's elements."""
        smallest = min(min(row) for row in self.table)
        largest = max(max(row) for row in self.table)
        return "uint16_t" if smallest >= 0 and largest < 1 << 16 else "int32_t"


Block = If | While | Once | Pause
Step = Call | Block | Loop


def works(step: Step) -> tuple[Work, ...]:
    """Calls of a step, without the control flow around them."""
    if isinstance(step, Call):
        return (step,)
    if isinstance(step, Loop):
        return step.body
    if isinstance(step, If):
        return (*step.then, *step.otherwise)
    if isinstance(step, While):
        return (*step.before, *step.test, *step.body)
    return () if isinstance(step, Pause) else (step.body,)


def calls(steps: Sequence[Step]) -> tuple[Call, ...]:
    """Calls of kernels in steps, in the order of the text."""
    return tuple(work for step in steps for work in works(step) if isinstance(work, Call))


@dataclass(frozen=True, slots=True)
class Function:
    """The function of one graph: `graph` is the graph's name, `headings` describe its operators, by position."""

    name: str
    graph: str
    steps: tuple[Step, ...]
    headings: tuple[str, ...]

    @property
    def checked(self) -> bool:
        """Whether the function checks a status."""
        return any(work.checked for step in self.steps for work in works(step))


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output of the model: `length` elements; `scale` is None without a single scale.

    `offset` is where it is in the arena. If it is outside of the arena, `outside` says so, and `symbol` is the C name
    of the parameter that points to it, or of the application's function that hands over its rows. `held` is the most
    rows of an input that comes in rows which are in the arena at a time.
    """

    name: str
    kind: CType
    shape: tuple[int, ...]
    offset: int
    length: int
    scale: float | None
    zero_point: int
    outside: Outside | None = None
    symbol: str = ""
    held: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Bytes of a tensor in the arena, and the operators during which it has them; `graph` is "" for the main graph.

    `first` is None for bytes in use before the first operator, `last` for bytes in use after the last one.
    """

    offset: int
    size: int
    first: int | None
    last: int | None
    tensor: str
    graph: str = ""

    @property
    def begin(self) -> int:
        """The operator at which the bytes come into use; -1 for before the first one."""
        return -1 if self.first is None else self.first


@dataclass(frozen=True, slots=True)
class Memory:
    """The arena: bytes, alignment, bytes at its end that are kept between inferences, and its places.

    `moved` has the sizes of the blocks that an inference moves. Without moves the arena would be `saved` bytes larger.
    """

    size: int
    alignment: int
    kept: int
    moved: tuple[int, ...]
    saved: int
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """A model in C: `main` is one inference, `inner` are the functions that it calls, callees before callers.

    `resets` set the initial values of variables; `target` is the target of the program. `fed`: the application calls it
    with the rows of its input, in place of being called for them.
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
    fed: bool = False

    @property
    def pauses(self) -> bool:
        """Whether some inferences end before the last operator."""
        return any(isinstance(step, Pause) for step in self.main.steps)

    @property
    def functions(self) -> tuple[Function, ...]:
        """All functions, callees before callers."""
        return (*self.inner, self.main)

    @property
    def kernels(self) -> frozenset[str]:
        """Names of the kernels that the program calls."""
        steps = [*(step for each in self.functions for step in each.steps), *self.resets]
        return frozenset(call.kernel for call in calls(steps) if call.kernel)

    @property
    def by_rows(self) -> tuple[Port, ...]:
        """Inputs and outputs that come or go in rows."""
        return tuple(port for port in (*self.inputs, *self.outputs) if port.outside is Outside.ROWS)

    @property
    def in_memory(self) -> tuple[Port, ...]:
        """Inputs and outputs in memory of the caller's."""
        return tuple(port for port in (*self.inputs, *self.outputs) if port.outside is Outside.MEMORY)

    @property
    def has_status(self) -> bool:
        """Whether an inference returns a status, because it waits, or CMSIS-NN or the application may fail."""
        return self.target.core is not None or self.pauses or (bool(self.by_rows) and not self.fed)
