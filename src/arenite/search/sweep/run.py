"""`arenite.costs`: models -> records, computed where the caller wants."""

from __future__ import annotations

from collections.abc import Sized
from typing import TYPE_CHECKING

from arenite.backends.target import TFLM
from arenite.budget import STEPS_PER_SECOND
from arenite.errors import OptionError
from arenite.hardware import target_of
from arenite.search.sweep.record import COLUMNS, Question, record_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from distributed import Client

    from arenite.backends.target import Target
    from arenite.search.sweep.record import CostRecord, Source

STEPS = STEPS_PER_SECOND // 2
"""Steps that the search for one model's least peak may take: half a second, since there may be thousands of models."""


def costs(
    models: Iterable[Source],
    *,
    target: Target | str = TFLM,
    columns: Sequence[str] = COLUMNS,
    workers: int | None = None,
    client: Client | None = None,
    steps: float = STEPS,
    progress: Callable[[str], None] | None = None,
) -> list[CostRecord]:
    """What each of many models costs as it is: one record for each, in the order of the models.

    A model that fails is a record with its `error`. Records are the same wherever they are computed, by however many
    processes. `pandas.DataFrame` takes them as they are.

    Args:
        models: models, whatever `read` takes, and functions without arguments that make either. A generator is asked
            for the next one when it can be computed. Paths are opened and functions called where the record is
            computed, so that sending them costs little; a model is sent with its weights.
        target: the target of `head_bytes`, `arena_bytes` and `refused`, or its name.
        columns: names of the fields to compute, of those that `arenite.search.sweep.record.COLUMNS` lists; all others
            are None. `least_peak_bytes` takes a search for each model, the others a few milliseconds.
        workers: processes on this machine; None computes in this process. A process that dies takes no record with it.
        client: a `dask.distributed.Client`: its cluster computes. The workers need the same version of Arenite.
        steps: budget of the search for each least peak, in steps of about a microsecond.
        progress: called with a sentence when a record is ready.

    Raises:
        OptionError: no target or column has this name, or the number of workers makes no sense.
        ResourceError: no process can be started.
        Exception: whatever iterating over `models` raises.
    """
    question = Question(target_of(target), tuple(columns), steps)
    total = f" of {len(models):,}" if isinstance(models, Sized) else ""
    found: dict[int, CostRecord] = {}
    failed = 0
    for number, record in _records(enumerate(models), question, workers, client):
        found[number] = record
        failed += record.error is not None
        if progress is not None:
            progress(f"{len(found):,}{total} models, {failed:,} failed")
    return [found[number] for number in range(len(found))]


def _records(
    sources: Iterator[tuple[int, Source]], question: Question, workers: int | None, client: Client | None
) -> Iterator[tuple[int, CostRecord]]:
    """Records with the numbers of their sources, from where they are to be computed."""
    if client is not None:
        from arenite.search.sweep.cluster import records_on_cluster

        if workers is not None:
            raise OptionError("give workers or a client, not both: the client's cluster has its own workers")
        return records_on_cluster(sources, question, client)
    if workers is None:
        return ((number, record_of(number, source, question)) for number, source in sources)
    from arenite.search.sweep.processes import records_in_processes

    if workers < 1:
        raise OptionError(f"{workers} workers compute nothing; give 1 or more")
    return records_in_processes(sources, question, workers)
