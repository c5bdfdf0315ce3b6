"""Arenas of exported C in which tensors move, beside the best fixed places and what one operator needs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from arenite import read, zoo
from arenite.backends.sets import GENERATED_C
from arenite.backends.target import C
from arenite.codegen.prepare import prepared
from arenite.formulate.placement import overlap_problem
from arenite.problems.lifetimes import maximum_load
from arenite.search.optimization import preview
from arenite.search.options import Options
from arenite.search.relocation import arena
from arenite.search.runnable import refusals
from arenite.solve.relocate.bound import scope_bound
from arenite.solve.relocate.field import Field
from arenite.zoo import MODELS
from benchmarks.shared import models
from benchmarks.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.model import Model

COLUMNS = ("model", "operators", "load", "bound", "fixed", "arena", "moved", "calls", "seconds", "met")
FORMS = {
    "": None,
    ", optimized": Options(target="c"),
    ", in strips": Options(target="c", split=True),
}


def run(only: str) -> Table:
    """All models of which C can be made. "bound": no arena is smaller, whatever is moved; "fixed": nothing moves."""
    table = Table("Exported C with moves: bytes", COLUMNS)
    for name, model in _models():
        for form, options in FORMS.items():
            if only.lower() in f"{name}{form}".lower() and not refusals(model, C):
                form_of = model if options is None else preview(model, options)
                if not refusals(form_of, C):
                    table.add(_row(name + form, prepared(form_of)))
    return table


def _models() -> Iterator[tuple[str, Model]]:
    yield from ((f"zoo: {name}", zoo.build(name)) for name in MODELS)
    yield from ((path.stem, read(path)) for path in models())


def _row(title: str, model: Model) -> dict[str, str | int | float | bool | None]:
    started = time.process_time()
    plan = arena(model)
    seconds = time.process_time() - started
    problem, _ = overlap_problem(model, GENERATED_C)
    field = Field(problem)
    bound = scope_bound(field) * field.unit
    moved = [move.size for each in plan.moves.values() for move in each]
    size = plan.size - plan.kept
    return {
        "model": title,
        "operators": len(model.main.operators),
        "load": maximum_load(problem.apart),
        "bound": bound,
        "fixed": size + plan.saved,
        "arena": size,
        "moved": sum(moved),
        "calls": len(moved),
        "seconds": seconds,
        "met": size <= bound,
    }
