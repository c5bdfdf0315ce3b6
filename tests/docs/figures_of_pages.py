"""What figures of the pages have to be: rows of benchmarks/RESULTS.md, constants of the code, and what it computes.

`RULES` names a page, words of it with {} for each figure, and a function that gives the figures. `STATED` names the
figures that nothing here can compute, and why.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

import arenite
from arenite.backends.build import CORTEX_M, size_of
from arenite.backends.cmsis_nn.scratch import MVE_DEPTHWISE_CHANNELS
from arenite.backends.tflm import structures
from arenite.cli.options import parse_size
from arenite.codegen.operators.window import LONGEST
from arenite.operators.liveness import ALIGNMENT, MOST_NESTED, MOST_SCOPES
from arenite.rewrite.passes import passes, rewritten
from arenite.runtimes import process, work
from arenite.runtimes.verification import judging
from arenite.search import buffer_list, decide, split
from arenite.search.options import MOST_EXTRA_MACS
from arenite.solve.core.interface import MOVES_AT_ONCE, STATES_OF_BREADTH_FIRST_AT_ONCE
from arenite.solve.place import solver
from arenite.tflite.read import MOST_THINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "models"
TINY = {
    "visual wake words": "tiny__vww_96_int8",
    "image classification": "tiny__pretrainedResnet_quant",
    "keyword spotting": "tiny__kws_ref_model",
    "anomaly detection": "tiny__model_ToyCar_quant_fullint_micro",
}
REAL = {
    "person_detect": "tflite-micro__person_detect",
    "MCUNet 320 KB": "mcunet__mcunet-320kb-1mb_imagenet",
    "YOLO-Fastest 192": "ruhmi-framework-mcu__yolo-fastest_192_face_v4",
} | TINY
"""Names of models on the pages, and their files without the suffix."""


class Rule(NamedTuple):
    """The figures between some words of a page."""

    page: str
    words: str
    figures: Callable[[], Sequence[str | float]]


@cache
def table(section: str) -> tuple[list[str], list[list[str]]]:
    """The columns and the rows of the first table of a section of the results."""
    results = (ROOT / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8")
    text = results.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    lines = [re.split(r"\s{2,}", line.strip()) for line in text.splitlines() if line.startswith("    ")]
    columns, *rows = lines[1:]
    return columns, [row for row in rows if len(row) == len(columns)]


def measured(section: str, *columns: str, **row: str) -> tuple[str, ...]:
    """Cells of the only row with these cells."""
    names, rows = table(section)
    given = {key.replace("_", " "): value for key, value in row.items()}
    (found,) = (each for cells in rows if given.items() <= (each := dict(zip(names, cells, strict=True))).items())
    return tuple(found[column] for column in columns)


def more(factor: str) -> str:
    """The part of work that is added, in percent, of a factor as `1.044x`."""
    return f"{100 * (float(factor.rstrip('x')) - 1):.1f}".removesuffix(".0")


def short(number: str) -> str:
    """A number with one decimal."""
    return f"{float(number):.1f}"


def real(name: str) -> arenite.Model:
    """A model of the folder beside the checkout."""
    path = SHARED / f"{REAL.get(name, name)}.tflite"
    if not path.is_file():
        pytest.skip(f"{path.name} is not in shared/models beside the checkout")
    return arenite.read(path)


def sizes(*fields: str) -> list[int]:
    """Bytes of structures of C on a Cortex-M."""
    return [size_of(each, CORTEX_M)[0] for each in fields]


def arena_in_c(name: str, target: str) -> int:
    """Bytes of arena of a model that is optimized for a target of generated C."""
    plan = arenite.optimize(real(name), arenite.Options(target=target, verify=False))
    return plan.exported.arena_bytes if plan.exported is not None else plan.arenas[1].declare_bytes


def in_strips(words: str, **row: str) -> Rule:
    """A row of the tables of docs/partial.md."""

    def figures() -> tuple[str, ...]:
        *head, macs = measured("Partial execution", "stock", "whole", "strips", "MACs", target="tflm", **row)
        return (*head, more(macs))

    return Rule("partial.md", f"| {words} | {{}} | {{}} | {{}} | +{{}} % |", figures)


def row_of(page: str, words: str, section: str, *columns: str, **row: str) -> Rule:
    """A row of a page with a cell for each of these columns; {} in its words is the number of operators."""
    cells, operators = " {} |" * len(columns), ("operators",) * ("{}" in words)
    return Rule(page, f"| {words} |{cells}", partial(measured, section, *operators, *columns, **row))


def streamed(model: str, published: bool = True) -> Rule:
    """A row of the table in docs/streaming.md."""
    columns = ("image", "C, image in it", "C, in rows", "held", "rows", *(["published"] if published else []))

    def figures() -> list[str]:
        cells = measured("Inputs in rows", *columns, **{"model,_most_extra_MACs": model})
        return [part for cell in cells for part in cell.split(" @ ")]

    end = " {} @ {} |" if published else " |"
    return Rule("streaming.md", f"| {model} |{' {} |' * 3} {{}} of {{}} |{end}", figures)


def floor_in_rows(model: str) -> tuple[str, ...]:
    """Bytes alive at once with the best strips in the benchmark of inputs in rows."""
    return measured("Inputs in rows", "floor", **{"model,_most_extra_MACs": model})


def work_in_rows(model: str) -> tuple[str, ...]:
    """Work that strips add in the benchmark of inputs in rows, in percent."""
    return measured("Inputs in rows", "more MACs %", **{"model,_most_extra_MACs": model})


def kernel(words: str, name: str) -> Rule:
    """A row of the table of kernels in docs/mcu.md."""
    return Rule(
        "mcu.md",
        f"| {words} | {{}} | {{}} |",
        lambda: [short(each) for each in measured("Kernels in C", "per MAC", "CMSIS-NN", kernel=name)],
    )


def what_it_comes_to(words: str, name: str) -> Rule:
    """A row of the last table about arenas in docs/export.md."""
    file = REAL[name]
    return Rule(
        "export.md",
        f"| {words} | {{}} | {{}} |",
        lambda: (
            *measured("Overlap", "TFLM", model=f"{file}.tflite"),
            *measured("Moves between operators", "arena", model=f"{file}, optimized"),
        ),
    )


def with_cmsis_nn(name: str) -> Rule:
    """The arenas in a row of the table about CMSIS-NN in docs/export.md."""
    targets = ("c", "c-cmsis-nn/cortex-m4", "c-cmsis-nn/cortex-m55")
    return Rule(
        "export.md",
        f"| {name} | {{}} | {{}} | {{}} |",
        lambda: [f"{arena_in_c(name, target):,}" for target in targets],
    )


def plain_allocator() -> int:
    """Bytes that TFLM's plain allocators have less than those that record."""
    recording = sum(sizes(structures.RECORDING_ALLOCATOR, structures.RECORDING_MICRO_ALLOCATOR))
    return recording - sum(sizes(structures.ALLOCATOR, structures.MICRO_ALLOCATOR))


def keyword_spotter() -> tuple[int, ...]:
    """Arena of TFLM's keyword spotter."""
    arena = arenite.find_target("tflm-reference").arena(real("tflite-micro__keyword_scrambled_8bit"))
    return arena.head_bytes, arena.tail_bytes, arena.total_bytes, arena.declare_bytes


def without_copies(model: arenite.Model) -> arenite.Model:
    """A model after the rewrites that change nothing."""
    return rewritten(model, passes(widen_bias=False, unpack_int4=False)).model


def pruned() -> tuple[int, int]:
    """Operators of MCUNet before and after."""
    model = real("MCUNet 320 KB")
    return len(model.main.operators), len(without_copies(model).main.operators)


def transposes() -> tuple[int, int, int]:
    """Operators that the face detector loses, how many it has, and PADs that it loses."""
    model = real("tflite-micro__retinaface")
    before, after = (
        Counter(operator.code for operator in each.main.operators) for each in (model, without_copies(model))
    )
    return before["TRANSPOSE"] - after["TRANSPOSE"], before["TRANSPOSE"], before["PAD"] - after["PAD"]


def planned() -> list[dict[str, str]]:
    """The rows of the models in the results about overlap."""
    names, rows = table("Overlap")
    models = [dict(zip(names, cells, strict=True)) for cells in rows]
    return [row for row in models if row["operators"] != "-"]


def not_proven() -> list[dict[str, str]]:
    """Of these, the rows with a head that is above its bound."""
    return [row for row in planned() if {row[f"{each} min"] for each in ("reference", "portable", "m4")} - {"=", "-"}]


def head_and_bound(model: str, *columns: str) -> list[str]:
    """Further cells, then head and bound for reference kernels, of a row that is not proven."""
    (row,) = (each for each in not_proven() if model in each["model"])
    return [row[column] for column in (*columns, "reference", "reference min")]


def lost_worker_seconds() -> list[str]:
    """How long dask waits for a worker that is started again, by default."""
    import dask.config
    import distributed  # its defaults

    assert distributed
    return [dask.config.get("distributed.deploy.lost-worker-timeout").removesuffix("s")]


EXPORTED = ("RAM", "code", "unrolled")
MOVED = ("bound", "fixed", "arena", "moved")
PAGE = ("MB", "paint s", "ready s", "filter s", "sort s", "zoom s", "hover s")

RULES = (
    *(
        row_of("export.md", words, "Exported C", *EXPORTED, model=name)
        for words, name in {
            "person_detect": "person_detect",
            "person_detect, `--split`, {} operators": "person_detect, in strips",
            "zoo: `mobilenet-v2`": "zoo: mobilenet-v2",
            "zoo: `mobilenet-v1` alpha=0.5 resolution=224": "zoo: mobilenet-v1 0.5 224",
            "the same, `--split`, {} operators": "zoo: mobilenet-v1 0.5 224, in strips",
        }.items()
    ),
    *(
        row_of("export.md", f"`{name}`", "Moves between operators", *MOVED, model=f"zoo: {name}, in strips")
        for name in ("chain", "densenet")
    ),
    what_it_comes_to("person_detect", "person_detect"),
    *(what_it_comes_to(f"MLPerf Tiny: {name}", name) for name in list(TINY)[:3]),
    what_it_comes_to("MCUNet 320 KB (ImageNet)", "MCUNet 320 KB"),
    what_it_comes_to("YOLO-Fastest 192 (face)", "YOLO-Fastest 192"),
    *(with_cmsis_nn(name) for name in ("person_detect", "MCUNet 320 KB", *TINY)),
    streamed("MobileNetV2-0.35 at 144, none"),
    streamed("MobileNetV2-0.35 at 144, 30 %"),
    streamed("MCUNet-320K, 10 %"),
    streamed("vww-5fps with int8 input, 10 %"),
    streamed("person_detect, 100 %", published=False),
    streamed("MLPerf Tiny visual wake words, 10 %", published=False),
    *(
        Rule("streaming.md", words, partial(floor_in_rows, model))
        for words, model in (
            ("those that need the fewest have {} bytes alive at once", "MobileNetV2-0.35 at 144, 60 %"),
            ("and {} in person_detect", "person_detect, 100 %"),
        )
    ),
    *(
        Rule("streaming.md", words, lambda model=model: [short(each) for each in work_in_rows(model)])
        for words, model in (
            ("Used were {} % for MobileNetV2 where any was allowed", "MobileNetV2-0.35 at 144, 60 %"),
            ("allowed, {} % for MCUNet", "MCUNet-320K, 50 %"),
            ("{} % for vww-5fps", "vww-5fps with int8 input, 10 %"),
        )
    ),
    streamed("MobileNetV2-0.35 at 144, 60 %"),
    streamed("MCUNet-320K, 50 %"),
    in_strips("MobileNetV2-1.0, 224x224x3", model="MobileNetV2-1.0 224x224x3", minimize="head"),
    in_strips("MobileNetV2-0.35, 144x144x3", model="MobileNetV2-0.35 144x144x3", minimize="head", budget="1.15x"),
    in_strips("person_detect, 96x96x1", model="person_detect 96x96x1", minimize="head"),
    in_strips("visual wake words, 96x96x3", model="visual wake words 96x96x3", minimize="head"),
    in_strips("MobileNetV2-0.35, 144x144x3", model="MobileNetV2-0.35 144x144x3", minimize="arena"),
    in_strips("person_detect, 96x96x1", model="person_detect 96x96x1", minimize="arena"),
    kernel("conv 3x3, 16 to 16 channels", "conv 3x3, 16 -> 16"),
    kernel("conv 3x3, 64 to 64 channels", "conv 3x3, 64 -> 64"),
    kernel("conv 1x1, 16 to 32 channels", "conv 1x1, 16 -> 32"),
    kernel("conv 1x1, 64 to 64 channels", "conv 1x1, 64 -> 64"),
    kernel("depthwise 3x3, 16 channels", "depthwise 3x3, 16"),
    kernel("depthwise 3x3, 64 channels", "depthwise 3x3, 64"),
    kernel("fully connected, 256 to 64", "fully connected, 256 -> 64"),
    Rule("overlap.md", "`python -m benchmarks overlap` plans {} models", lambda: [len(planned())]),
    Rule("overlap.md", "more than {} s. All heads", lambda: [f"{max(float(row['plan s']) for row in planned()):.3f}"]),
    Rule("overlap.md", "proven to be the least, but for those of {} models", lambda: [len(not_proven())]),
    Rule(
        "overlap.md",
        "an unrolled LSTM of {} operators ({} bytes, at least {})",
        lambda: head_and_bound("lstm", "operators"),
    ),
    Rule("overlap.md", "for reference kernels ({} bytes, at least {})", lambda: head_and_bound("random-wired")),
    Rule(
        "overlap.md",
        "the paper's example has {} bytes on the M4 (proven) and {} without overlap",
        lambda: measured("Overlap", "m4", "apart", model="zoo paper"),
    ),
    Rule(
        "report.md",
        "is {} MB. Chromium on one core of a cloud machine paints it after {} s and answers from {} s on; filtering "
        "takes {} s, sorting {} s, zooming {} s and pointing {} s",
        lambda: measured("Report", *PAGE, model="3 stages of WS(300)"),
    ),
    Rule(
        "report.md",
        "a random-wired network of {} operators",
        lambda: measured("Report", "operators", model="3 stages of WS(300)"),
    ),
    Rule(
        "arena.md",
        "per graph {} bytes, per tensor {} bytes (constants included), per operator {} bytes",
        lambda: sizes(structures.SUBGRAPH, structures.EVAL_TENSOR, structures.NODE_AND_REGISTRATION),
    ),
    Rule("arena.md", "two tables of {} bytes per channel", lambda: sizes("i")),
    Rule("arena.md", "a handle of {} bytes per scratch buffer", lambda: sizes(structures.SCRATCH_HANDLE)),
    Rule("arena.md", "a structure of {} bytes and the quantization", lambda: sizes(structures.TENSOR)),
    Rule("arena.md", "Kernels are given memory in multiples of {} bytes", lambda: [ALIGNMENT]),
    Rule("arena.md", "{} bytes per position of its kernel on a Cortex-M55", lambda: [4 * MVE_DEPTHWISE_CHANNELS]),
    Rule(
        "arena.md",
        "{} bytes per tensor and per scratch buffer, then {} bytes for each buffer",
        lambda: [*sizes(structures.ALLOCATION_INFO), structures.PLANNED_BUFFER_BYTES],
    ),
    Rule(
        "arena.md",
        "keyword spotter of {} bytes of head and {} of tail reports {} but does not start in less than {}.",
        keyword_spotter,
    ),
    Rule(
        "arena.md",
        "the array is aligned to {} bytes (`alignas(16)`); otherwise declare {} bytes more",
        lambda: 2 * [ALIGNMENT],
    ),
    Rule("arena.md", "A plain `MicroInterpreter` spends {} bytes less", lambda: [plain_allocator()]),
    Rule("arena.md", "of the {} operators of MCUNet's model for 320 KB {} are left", pruned),
    Rule("overlap.md", "Arenas are taken to be aligned to {} bytes", lambda: [ALIGNMENT]),
    Rule("mcu.md", "the file as a constant array, aligned to {} bytes", lambda: [ALIGNMENT]),
    Rule("errors.md", "| K is {} bytes |", lambda: [str(parse_size("1K"))]),
    Rule("reference/cli.md", "where K is {} bytes", lambda: [str(parse_size("1K"))]),
    Rule("partial.md", "the work that strips may add, {} % where", lambda: [100 * split.MOST_EXTRA]),
    Rule("partial.md", "strips gets {} % of the budget", lambda: [100 * decide._SHARE_WITHOUT]),
    Rule("partial.md", "the last {} % are for layouts", lambda: [100 * split._SHARE_OF_LAYOUTS]),
    Rule(
        "verification.md",
        "of all rounds below {} million, and their inputs and outputs below {} MiB",
        lambda: [work.REASONABLE_WORK // 10**6, work.REASONABLE_BYTES >> 20],
    ),
    Rule(
        "verification.md",
        "after {} seconds of processor time, and one more for each {} million multiply-accumulates of all rounds (the "
        "body of a loop counted {} times) and each {} MB of the file",
        lambda: [work.LEAST_SECONDS, work.SLOWEST_WORK // 10**6, work.PASSES, work.SLOWEST_WORK // 10**6],
    ),
    Rule("verification.md", "on the clock counts, {} times as long", lambda: [process.CLOCK_PER_PROCESSOR_SECOND]),
    Rule(
        "verification.md",
        "inputs and outputs are above {} MiB, or whose head is above {} GiB",
        lambda: [work.REASONABLE_BYTES >> 20, round(judging.LARGEST_ARENA / 2**30)],
    ),
    Rule("limits.md", "as often as they are called | {} |", lambda: [MOST_SCOPES]),
    Rule("limits.md", "graphs that run inside each other | {} |", lambda: [MOST_NESTED]),
    Rule("limits.md", "tensors and operators in a file | {} |", lambda: [MOST_THINGS]),
    Rule("limits.md", "buffers of `arenite layout` | {} |", lambda: [buffer_list._MOST_BUFFERS]),
    Rule("limits.md", "that strips may add, `--max-extra-macs` | {} % |", lambda: [100 * MOST_EXTRA_MACS]),
    Rule(
        "design.md",
        "every {} moves or {} states",
        lambda: [MOVES_AT_ONCE, STATES_OF_BREADTH_FIRST_AT_ONCE],
    ),
    Rule("design.md", "Where more than {} pairs of buffers", lambda: [solver._MOST_CONFLICTS]),
    Rule(
        "design.md",
        "more than {} deep, or more than {} operators in all",
        lambda: [MOST_NESTED, MOST_SCOPES],
    ),
    Rule("CHANGELOG.md", "`retinaface` loses {} of {} and {} PADs", transposes),
    Rule(
        "CHANGELOG.md",
        "takes {} s of processor time",
        partial(measured, "Speed without strips", "verified s", model="median of all"),
    ),
    Rule("sweep.md", "gives a worker up that is being started again {} seconds after it died", lost_worker_seconds),
    Rule("export.md", "more than {} rows, columns or channels", lambda: [LONGEST]),
)

PAPER = "published in arXiv 1910.05110, which the page names"
STATED = (
    ("glossary.md", "Declare an arena of {} bytes", "an example"),
    ("extending.md", "Sizes are in units of {} bytes", "what KiB means"),
    ("extending.md", "a chip with {} KB of AXI SRAM and {} KB of DTCM", "an example"),
    ("tutorials/keras.md", "here with {} KB of RAM", "the argument of the command below"),
    ("arena.md", "within {} bytes, once {} bytes per fully connected layer", "tests/backends/test_tail.py says so"),
    ("arena.md", "fails in {} bytes less", "tests/backends/test_tail.py says so"),
    (
        "overlap.md",
        "on blocks copied onto themselves, some {} plans",
        "measured once",
    ),
    ("overlap.md", "an element and {} bytes below the least distance", "measured once"),
    ("mcu.md", "working sets took {} KB in one order and {} KB in another, and for which {} KB were too small", PAPER),
    ("mcu.md", "which {} KB hold in any order", PAPER),
    ("mcu.md", "and the device of {} KB a wider network", PAPER),
    *(
        ("export.md", f"| {name} | {{}} | {{}} | {{}} | {{}} | {{}} |", "counted once")
        for name in ("person_detect", *TINY)
    ),
)
"""Page, words and the reason why nothing compares the figures. What was measured once says so, and when."""
