"""The names of the Python API: all of its page are there, and each is loaded from where it is said to be."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import arenite
from arenite.errors import OptionError

PAGE = Path(__file__).parent.parent / "docs" / "api.md"


def test_all_names_of_the_page_are_public():
    used = set(re.findall(r"\barenite\.(\w+)", PAGE.read_text(encoding="utf-8")))
    modules = {name for name in used if importlib.util.find_spec(f"arenite.{name}") is not None} - {"zoo"}
    assert len(used) > 10
    assert used - modules <= set(arenite.__all__)
    assert modules == {"checkers"}


def test_all_names_can_be_loaded_and_are_sorted():
    for name in arenite.__all__:
        assert getattr(arenite, name) is not None, name
    assert set(arenite.__all__) <= set(vars(arenite)), "a name that was used is not looked for again"
    assert sorted(arenite.__all__, key=lambda name: (name[0].islower(), name)) == arenite.__all__


def test_completion_sees_the_api_and_nothing_else():
    code = "import arenite; print(*dir(arenite)); print(*(name for name in vars(arenite) if name == 'optimize'))"
    shown, loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert loaded == "", "listing the names loads nothing"
    public = [name for name in shown.split() if not name.startswith("__")]
    assert public == sorted(arenite.__all__)
    assert "__version__" in shown.split()
    assert dir(arenite) == sorted(set(dir(arenite)))


def test_the_version_is_that_of_the_installed_package():
    assert arenite.__version__ == version("arenite")
    with pytest.raises(AttributeError, match="no attribute 'versoin'"):
        _ = arenite.versoin


def test_targets_and_boards_are_given_by_name_or_as_themselves():
    model, board = arenite.zoo.build("paper"), arenite.find_board("STM32F746NG")
    target = arenite.find_target("m7")
    assert target in arenite.targets()
    assert board in arenite.boards()
    for name in ("m7", "tflm-cmsis-nn/cortex-m7", board.name, "STM32F746NG", target):
        assert arenite.inspect(model, target=name).target == target
        assert arenite.Options(target=name).runs_on == target
        assert arenite.export_tflm(model, "net", name) == arenite.export_tflm(model, "net", target)
        assert arenite.refusals(model, name) == ()
        assert arenite.costs([model], target=name, columns=[])[0].target == target.name
        assert arenite.check(model, target=name, arena=1 << 20).target == target
    for function in (arenite.inspect, arenite.check):
        with pytest.raises(OptionError, match="no target is called 'abacus'"):
            function(model, target="abacus")


def test_a_check_says_whether_a_model_fits_and_why_not():
    model = arenite.zoo.build("paper")
    need = arenite.inspect(model).arena.declare_bytes
    fitting = arenite.check(model, arena=need)
    assert (fitting.fits, fitting.failures, fitting.missing) == (True, (), 0)
    lacking = arenite.check(model, arena=need - 16)
    assert (lacking.fits, lacking.missing) == (False, 16)
    assert [each.rule for each in lacking.failures] == ["arena-does-not-fit"]
    assert lacking.saved > 0
    assert arenite.check(model, arena=need - 16, hints=False).saved is None
    assert arenite.check(model, board="nucleo-f446re", arena=need).available == need


def test_a_board_without_its_reserve_is_the_room():
    model, board = arenite.zoo.build("paper"), arenite.find_board("nucleo-f446re")
    for named in (board, board.name):
        assert arenite.check(model, board=named).available == board.region_bytes
        found = arenite.check(model, board=named, reserve=24 * 1024)
        assert (found.available, found.board) == (board.region_bytes - 24 * 1024, board)
        assert found.target.name == board.target
    assert [fit.board for fit in arenite.fit(model, board)] == [board]
    assert [fit.board for fit in arenite.fit(model, [board.name, "microbit"])] == [
        board,
        arenite.find_board("microbit"),
    ]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "check against what"),
        ({"reserve": 1024}, "reserve: goes with a board"),
        ({"board": "nucleo-f446re", "reserve": 1 << 30}, "leave nothing"),
        ({"arena": -1}, "not a number of bytes; give an integer from 1 up"),
        ({"board": "abacus"}, "no board is called"),
    ],
)
def test_checks_that_make_no_sense(given, message):
    with pytest.raises(OptionError, match=message):
        arenite.check(arenite.zoo.build("paper"), **given)


def test_errors_in_python_name_arguments_of_python(tmp_path):
    plan = arenite.optimize(arenite.zoo.build("paper"), arenite.Options(effort="low", verify=False))
    taken = tmp_path / "taken.tflite"
    taken.write_bytes(b"")
    with pytest.raises(arenite.OutputError, match=r"exists; pass force=True to overwrite$"):
        plan.write(taken, verify=False)
    plan.write(taken, verify=False, force=True)
    assert taken.read_bytes() == plan.content


@pytest.mark.parametrize("size", ["64K", 64.0, 0, -1])
def test_a_size_that_is_no_number_of_bytes_is_refused_in_a_line(size):
    with pytest.raises(OptionError, match="is not a number of bytes"):
        arenite.check(arenite.zoo.build("paper"), arena=size)


def test_options_say_what_is_missing_for_an_arena():
    with pytest.raises(OptionError, match="split=True"):
        arenite.Options(arena=30_000)
    with pytest.raises(OptionError, match="arena: '30K' is not a number of bytes"):
        arenite.Options(arena="30K", split=True)


def test_a_comparison_with_a_board_is_shown_in_a_line():
    (found,) = arenite.fit(arenite.zoo.build("paper"), "nucleo-f767zi")
    need = found.before.declare_bytes
    assert repr(found) == (
        f"Fit(nucleo-f767zi with tflm-cmsis-nn/cortex-m7: fits, {need:,} of {found.available:,} bytes of arena)"
    )
    alone = arenite.check(arenite.zoo.build("paper"), arena=1024, hints=False)
    assert repr(alone) == f"Fit(tflm: does not fit, {alone.before.declare_bytes:,} of 1,024 bytes of arena)"
