"""Costs computed in processes of this machine, of which any may die without taking a record with it.

Each process has one model at a time, so it is known which model a dead process had:

    sources --pipe--> process --pipe--> record
                      dies: its model once more, alone in a new process; if that dies as well: a record with the error

A pipe ends when the process at its other end does. So a process ends by itself after the program that started it.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import pickle
import signal
from dataclasses import dataclass, replace
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

from arenite.errors import ResourceError, system_reason
from arenite.search.sweep.packing import packed
from arenite.search.sweep.record import failed, name_of, record_of, said

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.connection import Connection

    from arenite.search.sweep.record import CostRecord, Question, Source

MOST_DEATHS = 2
"""Processes that may die of one model: the first may have been ended by somebody else, the second hardly was."""
SECONDS_TO_EXIT = 5
"""Seconds that a process whose pipe has ended may take to exit, so that its own exit code is reported."""
OBJECTS_BEFORE_COLLECTION = 50_000
"""New objects before Python's garbage collector runs in a process: those of some ten models. By default it runs several
times while a model is read, and finds nothing: a model of a file is freed when its record is made."""
NEVER_BEGAN = (
    "the processes for the models end before they begin; a script that asks for workers must do so below "
    "`if __name__ == '__main__':`"
)
"""What is wrong where no process becomes ready: each imports the script that started it, which starts processes."""


@dataclass(frozen=True, slots=True)
class _Job:
    """A source on its way: its number, its name, the pickle that is sent, and how many processes have died of it."""

    number: int
    name: str
    content: bytes
    deaths: int = 0


def records_in_processes(
    sources: Iterator[tuple[int, Source]], question: Question, workers: int
) -> Iterator[tuple[int, CostRecord]]:
    """The record of each source, with its number, in the order in which they are ready.

    Args:
        sources: sources with their numbers; one is taken when a process is free for it.
        question: what is asked of each.
        workers: number of processes, at least 1.

    Raises:
        ResourceError: no process can be started.
    """
    crew = _Crew(question)
    jobs = _Jobs(sources, question)
    try:
        while True:
            while len(crew.busy) < workers and (job := jobs.next()) is not None:
                if isinstance(job, _Job):
                    crew.give(job)
                else:
                    yield job
            if not crew.busy:
                return
            for job, result in crew.results():
                if not isinstance(result, int):
                    yield job.number, result
                elif (given_up := jobs.again(job, result)) is not None:
                    yield given_up
    finally:
        crew.end()


class _Jobs:
    """The jobs still to do: those of which a process has died, then what the sources give."""

    def __init__(self, sources: Iterator[tuple[int, Source]], question: Question) -> None:
        self._sources = sources
        self._question = question
        self._again: list[_Job] = []

    def next(self) -> _Job | tuple[int, CostRecord] | None:
        """The next job; a number and a record for a source that cannot be sent; None if there is nothing to do."""
        if self._again:
            return self._again.pop()
        for number, source in self._sources:
            name = name_of(number, source)
            try:
                return _Job(number, name, pickle.dumps(packed(source), pickle.HIGHEST_PROTOCOL))
            except Exception as error:  # whatever the pickling of a caller's object raises
                return number, failed(name, self._question, f"cannot be sent to a process: {said(error)}")
        return None

    def again(self, job: _Job, exit_code: int) -> tuple[int, CostRecord] | None:
        """Note that a process died of a job; its number and a record if the job is given up."""
        if job.deaths + 1 < MOST_DEATHS:
            self._again.append(replace(job, deaths=job.deaths + 1))
            return None
        what = f"signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"
        return job.number, failed(job.name, self._question, f"the process that computes it dies ({what})")


class _Crew:
    """The processes: those that compute, each with its job, and those that wait for one."""

    def __init__(self, question: Question) -> None:
        self.busy: dict[Connection, tuple[_Worker, _Job]] = {}
        self._idle: list[_Worker] = []
        self._question = question
        self._started = False

    def give(self, job: _Job) -> None:
        """Have a waiting or a new process compute a job."""
        worker = self._idle.pop() if self._idle else _Worker(self._question)
        self.busy[worker.pipe] = worker, job
        # If the process has died meanwhile, reading its result says so.
        with contextlib.suppress(OSError):
            worker.pipe.send((job.number, job.name, job.content))

    def results(self) -> Iterator[tuple[_Job, CostRecord | int]]:
        """Wait for at least one process: jobs with their records, or with the exit codes of processes that died."""
        ready = wait(list(self.busy))
        for worker, job in [self.busy[pipe] for pipe in self.busy if pipe in ready]:
            result = worker.result()
            if result is None:
                self._started = True
            else:
                del self.busy[worker.pipe]
                if not isinstance(result, int):
                    self._idle.append(worker)
                elif not self._started:
                    raise ResourceError(NEVER_BEGAN)
                yield job, result

    def end(self) -> None:
        """End all processes, whatever they do."""
        for worker in (*self._idle, *(worker for worker, _ in self.busy.values())):
            worker.end()


class _Worker:
    """One process and the pipe to it."""

    def __init__(self, question: Question) -> None:
        # Of the ways to start a process this one works on every system, and inherits no lock that a thread holds.
        context = multiprocessing.get_context("spawn")
        try:
            self.pipe, theirs = context.Pipe()
            self._process = context.Process(target=_work, args=(theirs, question), daemon=True)
            self._process.start()
        except OSError as error:
            raise ResourceError(f"no process for the models can be started: {system_reason(error)}") from None
        theirs.close()

    def result(self) -> CostRecord | int | None:
        """What the process sends: None when it is ready, then records; its exit code if it has died."""
        try:
            sent: CostRecord | None = self.pipe.recv()
        except (EOFError, OSError):
            self._process.join(SECONDS_TO_EXIT)
            return self.end()
        return sent

    def end(self) -> int:
        """End the process at once, whatever it does; its exit code."""
        self._process.kill()
        self._process.join()
        self.pipe.close()
        return self._process.exitcode or 0


def _work(pipe: Connection, question: Question) -> None:
    """What a process does: say that it is ready by None, then the record of each source that comes, until none does."""
    # Ctrl-C goes to all processes of a terminal; the program decides what comes of it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(OBJECTS_BEFORE_COLLECTION)
    with contextlib.suppress(EOFError, OSError):
        pipe.send(None)
        while True:
            number, name, content = pipe.recv()
            pipe.send(_record(number, name, content, question))


def _record(number: int, name: str, content: bytes, question: Question) -> CostRecord:
    try:
        source = pickle.loads(content)
    except Exception as error:  # whatever loading a caller's object raises
        return failed(name, question, f"cannot be loaded in another process: {said(error)}")
    return record_of(number, source, question)
