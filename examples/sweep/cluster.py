"""Costs of thousands of network variants on a dask cluster, of which a worker is killed on the way.

    pip install '.[dask]'
    python examples/sweep/cluster.py --variants 10000

The variants are of families of the zoo, as an architecture search makes them: in width, resolution, depth and wiring.
The cluster gets functions that build them, so that the workers build as well. On a real cluster, `Client(address)`
takes the place of `LocalCluster`, and nothing else changes. Some records are computed here too, for comparison.
"""

from __future__ import annotations

import argparse
import csv
import operator
import os
import random
import signal
import time
from dataclasses import asdict, fields
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distributed import Client, LocalCluster

import arenite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FAMILIES: dict[str, dict[str, tuple[Any, ...]]] = {
    "mobilenet-v2": {"width": (0.1, 0.2, 0.35), "resolution": (32, 48, 64, 96)},
    "mobilenet-v1": {"alpha": (0.1, 0.25, 0.5), "resolution": (32, 64, 96)},
    "random-wired": {"nodes": (6, 8, 10, 12), "channels": (4, 8), "resolution": (16, 32)},
    "darts": {"cells": (1, 2, 3), "channels": (4, 8), "resolution": (16, 32)},
    "nasnet-a": {"cells": (1,), "channels": (4, 8), "resolution": (16, 32)},
    "densenet": {"layers": (3, 4, 6), "growth": (4, 8), "resolution": (16, 32)},
    "u-net": {"depth": (2, 3), "channels": (4, 8), "resolution": (32, 48)},
}
COMPARED = 100
"""Every so many variants, one record is computed in this process too."""


def variants() -> Iterator[Callable[[], arenite.Model]]:
    """Functions that build variants, without end; the same ones each time."""
    chance = random.Random(1)
    while True:
        name = chance.choice(list(FAMILIES))
        parameters = {key: chance.choice(values) for key, values in FAMILIES[name].items()}
        yield partial(arenite.zoo.build, name, seed=chance.randrange(1 << 32), **parameters)


def main() -> None:
    """Compute the records, write them as CSV, and say how many there are."""
    parser = argparse.ArgumentParser(description="Costs of variants on a cluster of which a worker is killed.")
    parser.add_argument("--variants", type=int, default=10_000, metavar="N")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)), metavar="N")
    parser.add_argument("--csv", type=Path, default=Path("costs.csv"), metavar="FILE")
    arguments = parser.parse_args()
    local = LocalCluster(n_workers=arguments.workers, threads_per_worker=1, dashboard_address=None)
    with local, Client(local) as client:
        kill = Killer(client, after=arguments.variants // 10)
        began = time.monotonic()
        records = arenite.costs(islice(variants(), arguments.variants), client=client, progress=kill)
        seconds = time.monotonic() - began
    write(records, arguments.csv)
    compared = islice(variants(), 0, len(records), COMPARED)
    same = sum(map(operator.eq, arenite.costs(compared), records[::COMPARED]))
    print(f"{len(records):,} records, {sum(record.error is not None for record in records):,} failed")
    print(f"{same:,} of {-(-len(records) // COMPARED):,} compared records are the same here")
    if same != -(-len(records) // COMPARED):
        raise SystemExit(1)
    print(f"{seconds:.0f} s with {arguments.workers} workers, {len(records) / seconds:.0f} models/s")


class Killer:
    """Shows progress; kills a worker's process once a number of records is there."""

    def __init__(self, client: Client, after: int) -> None:
        self._process: int | None = next(iter(client.run(os.getpid).values()))
        self._left = after

    def __call__(self, news: str) -> None:
        """Called for each record."""
        self._left -= 1
        if self._left <= 0 and self._process is not None:
            os.kill(self._process, signal.SIGKILL)
            print(f"killed the worker with process {self._process} after {news}", flush=True)
            self._process = None


def write(records: list[arenite.CostRecord], path: Path) -> None:
    """Write records as CSV with the columns of `arenite sweep`; `pandas.DataFrame(records)` is the same table."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(arenite.CostRecord)])
        writer.writeheader()
        writer.writerows(map(asdict, records))


if __name__ == "__main__":
    main()
