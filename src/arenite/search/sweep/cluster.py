"""Costs computed by the workers of a `dask.distributed` cluster, of which any may die.

    sources --batches--> scheduler --> workers --> records

The scheduler gives the batches of a dead worker to others. If several workers have died with a batch, or it fails
otherwise, each of its models is computed again with no other batch on the cluster, since the scheduler also blames
batches that only waited on a worker that died. A model that fails alone is a record with the error.
"""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from distributed import KilledWorker, as_completed
from distributed import TimeoutError as LateError

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

SECONDS_TO_FETCH = 30
"""Seconds in which the records of a finished batch, some kilobytes, must come. A worker that dies right after a batch
takes the records with it; then the batch is computed again, with the same result."""


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
            begun = list(islice(chain(cluster.suspects(), batches), cluster.room()))
            for batch in begun:
                yield from cluster.submit(batch, finished)
            if cluster.running:
                yield from cluster.result(next(finished), finished)
            elif not begun:
                return
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
    """The batches that a cluster computes, by their futures, and models to be computed alone."""

    def __init__(self, question: Question, client: Client) -> None:
        self.running: dict[Future[list[CostRecord]], Batch] = {}
        self._question = question
        self._client = client
        self._suspected: Batch = []
        self._tried: set[int] = set()
        self._most = 0
        self._until_count = 0

    def room(self) -> int:
        """How many more batches should be on their way: a suspected model is there alone."""
        if self._suspected or any(number in self._tried for batch in self.running.values() for number, _ in batch):
            return 0 if self.running else 1
        if self._until_count <= 0:
            self._until_count = BATCHES_PER_COUNT
            self._most = max(LEAST_BATCHES, BATCHES_PER_THREAD * sum(self._client.nthreads().values()))
        return max(0, self._most - len(self.running))

    def suspects(self) -> Iterator[Batch]:
        """Suspected models, each in a batch of its own."""
        while self._suspected:
            yield [self._suspected.pop()]

    def submit(self, batch: Batch, finished: as_completed) -> Records:
        """Have the cluster compute a batch; the record of a model that cannot be sent."""
        try:
            future = self._client.submit(_records, batch, self._question, pure=False)
        except Exception as error:  # whatever the pickling of a caller's object raises
            yield from self._lost(batch, f"cannot be sent to the cluster: {said(error)}")
        else:
            self.running[future] = batch
            finished.add(future)

    def result(self, future: Future[list[CostRecord]], finished: as_completed) -> Records:
        """The records of a batch; none if it failed and its models are computed again."""
        batch = self.running.pop(future)
        self._until_count -= 1
        try:
            records = future.result(timeout=SECONDS_TO_FETCH)
        except LateError:
            yield from self.submit(batch, finished)
        except KilledWorker:
            yield from self._lost(batch, "every worker that computes it dies")
        except Exception as error:  # whatever goes wrong between client, scheduler and workers
            yield from self._lost(batch, f"the cluster does not compute it: {said(error)}")
        else:
            yield from zip((number for number, _ in batch), records, strict=True)

    def _lost(self, batch: Batch, reason: str) -> Records:
        """Suspect the models of a batch; the record of a model that was suspected already and failed alone."""
        number, source = batch[0]
        if number in self._tried:
            yield number, failed(name_of(number, source), self._question, reason)
        else:
            self._suspected.extend(batch)
            self._tried.update(number for number, _ in batch)


def _records(batch: Batch, question: Question) -> list[CostRecord]:
    """The records of a batch, on a worker."""
    return [record_of(number, source, question) for number, source in batch]
