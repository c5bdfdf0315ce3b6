"""A model as C99: its layout is decided, then the program is made, printed, and given an inference to repeat."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from arenite.backends.target import CORES, C, find_target
from arenite.codegen.assemble import assembled
from arenite.codegen.example import example
from arenite.codegen.names import checked, identifier
from arenite.codegen.obstacles import check_operators
from arenite.codegen.prepare import executable, prepared
from arenite.codegen.text import Provenance, printed
from arenite.codegen.text.build_files import cmake, makefile
from arenite.codegen.text.selftest import selftest
from arenite.errors import OptionError
from arenite.search.relocation import MOVES_WORTH, arena
from arenite.tflite.write import write_bytes

if TYPE_CHECKING:
    from arenite.backends.target import Target
    from arenite.codegen.program import Program
    from arenite.model import Model


@dataclass(frozen=True)
class Export:
    """A program, and name and text of all files; `tested`: one of them repeats an inference that a runtime made."""

    program: Program
    files: dict[str, str]
    tested: bool


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
    return exported(model, name, may_move=may_move, moves_worth=moves_worth, cmsis_nn=cmsis_nn).files


def exported(
    model: Model,
    name: str | None = None,
    *,
    may_move: bool = True,
    moves_worth: float = MOVES_WORTH,
    cmsis_nn: str | None = None,
    command: str = "",
) -> Export:
    """What `export_c` gives, with the program that the files were printed from; they name the `command` line."""
    if not 0 <= moves_worth < float("inf"):
        raise OptionError(f"moves_worth: {moves_worth:g} is not a share of what is moved; 0.01 is a hundredth")
    name = identifier(model.name) if name is None else checked(name)
    target = target_of(cmsis_nn)
    model = executable(model)
    made = program(model, name, target, may_move=may_move, moves_worth=moves_worth)
    files = printed(made, Provenance(model.name, sha256(write_bytes(model)).hexdigest(), command))
    compiled = [file for file in files if file.endswith(".c")]
    found = example(model.with_plan(None))  # which may be one for other kernels than a runtime's
    if found is not None:
        files[f"{name}_test.c"] = selftest(made, found)
    files["Makefile"] = makefile(name, compiled, test=found is not None, cmsis_nn=target is not C)
    files["CMakeLists.txt"] = cmake(name, compiled, test=found is not None, cmsis_nn=target is not C)
    return Export(made, files, found is not None)


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


def program(
    model: Model, name: str, target: Target = C, *, may_move: bool = True, moves_worth: float = MOVES_WORTH
) -> Program:
    """The program of a model; see `export_c`."""
    check_operators(model)
    model = prepared(model)
    return assembled(model, name, arena(model, target, may_move=may_move, moves_worth=moves_worth), target)
