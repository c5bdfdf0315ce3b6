"""Code that is fed with the rows of its input: it computes what code that asks for rows computes, in the same arena."""

from __future__ import annotations

import re

import pytest

from arenite import Ends, OptionError, Options, export_c, zoo
from arenite.model import ElementType, Graph, Model, Operator, Tensor
from arenite.search.optimization import preview

from .harness import arena_size, self_tested

ROWS = Ends(inputs="rows")


@pytest.fixture(scope="module")
def strips():
    return preview(zoo.build("mobilenet-v1", resolution=48), Options(target="c", split=True, ends=ROWS, effort="low"))


@pytest.fixture(scope="module")
def exported(strips):
    return export_c(strips, "net", may_move=False, ends=ROWS, fed=True)


@pytest.fixture
def files(exported):
    return dict(exported)


def test_it_computes_the_same_in_the_same_arena(strips, files, tmp_path):
    assert arena_size(files) == arena_size(export_c(strips, "net", may_move=False, ends=ROWS))
    assert "state->repetition" in files["net.c"]
    result = self_tested(files, tmp_path)
    assert (result.returncode, result.stdout) == (0, "net: 1 of 1 outputs agree with those of TFLM\n")


@pytest.mark.parametrize("rows", [7, 100])
def test_rows_may_come_in_any_portions(files, tmp_path, rows):
    test = files["net_test.c"]
    files["net_test.c"] = test.replace("row++", f"row += {rows}").replace(
        "NET_INPUT_0_ROW_LENGTH, 1)", f"NET_INPUT_0_ROW_LENGTH, row + {rows} > 48 ? 48 - row : {rows})"
    )
    assert files["net_test.c"] != test
    assert self_tested(files, tmp_path).returncode == 0


def test_rows_that_are_missing_are_seen(files, tmp_path):
    files["net_test.c"] = files["net_test.c"].replace("row < NET_INPUT_0_ROWS", "row < NET_INPUT_0_ROWS - 20")
    assert self_tested(files, tmp_path).returncode == 1


def test_another_row_is_seen(files, tmp_path):
    files["net_test.c"] = files["net_test.c"].replace("input_0 + row * NET", "input_0 + row / 2 * NET")
    assert self_tested(files, tmp_path).returncode == 1


def test_feeding_goes_by_the_state_of_the_inference(files, tmp_path):
    """Before an inference nothing is taken, one may be given up for another, and rows after its end are ignored."""
    begin = "  int32_t wanted = net_begin();\n"
    before = (
        "  if (net_feed(input_0, 1) != -1) return 7;\n  if (net_begin() <= 0 || net_feed(input_0, 1) < 0) return 8;\n"
    )
    test = files["net_test.c"].replace(begin, before + begin)
    files["net_test.c"] = test.replace(
        "  if (wanted != 0) {", "  if (net_feed(input_0, 5) != 0) return 9;\n  if (wanted != 0) {"
    )
    assert files["net_test.c"].count("net_feed") == 4
    assert self_tested(files, tmp_path).returncode == 0


def test_an_image_that_is_read_at_once(tmp_path):
    """Without strips the whole image is asked for before the first operator, and the inference ends with it."""
    files = export_c(zoo.build("chain", length=2, resolution=16), "net", ends=ROWS, fed=True)
    assert self_tested(files, tmp_path).returncode == 0


def test_one_of_several_inputs_is_fed(tmp_path):
    """The other one is in the arena, and is written before the first row."""
    x, y, z = (Tensor(name, (1, 8, 4, 3), ElementType.FLOAT32) for name in "xyz")
    operators = (Operator("ADD", (x, y), (z,), {"fused_activation_function": 0}),)
    model = Model("two", (Graph("main", (x, y, z), (x, y), (z,), operators),))
    files = export_c(model, "net", ends=Ends({"y": "rows"}), fed=True)
    assert "NET_INPUT_1_ROW_LENGTH" in files["net_test.c"]
    assert self_tested(files, tmp_path).returncode == 0
    files["net_test.c"] = files["net_test.c"].replace("input_1 + row * NET", "input_1 + row / 2 * NET")
    assert self_tested(files, tmp_path).returncode == 1


def test_the_source_names_each_place_once(files):
    text = files["net.c"]
    labels = [int(each) for each in re.findall(r"case (\d+):", text)]
    assert labels == list(range(len(labels)))
    assert len(re.findall(r"net_wait_for\(state, ", text)) == len(labels) - 1


@pytest.mark.parametrize(
    ("ends", "options"),
    [(Ends(), {}), (Ends("rows", "memory"), {}), (ROWS, {"cmsis_nn": "cortex-m4"}), (Ends(outputs="memory"), {})],
)
def test_what_cannot_be_fed_is_refused(ends, options):
    with pytest.raises(OptionError, match="fed with the rows of one input"):
        export_c(zoo.build("resnet8", channels=4, resolution=16), "net", ends=ends, fed=True, **options)
