"""Records of many models as CSV, and in sentences."""

from __future__ import annotations

import csv
import io
from dataclasses import astuple, fields
from typing import TYPE_CHECKING

from arenite.names import escaped
from arenite.search.sweep.record import CostRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def records_as_csv(records: Sequence[CostRecord]) -> str:
    """One row for each record under the names of its fields; None is empty, control characters in names are escaped."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(CostRecord))
    writer.writerows(map(_cell, astuple(record)) for record in records)
    return text.getvalue()


def sweep_sentences(records: Sequence[CostRecord]) -> Iterator[str]:
    """How many models there are, and how many of them failed, the first with its error."""
    failures = [record for record in records if record.error is not None]
    yield f"{len(records):,} model{'' if len(records) == 1 else 's'}"
    if failures:
        first = failures[0]
        yield f"{len(failures):,} failed; the first: {escaped(first.model)}: {first.error}"


def _cell(value: object) -> str:
    return "" if value is None else escaped(str(value))
