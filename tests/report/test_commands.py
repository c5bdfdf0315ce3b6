"""The commands that reports print make the same plan again."""

import shlex

import pytest
from hand_made import chain

from arenite import Options, zoo
from arenite.backends.target import TFLM, find_target
from arenite.report.commands import explore_command, optimize_command

PAPER = zoo.build("paper")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (Options(), ""),
        (Options(target=TFLM), ""),
        (Options(target="tflm"), ""),
        (Options(target=find_target("tflm-cmsis-nn/cortex-m4")), "--target tflm-cmsis-nn/cortex-m4"),
        (Options(target="c"), "--target c"),
        (Options(reorder=False, layout=False, overlap=False), "--no-reorder --no-layout --no-overlap"),
        (Options(split=True, minimize="head", max_extra_macs=0.125), "--split --minimize head --max-extra-macs 12.5%"),
        (Options(split=True, arena=65536), "--split --arena 65536"),
        (Options(keep_inputs=True, plan="respect", effort="high"), "--keep-inputs --effort high --plan respect"),
        (Options(time_limit=2.5, verify=False, rounds=3, seed=7), "--time-limit 2.5 --no-verify --rounds 3 --seed 7"),
        (Options(unpack_int4=True, widen_bias=True), "--unpack-int4 --widen-bias"),
    ],
)
def test_options_that_differ_from_the_defaults_are_given(options, words):
    assert optimize_command(PAPER, options) == f"arenite optimize paper -o OUT {words}".strip()


def test_a_point_of_a_frontier():
    options = Options(split=True, max_extra_macs=1.0, minimize="head")
    assert explore_command(PAPER, options, 3) == (
        "arenite explore paper --pick 3 -o OUT --minimize head --max-extra-macs 100%"
    )


@pytest.mark.parametrize("name", ["a b.tflite", "$(rm).tflite", "-o", "it's"])
def test_names_of_files_are_one_word_and_no_option(name):
    words = shlex.split(optimize_command(chain([4, 4], name=name), Options()))
    assert words == ["arenite", "optimize", f"./{name}" if name.startswith("-") else name, "-o", "OUT"]
