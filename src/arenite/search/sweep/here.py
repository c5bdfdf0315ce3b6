"""Costs computed in this process, one model after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.search.sweep.record import record_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.search.sweep.record import CostRecord, Question, Source


def records_here(sources: Iterator[tuple[int, Source]], question: Question) -> Iterator[tuple[int, CostRecord]]:
    """The record of each source, with its number."""
    for number, source in sources:
        yield number, record_of(number, source, question)
