"""Source of a model, question -> record of what the model costs. Nothing raises: an error is a part of the record."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from arenite.backends.reference.scratch import unknown_scratch
from arenite.budget import Budget
from arenite.errors import AreniteError, OptionError
from arenite.model import Model
from arenite.names import one_line
from arenite.operators.constants import weights_bytes
from arenite.operators.macs import macs_of_model
from arenite.operators.peak import peak_memory
from arenite.search.runnable import refusals
from arenite.search.sweep.packing import PackedFile, PackedModel, Unsendable
from arenite.tflite.origin import forget
from arenite.tflite.sources import model_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arenite.backends.target import Target
    from arenite.tflite.sources import ModelSource

Source: TypeAlias = "ModelSource | Callable[[], Any]"
"""A model, what `read` takes, or a function without arguments that makes either.

A path is opened and a function called by the process that computes the record."""


@dataclass(frozen=True, slots=True)
class CostRecord:
    """What one model costs in the order of its file; None for columns that were not asked for, and for what failed.

    Attributes:
        model: the path as it was given, or the model's name; "model N" (from 0) if a function failed to make it.
        target: name of the target that head, arena and refusals are for.
        operators: number of operators of the main graph.
        peak_bytes: the largest working set.
        least_peak_bytes: the peak of the best order found for the operators of the main graph, without overlap.
        least_peak_bound_bytes: no order of these operators has a smaller peak. Equal to `least_peak_bytes` if the
            search ended within its budget.
        head_bytes: what the target's runtime plans for the file as it is, scratch included, following the file's
            offline plan if it has one; for targets of several sets of kernels, with the reference kernels.
        arena_bytes: the arena to declare for the target, `declare_bytes` of its `Arena`: of several sets of kernels the
            largest.
        macs: multiply-accumulates of one inference.
        weights_bytes: the content of all constants, each buffer counted once.
        unknown: kinds of operators of which it is not known what they allocate, separated by commas. If there are any,
            `head_bytes` and `arena_bytes` are lower bounds. Comes with either of the two.
        refused: the operators that the target cannot run and why; "" if nothing is known against any.
        error: why columns that were asked for are missing; None if none is.
    """

    model: str
    target: str
    operators: int | None = None
    peak_bytes: int | None = None
    least_peak_bytes: int | None = None
    least_peak_bound_bytes: int | None = None
    head_bytes: int | None = None
    arena_bytes: int | None = None
    macs: int | None = None
    weights_bytes: int | None = None
    unknown: str | None = None
    refused: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class Question:
    """What is asked of every model: `columns`, for a target; `steps` is the budget of each search for an order."""

    target: Target
    columns: tuple[str, ...]
    steps: float

    def __post_init__(self) -> None:
        """Refuse columns that nothing computes."""
        for column in self.columns:
            if column not in COLUMNS:
                raise OptionError(f"no column is called {column!r}; choose from {', '.join(COLUMNS)}")


def record_of(number: int, source: Source, question: Question) -> CostRecord:
    """The record of the model with this number. Whatever goes wrong is its `error`."""
    name = name_of(number, source)
    try:
        model = made(source)
    except Exception as error:  # whatever the function that makes a model raises
        return failed(name, question, said(error))
    record = _computed(model.name if callable(source) else name, model, question)
    if isinstance(source, (str, os.PathLike)):
        forget(model)
    return record


def name_of(number: int, source: Source) -> str:
    """What a source is called as long as its model is not known: its path, or "model N"."""
    if isinstance(source, (Model, PackedModel, PackedFile, Unsendable)):
        return source.name
    return os.fspath(source) if isinstance(source, (str, os.PathLike)) else f"model {number}"


def made(source: Source) -> Model:
    """The model of a source.

    Raises:
        ModelError: the file cannot be read.
        OptionError: the source is none, or its function made neither a model nor what can be read.
    """
    return model_of(source() if callable(source) else source)


def failed(name: str, question: Question, error: str) -> CostRecord:
    """The record of a model of which nothing could be computed."""
    return CostRecord(name, question.target.name, error=error)


def said(error: Exception) -> str:
    """An error in one line; those that are not Arenite's own with their type."""
    return one_line(str(error) if isinstance(error, AreniteError) else f"{type(error).__name__}: {error}")


def _computed(name: str, model: Model, question: Question) -> CostRecord:
    found: dict[str, Any] = {}
    errors: dict[str, None] = {}
    for column in filter(question.columns.__contains__, COLUMNS):
        figures, error = _figures(column, model, question)
        found.update(figures)
        if error is not None:
            errors[error] = None
    operators = len(model.main.operators) if model.graphs else None
    return CostRecord(name, question.target.name, operators, **found, error="; ".join(errors) or None)


def _figures(column: str, model: Model, question: Question) -> tuple[Mapping[str, Any], str | None]:
    """The fields that come with a column; none, and the error, where they cannot be computed."""
    try:
        return _FIGURES[column](model, question), None
    except Exception as error:  # a damaged model, or a defect of Arenite that one model shows
        return {}, said(error)


def _least_peak(model: Model, question: Question) -> Mapping[str, Any]:
    # Loads the solvers, which takes a process longer than the other columns of a dozen models.
    from arenite.search.orders import in_best_order

    ordered, bound = in_best_order(model, budget=Budget(question.steps))
    return {"least_peak_bytes": peak_memory(ordered), "least_peak_bound_bytes": bound}


def _head(model: Model, question: Question) -> Mapping[str, Any]:
    unknown = () if question.target.generated else unknown_scratch(model)
    return {"head_bytes": question.target.planned_head(model), "unknown": ", ".join(unknown)}


def _arena(model: Model, question: Question) -> Mapping[str, Any]:
    arena = question.target.arena(model)
    return {"arena_bytes": arena.declare_bytes, "unknown": ", ".join(arena.unknown)}


def _refused(model: Model, question: Question) -> Mapping[str, Any]:
    return {"refused": "; ".join(map(str, refusals(model, question.target)))}


_FIGURES: Mapping[str, Callable[[Model, Question], Mapping[str, Any]]] = {
    "peak_bytes": lambda model, _: {"peak_bytes": peak_memory(model)},
    "least_peak_bytes": _least_peak,
    "head_bytes": _head,
    "arena_bytes": _arena,
    "macs": lambda model, _: {"macs": macs_of_model(model)},
    "weights_bytes": lambda model, _: {"weights_bytes": weights_bytes(model)},
    "refused": _refused,
}
COLUMNS = tuple(_FIGURES)
"""Columns that can be asked for, in the order in which they are computed: the `unknown` of `arena_bytes`, which has the
operators of `head_bytes` too, replaces that of `head_bytes`."""
