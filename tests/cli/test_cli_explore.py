"""`arenite explore`, and the options of `optimize` that are about strips."""

import json

import pytest
from typer.testing import CliRunner

from arenite import read, zoo
from arenite.backends.target import TFLM
from arenite.cli import app
from arenite.operators.macs import macs
from arenite.tflite.write import write_bytes


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "net.tflite"
    path.write_bytes(write_bytes(zoo.build("mobilenet-v2", width=0.35, resolution=48)))
    return path


def run(*arguments):
    return CliRunner().invoke(app, [*map(str, arguments)])


def test_explore_prints_draws_and_writes(model, tmp_path):
    written, drawn = tmp_path / "picked.tflite", tmp_path / "frontier.png"
    result = run(
        "explore",
        model,
        "--json",
        "--effort",
        "low",
        "--minimize",
        "head",
        "--pick",
        "1",
        "-o",
        written,
        "--plot",
        drawn,
    )
    assert result.exit_code == 0, result.output
    values = json.loads(result.stdout)
    first, *rest = values["points"]
    assert first["strips"] == []
    assert rest
    heads = [point["head_bytes"] for point in values["points"]]
    assert heads == sorted(set(heads), reverse=True)
    assert [point["macs"] for point in rest] == sorted({point["macs"] for point in rest})
    picked = read(written)
    assert TFLM.arena(picked).head_bytes == rest[0]["head_bytes"]
    assert sum(map(macs, picked.main.operators)) == rest[0]["macs"]
    assert drawn.read_bytes().startswith(b"\x89PNG")


def test_optimize_is_not_better_than_what_explore_shows(tmp_path):
    """Of the commands as they are typed: the limit of work that `optimize` has by itself is another one."""
    path = tmp_path / "net.tflite"
    path.write_bytes(write_bytes(zoo.build("resnet8", channels=8)))
    points = json.loads(run("explore", path, "--effort", "low", "--json").stdout)["points"]
    done = run("optimize", path, "--split", "--effort", "low", "--no-verify", "-o", tmp_path / "a.tflite")
    assert done.exit_code == 0, done.output
    found = read(tmp_path / "a.tflite")
    size, work = TFLM.arena(found).declare_bytes, sum(map(macs, found.main.operators))
    assert any(point["declare_bytes"] <= size and point["macs"] <= work for point in points)


def test_a_pick_needs_a_file(model, tmp_path):
    assert run("explore", model, "--pick", "0").exit_code == 2
    assert run("explore", model, "-o", tmp_path / "a.tflite").exit_code == 2
    assert run("explore", model, "--plot", tmp_path / "a.txt").exit_code == 2


def test_an_arena_that_is_not_reached_writes_nothing(model, tmp_path):
    output = tmp_path / "small.tflite"
    result = run("optimize", model, "-o", output, "--split", "--arena", "1K", "--effort", "low")
    assert result.exit_code == 1
    assert "was not reached" in result.output
    assert not output.exists()


@pytest.mark.parametrize("share", ["x", "-1", "15%%", "2000%"])
def test_shares_that_make_no_sense(model, tmp_path, share):
    result = run("optimize", model, "-o", tmp_path / "a.tflite", "--split", "--max-extra-macs", share)
    assert result.exit_code == 2


def test_inspect_says_why(model):
    result = run("inspect", model, "--why")
    assert "operators cannot be executed in strips" in result.output
    assert "FULLY_CONNECTED" in result.output.split("cannot be executed in strips")[1]


@pytest.mark.parametrize(
    ("options", "line"), [((), "Verified in LiteRT: "), (("--no-verify",), "Not verified: not asked")]
)
def test_a_picked_point_says_whether_it_was_verified(model, tmp_path, options, line):
    result = run(
        "explore", model, "--pick", "0", "-o", tmp_path / "picked.tflite", "--effort", "low", "--rounds", "1", *options
    )
    assert result.exit_code == 0, result.output
    assert any(printed.startswith(line) for printed in result.stdout.splitlines())
