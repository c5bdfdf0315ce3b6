"""Costs computed by the workers of a `dask.distributed` cluster, of which any may die.

    sources --batches--> scheduler --> workers --> records

The scheduler has what a dead worker was computing computed by others. A batch of which several workers have died
(`KilledWorker`), or that fails otherwise, is computed again model by model, so that one record has the error.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from distributed import KilledWorker, as_completed

from arenite.search.sweep.packing import PackedModel, packed
from arenite.search.sweep.record import failed, name_of, record_of, said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from distributed import Client, Future

    from arenite.search.sweep.record import CostRecord, Question, Source

    Batch = list[tuple[int, Source]]
    Records = Iterator[tuple[int, CostRecord]]

MODELS_PER_BATCH = 16
"""Most models of one task: the scheduler spends about a millisecond on a task, a worker a few on each model."""
BYTES_PER_BATCH = 1 << 20
"""Bytes of packed models at which a batch is full: the scheduler keeps every batch until it is computed."""
BATCHES_PER_THREAD = 2
"""Batches on their way for each thread of the cluster: one that is computed, and one that waits."""
LEAST_BATCHES = 8
"""Least batches on their way, so that a cluster that grows by demand sees some."""
BATCHES_PER_COUNT = 32
"""Batches between two counts of the cluster's threads, each of which asks the scheduler."""


def records_on_cluster(sources: Iterator[tuple[int, Source]], question: Question, client: Client) -> Records:
    """The record of each source, with its number, in the order in which they are ready.

    Args:
        sources: sources with their numbers; they are taken when the cluster has room for them.
        question: what is asked of each.
        client: a client of the cluster, whose workers have the same version of Arenite.
    """
    cluster = _Cluster(question, client)
    finished = as_completed()
    batches = _batches(sources)
    try:
        while True:
            for batch in islice(batches, cluster.room()):
                yield from cluster.submit(batch, finished)
            if not cluster.running:
                return
            yield from cluster.result(next(finished), finished)
    finally:
        client.cancel(list(cluster.running))


def _batches(sources: Iterator[tuple[int, Source]]) -> Iterator[Batch]:
    """The sources in batches for one task each, models packed."""
    batch: Batch = []
    size = 0
    for number, source in sources:
        batch.append((number, packed(source)))
        size += len(batch[-1][1].content) if isinstance(batch[-1][1], PackedModel) else 0
        if len(batch) == MODELS_PER_BATCH or size >= BYTES_PER_BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


class _Cluster:
    """The batches that a cluster computes, by their futures."""

    def __init__(self, question: Question, client: Client) -> None:
        self.running: dict[Future, Batch] = {}
        self._question = question
        self._client = client
        self._most = 0
        self._until_count = 0

    def room(self) -> int:
        """How many more batches should be on their way."""
        if self._until_count <= 0:
            self._until_count = BATCHES_PER_COUNT
            self._most = max(LEAST_BATCHES, BATCHES_PER_THREAD * sum(self._client.nthreads().values()))
        return max(0, self._most - len(self.running))

    def submit(self, batch: Batch, finished: as_completed) -> Records:
        """Have the cluster compute a batch; records of models that cannot be sent."""
        try:
            future = self._client.submit(_records, batch, self._question, pure=False)
        except Exception as error:  # noqa: BLE001 (whatever the pickling of a caller's object raises)
            yield from self._again(batch, f"cannot be sent to the cluster: {said(error)}", finished)
        else:
            self.running[future] = batch
            finished.add(future)

    def result(self, future: Future, finished: as_completed) -> Records:
        """The records of a batch; if it failed, those of models that are given up, and the others are sent again."""
        batch = self.running.pop(future)
        self._until_count -= 1
        try:
            records = future.result()
        except KilledWorker:
            yield from self._again(batch, "every worker that computes it dies", finished)
        except Exception as error:  # noqa: BLE001 (whatever goes wrong between client, scheduler and workers)
            yield from self._again(batch, f"the cluster does not compute it: {said(error)}", finished)
        else:
            yield from zip((number for number, _ in batch), records, strict=True)

    def _again(self, batch: Batch, reason: str, finished: as_completed) -> Records:
        """Send each model of a batch alone; the record of a model that was alone."""
        if len(batch) > 1:
            for each in batch:
                yield from self.submit([each], finished)
        else:
            (number, source) = batch[0]
            yield number, failed(name_of(number, source), self._question, reason)


def _records(batch: Batch, question: Question) -> list[CostRecord]:
    """The records of a batch, on a worker."""
    return [record_of(number, source, question) for number, source in batch]
