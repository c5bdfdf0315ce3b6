"""Reads damaged copies of small models: `python fuzz.py SEED MUTANTS` prints how far they came, and what went wrong.

Every mutant that still reads is inspected; of those a sample is optimized in order and layout, without a runtime, and
of what is written the writer itself makes sure that it can be read again. Mutants come in order from the seed, so
that a number names one.
"""

from __future__ import annotations

import json
import random
import resource
import signal
import struct
import sys
import traceback
from typing import Any

from hostile_file import FLOAT, INT8, INT32, File
from hostile_models import EVIL, IMAGE, calling, calling_twice, flexbomb, options_of

from arenite.errors import AreniteError
from arenite.model import Model
from arenite.runtimes import process
from arenite.search.inspection import inspect
from arenite.search.optimization import Options, optimize
from arenite.tflite.read import read_bytes
from arenite.tflite.write import write_bytes
from arenite.zoo import build

PROCESSOR_SECONDS = 10
MEMORY_BYTES = 1 << 30
OPTIMIZED = 10
"""One of so many mutants is optimized, which takes some fifty times as long as to read it."""
INTERESTING = (0, 1, 2, 3, 4, 8, 127, 128, 255, 256, 32_767, 65_535, 2**24, 2**31 - 1, 2**31, 2**32 - 4, 2**32 - 1)


class TooLongError(BaseException):
    """The processor time of one mutant is over; no error that anything catches."""


def originals() -> list[bytes]:
    """Small files that together hold all that a file may hold."""
    file = File()
    x = file.tensor(IMAGE, scale=0.1, name="x")
    weights = file.tensor((2, 3, 3, 2), INT8, [[[[1, 2]] * 3] * 3] * 2, scale=[0.1, 0.2])
    bias = file.tensor((2,), INT32, [1, 2], scale=[0.01, 0.02])
    y, z = file.tensor(IMAGE, scale=0.1), file.tensor((1, 32), scale=0.1)
    shape = file.tensor((2,), INT32, [1, 32])
    file.operator("CONV_2D", [x, weights, bias], [y], options_of("CONV_2D", 1))
    file.operator("RESHAPE", [y, shape], [z], options_of("RESHAPE"))
    file.entry("OfflineMemoryAllocation", struct.pack("<9i", 1, 1, 6, 0, -1, -1, 32, 0, -1))
    image = file.ends([x], [z]).content

    file = File()
    x, held, y = (file.tensor((4,), FLOAT, name=EVIL[:9]) for _ in range(3))
    state = file.tensor((4,), FLOAT, variable=True)
    file.operator("ADD", [x, state], [held], options_of("ADD"))
    file.operator("CUSTOM", [held, -1], [y], custom="SignalRfft", flex=flexbomb(1, 2))
    custom = file.ends([x], [y, held]).content

    zoo = (build("chain", length=3, channels=4), build("inception", modules=1))
    return [image, custom, calling_twice(3).content, calling(1).content, *map(write_bytes, zoo)]


def mutant(sources: list[bytes], chance: random.Random) -> bytes:
    """A copy of a source with a few faults of one kind; most lie where offsets and tables are, not in weights."""
    content = bytearray(chance.choice(sources))
    match chance.randrange(12):
        case 0:
            del content[chance.randrange(len(content)) :]
        case 1:
            other = chance.choice(sources)
            start, length = chance.randrange(len(other)), chance.randrange(1, 200)
            place = chance.randrange(len(content))
            content[place : place + length] = other[start : start + length]
        case 2:
            place, length = chance.randrange(len(content)), 4 * chance.randrange(1, 20)
            content[place:place] = content[place : place + length]
        case 3 | 4:
            for _ in range(chance.randrange(1, 6)):
                place = 4 * chance.randrange(len(content) // 4)
                number = chance.choice((*INTERESTING, chance.randrange(len(content)), 4 * chance.randrange(64)))
                content[place : place + 4] = struct.pack("<I", number)
        case _:
            for _ in range(chance.choice((1, 1, 1, 2, 4))):
                content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(content)


def tried(content: bytes, *, whole: bool) -> str:
    """How far a mutant comes: `refused`, `read` or `optimized`."""
    try:
        model = read_bytes(content, "mutant")
    except AreniteError as error:
        assert str(error).isprintable(), "an error that is more than one line"
        return "refused"
    try:
        inspect(model)
        if whole:
            optimize(model, Options(rounds=1))
    except AreniteError as error:
        assert str(error).isprintable(), "an error that is more than one line"
    return "optimized" if whole else "read"


def main(seed: int, mutants: int) -> dict[str, Any]:
    chance = random.Random(seed)
    process.PACKAGES = dict.fromkeys(process.PACKAGES, ("no_such_module", "no such package"))
    sources = originals()
    assert all(isinstance(read_bytes(content, "source"), Model) for content in sources)
    resource.setrlimit(resource.RLIMIT_AS, (4 * MEMORY_BYTES,) * 2)
    signal.signal(signal.SIGVTALRM, _end)
    counts = {"refused": 0, "read": 0, "optimized": 0}
    bad = []
    for number in range(mutants):
        content = mutant(sources, chance)
        signal.setitimer(signal.ITIMER_VIRTUAL, PROCESSOR_SECONDS)
        try:
            counts[tried(content, whole=number % OPTIMIZED == 0)] += 1
        except BaseException:
            bad.append(f"mutant {number} of seed {seed}: {traceback.format_exc(limit=-4)}")
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return {**counts, "bad": bad}


def _end(*_: object) -> None:
    raise TooLongError


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))))
