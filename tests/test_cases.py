"""Small models on which a public user or a review saw Arenite go wrong: each gives its right value.

The folder of cases lies beside the checkout; `index.csv` says what each file is and what must come out. What is
essential about each kind of fault is tested on models that the tests build themselves, near the code that it is about.
"""

from __future__ import annotations

import csv
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import pytest
from codegen.harness import run_c
from codegen.test_codegen_models import check as check_c
from codegen.test_codegen_models import close
from codegen.test_codegen_operators import expected

import arenite
from arenite.backends.sets import CMSIS_NN_DSP, CMSIS_NN_MVE, CMSIS_NN_SCALAR, REFERENCE
from arenite.backends.target import find_target
from arenite.codegen.prepare import prepared
from arenite.runtimes.inputs import random_inputs
from arenite.runtimes.process import absent
from arenite.search.relocation import arena
from arenite.search.runnable import refusals

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

EVERY_SET = {REFERENCE, CMSIS_NN_SCALAR, CMSIS_NN_DSP, CMSIS_NN_MVE}
CHECKS: dict[str, Callable[[Case], None]] = {}


@dataclass(frozen=True)
class Case:
    """A file of the folder, and a folder to write to."""

    path: Path
    folder: Path

    @property
    def model(self):
        return arenite.read(self.path)

    def optimize(self, **options):
        return arenite.optimize(self.model, arenite.Options(**{"rounds": 1, **options}))

    def run(self, command, *arguments):
        return subprocess.run(
            [sys.executable, "-m", "arenite", command, str(self.path), *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
        )

    def exports(self, **options):
        """The exported C computes what TFLM computes, or LiteRT where TFLM does not run the model."""
        check_c([self.model], self.folder, **options)


def case(name):
    def known(check):
        CHECKS[f"{name}.tflite"] = check
        return check

    return known


@cache
def cases(folder):
    return tuple(row["file"] for row in csv.DictReader((folder / "index.csv").read_text().splitlines()))


def verified(plan, *runtimes):
    """Each of the runtimes compared the result with its source, or is not installed."""
    for runtime in runtimes:
        assert plan.verified[runtime].startswith("identical") or absent(runtime), (runtime, plan.verified)


def in_one_line(run, code, *words):
    """A command ended with this code and one line, which has these words."""
    assert run.returncode == code, run.stderr
    assert len(run.stderr.strip().splitlines()) == 1, run.stderr
    for word in words:
        assert word in run.stderr


@case("wake_word_alexa")
def wake_word(case):
    plan = case.optimize()
    assert (plan.after.head, plan.lower_bound, plan.optimal) == (2368, 2368, True)
    assert set(plan.valid_with) >= EVERY_SET
    verified(plan, "litert", "tflm")


@case("transpose_conv")
def transpose_conv(case):
    assert case.optimize().optimal


@case("group_norm_composite")
def composite(case):
    plan = case.optimize()
    assert plan.lower_bound <= plan.after.head <= 80
    verified(plan, "litert")


@case("unreached_graph")
def unreached_graph(case):
    plan = case.optimize()
    assert plan.lower_bound <= plan.after.head <= 640
    verified(plan, "tflm")  # the head that TFLM records is compared there


@case("rank")
def rank(case):
    in_one_line(case.run("export", "--c", case.folder / "c"), 2, "MUL")
    for command, *arguments in (
        ("inspect",),
        ("optimize", "-o", case.folder / "out.tflite"),
        ("check", "--arena", "64K"),
    ):
        run = case.run(command, *arguments, "--target", "c")
        assert "Traceback" not in run.stderr, run.stderr
        assert "MUL" in run.stdout + run.stderr


@case("saturated_bias")
def saturated_bias(case):
    case.exports()  # under the undefined behavior sanitizer


@case("concat40")
def concatenation(case):
    assert case.optimize().optimal


@case("cast_gather")
def cast_gather(case):
    verified(case.optimize(), "litert", "tflm")


@case("detection_postprocess")
def detection(case):
    run = case.run("check", "--arena", "90K")
    assert run.returncode == 1, run.stdout
    plan = case.optimize()
    verified(plan, "tflm")
    scratch = arenite.inspect(case.model).arena.scratch_bytes
    assert 241 * 1917 <= scratch < 241 * 1917 + 32 * 16
    case.exports()


@case("ssd")
def ssd(case):
    assert arenite.inspect(case.model).arena.exact
    verified(case.optimize(), "tflm")
    case.exports()


@case("flex")
def flex(case):
    run = case.run("check", "--arena", "64K")
    assert run.returncode == 1
    assert "FlexTensorListReserve" in run.stdout + run.stderr
    in_one_line(case.run("export", "--tflm", case.folder / "bundle"), 2, "FlexTensorListReserve")


@case("int4")
def int4(case):
    plan = case.optimize()
    assert any("int4" in note for note in plan.notes), plan.notes
    unpacked = case.optimize(unpack_int4=True)
    assert unpacked.after.head == 320
    verified(unpacked, "litert", "tflm")
    case.exports()


@case("int4conv")
def int4_convolution(case):
    unpacked = case.optimize(unpack_int4=True)
    assert unpacked.after.head <= 49_728
    verified(unpacked, "tflm")
    case.exports()


@case("tcn")
def dilated(case):
    """Dilated convolutions, in TFLM and in C; export by itself leaves the three operators as they are."""
    plan = case.optimize()
    assert plan.after.head == 2048
    verified(plan, "litert", "tflm")
    for split, most in ((False, 2048), (True, 1344)):
        plan = case.optimize(target="c", split=split)
        assert arena(prepared(plan.model)).size <= most
        folder = case.folder / str(most)
        folder.mkdir()
        equals_source(plan.model, case.model, folder)
    case.exports()


@case("tcn_dilated")
def written_dilated(case):
    assert case.optimize().after.head == 2048


@case("dyn")
def fixed_shapes(case):
    plan = case.optimize()
    kinds = {operator.code for operator in plan.model.main.operators}
    assert not kinds & {"SHAPE", "STRIDED_SLICE", "PACK"}
    verified(plan, "litert", "tflm")


@case("nchw")
def transposed(case):
    moved = [move.size for moves in arena(prepared(case.model)).moves.values() for move in moves]
    assert not moved
    case.exports()


@case("attn_i8")
def attention(case):
    plan = case.optimize()
    assert (plan.before.head, plan.after.head) == (16_384, 12_288)
    verified(plan, "litert", "tflm")
    case.exports()


@case("attn_i16")
@case("while")
@case("ifbranch")
@case("callonce")
@case("circ")
def exported(case):
    case.exports()


@case("lnorm")
def normalized(case):
    """TFLM has no kernel for GELU, the last operator; the others are exported."""
    assert [refusal.name for refusal in refusals(case.model, find_target("c"))] == ["GELU"]
    model = case.model
    *others, gelu = model.main.operators
    without = replace(model.main, operators=tuple(others), outputs=gelu.inputs)
    check_c([replace(model, graphs=(without,))], case.folder)


@case("conv_int16_bias32")
def convolution_with_narrow_bias(case):
    plan = case.optimize()
    assert "reads the int32 bias of CONV_2D" in plan.verified["litert"] or absent("litert")
    verified(plan, "tflm")


@case("transpose_conv_int16_bias32")
def transposed_convolution_with_narrow_bias(case):
    plan = case.optimize()
    for runtime in ("litert", "tflm"):
        assert "reads the int32 bias of TRANSPOSE_CONV" in plan.verified[runtime] or absent(runtime)
    assert any("widen bias" in note for note in plan.notes)
    repaired = case.optimize(widen_bias=True)
    verified(repaired, "litert", "tflm")
    assert any("after the repair TFLM and LiteRT agree" in note for note in repaired.notes) or absent("tflm")


@case("hybrid")
def hybrid(case):
    run = case.run("check", "--arena", "64K")
    assert run.returncode == 1
    assert "cannot run" in run.stderr


def equals_source(planned, source, folder):
    """The C of a planned model computes what TFLM makes of the source: it may not run a plan for other kernels."""
    inputs = [random_inputs(source, 1, 7)]
    (theirs,) = expected([source], inputs)
    (ours,) = run_c([planned], inputs, folder)
    for our_outputs, their_outputs in zip(ours, theirs["tflm"], strict=True):
        for one, other in zip(our_outputs, their_outputs, strict=True):
            close(one, other)


def test_every_case_is_checked(shared):
    assert set(cases(shared / "cases")) == set(CHECKS)


@pytest.mark.parametrize("name", sorted(CHECKS) or ["none"])
def test_case(shared, tmp_path, name):
    CHECKS[name](Case(shared / "cases" / name, tmp_path))
