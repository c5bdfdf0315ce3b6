"""Model -> C99 files.

    model --executable, prepared--> model --relocation.arena--> layout --assembled--> Program --printed--> files

A self-test is added that repeats an inference of a runtime.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from arenite.backends.target import CORES, C, find_target
from arenite.codegen.assemble import assembled
from arenite.codegen.constant_results import with_constants
from arenite.codegen.names import checked, identifier
from arenite.codegen.obstacles import check_operators
from arenite.codegen.prepare import executable, prepared
from arenite.codegen.spelling import respelled
from arenite.codegen.text import Provenance, printed
from arenite.codegen.text.build_files import cmake, makefile
from arenite.codegen.text.selftest import selftest
from arenite.errors import OptionError
from arenite.rewrite.outside import IN_THE_ARENA, Ends
from arenite.runtimes.example import example
from arenite.runtimes.run import Failure
from arenite.search.ends import as_held
from arenite.search.relocation import MOVES_WORTH, arena
from arenite.tflite.sources import model_of
from arenite.tflite.write import write_bytes

if TYPE_CHECKING:
    from arenite.backends.target import Target
    from arenite.codegen.program import Program
    from arenite.model import Model
    from arenite.tflite.sources import ModelSource


@dataclass(frozen=True)
class Export:
    """A program and its files, as name -> text.

    One of the files is a self-test, which repeats an inference of a runtime and compares the outputs; `untested` says
    why there is none, and is None if there is one.
    """

    program: Program
    files: dict[str, str]
    untested: str | None


def export_c(
    model: ModelSource,
    name: str | None = None,
    *,
    may_move: bool = True,
    moves_worth: float = MOVES_WORTH,
    cmsis_nn: str | None = None,
    ends: Ends = IN_THE_ARENA,
    fed: bool = False,
) -> dict[str, str]:
    """Export the model as C99; the same model gives the same files.

    The order is the model's own if it is executable. The layout is that of the model's plan if the plan is valid.

    Args:
        model: a model, or what `read` takes.
        name: prefix of all names of the C interface; None derives it from the model's name.
        may_move: whether tensors may move between operators if that makes the arena smaller.
        moves_worth: bytes of arena that must be saved for each byte that an inference moves.
        cmsis_nn: a core, such as "cortex-m4". Operators that CMSIS-NN computes bit for bit then call it, built for that
            core.
        ends: where the inputs and outputs are: in the arena, in memory of the caller's, or with the application.
        fed: the application calls the code with the rows of an input, in place of being called for them.

    Returns:
        File name -> text. `<name>_test.c` is among the files if a runtime could run the model.

    Raises:
        UnsupportedError: there is no kernel for an operator, or for its types.
        ModelError: the operators form a cycle.
        OptionError: `name` is no identifier, `cmsis_nn` no known core, `moves_worth` negative or no finite number, or
            no input or output can be where `ends` says.
    """
    source = model_of(model)
    return exported(
        source, name, may_move=may_move, moves_worth=moves_worth, cmsis_nn=cmsis_nn, ends=ends, fed=fed
    ).files


def exported(
    model: Model,
    name: str | None = None,
    *,
    may_move: bool = True,
    moves_worth: float = MOVES_WORTH,
    cmsis_nn: str | None = None,
    ends: Ends = IN_THE_ARENA,
    fed: bool = False,
    command: str = "",
) -> Export:
    """As `export_c`, with the program that the files are printed from; the files quote the `command` line."""
    if not 0 <= moves_worth < float("inf"):
        raise OptionError(f"moves_worth: {moves_worth:g} is not a share of what is moved; 0.01 is a hundredth")
    name = identifier(model.name) if name is None else checked(name)
    target = target_of(cmsis_nn)
    model = executable(model)
    made = program(as_held(model, target, ends), name, target, may_move=may_move, moves_worth=moves_worth)
    made = _fed(made) if fed else made
    files = printed(made, Provenance(model.name, sha256(write_bytes(model)).hexdigest(), command))
    compiled = [file for file in files if file.endswith(".c")]
    # Without the plan, which may be wrong for the kernels of the runtime that runs the example.
    found = example(respelled(model.with_plan(None)))
    untested = found.reason if isinstance(found, Failure) else None
    if not isinstance(found, Failure):
        files[f"{name}_test.c"] = selftest(made, found)
    files["Makefile"] = makefile(name, compiled, untested=untested, cmsis_nn=target is not C)
    files["CMakeLists.txt"] = cmake(name, compiled, untested=untested, cmsis_nn=target is not C)
    return Export(made, files, untested)


def _fed(made: Program) -> Program:
    """The program that is fed with the rows of its input.

    Raises:
        OptionError: not exactly one input comes in rows, or the program returns a status or takes pointers.
    """
    other = made.in_memory or made.target.core is not None or made.pauses
    if len(made.by_rows) != 1 or made.by_rows[0] not in made.inputs or other:
        raise OptionError(
            f"{made.model}: code can be fed with the rows of one input, without CMSIS-NN and with its outputs in the "
            "arena, and if it waits for no further input; leave that out, name one input, or let the code ask for rows"
        )
    return replace(made, fed=True)


def target_of(cmsis_nn: str | None) -> Target:
    """The target of generated C: `c`, or the one that calls CMSIS-NN on the given core.

    Raises:
        OptionError: the core is not known.
    """
    if cmsis_nn is None:
        return C
    if cmsis_nn not in CORES:
        raise OptionError(f"no core is called {cmsis_nn!r}; CMSIS-NN is known on {', '.join(CORES)}")
    return find_target(f"c-cmsis-nn/{cmsis_nn}")


def program(
    model: Model, name: str, target: Target = C, *, may_move: bool = True, moves_worth: float = MOVES_WORTH
) -> Program:
    """Build the program of a model, before printing; arguments and errors as in `export_c`."""
    model = with_constants(model)
    check_operators(model)
    model = prepared(model, target.backend)
    return assembled(model, name, arena(model, target, may_move=may_move, moves_worth=moves_worth), target)
