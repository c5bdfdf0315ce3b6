"""`--stream-input` and its like, as commands: what they print can be run, and what they refuse."""

import re
import shlex

import pytest
from next_lines import next_lines
from refusals import refused
from typer.testing import CliRunner

from arenite import zoo
from arenite.cli import app
from arenite.tflite.write import write_bytes


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a model whose input and output have rows, and one whose output has none."""
    found = tmp_path_factory.mktemp("outside")
    models = {"image": ("u-net", {"depth": 1, "resolution": 12}), "classes": ("mobilenet-v1", {"resolution": 32})}
    for name, (family, parameters) in models.items():
        model = zoo.build(family, **parameters)
        (found / f"{name}.tflite").write_bytes(write_bytes(model))
    return found


def run(*arguments):
    return CliRunner().invoke(app, [*map(str, arguments)], env={"COLUMNS": "120"})


ENDS = ("--stream-input", "--external-output")


@pytest.fixture(scope="module")
def planned(folder):
    out = folder / "small.tflite"
    options = ("--target", "c", "--split", "--effort", "low", "--rounds", "1")
    return run("optimize", folder / "image.tflite", "-o", out, *options, *ENDS), out


def test_the_printed_command_writes_the_c_files(planned, folder, monkeypatch):
    result, _ = planned
    assert result.exit_code == 0, result.output
    assert re.search(r"Input input comes in rows: at most \d+ of 12 are in the arena at a time\n", result.stdout)
    assert "Output classes is where each call says, not in the arena\n" in result.stdout
    assert "Only for c: other kernels may compute wrong results with this file\n" in result.stdout
    monkeypatch.chdir(folder)
    (line,) = [line for line in next_lines(result.stdout) if line.strip().startswith("arenite export")]
    command = shlex.split(line, comments=True)
    assert tuple(command[-2:]) == ENDS
    exported = run(*command[1:])
    assert exported.exit_code == 0, exported.output
    said = re.match(r"The C has an arena of ([\d,]+) bytes", result.stdout)[1]
    assert f"an arena of {said} bytes" in exported.stdout
    header = next(folder.glob("small_c/small.h")).read_text()
    assert "int small_read_rows(void *context, int32_t first, int32_t count, int8_t *destination);" in header


def test_a_file_for_c_is_known_as_one(planned):
    _, out = planned
    said = " ".join(run("inspect", out).stdout.split())
    assert "The plan was made for target c." in said
    assert "target tflm computes wrong results with it" in said
    assert run("check", out, "--target", "c", "--arena", "1M").exit_code == 0


def test_further_commands_count_what_is_held(planned, folder, tmp_path, monkeypatch):
    result, out = planned
    size = re.match(r"The C has an arena of ([\d,]+) bytes", result.stdout)[1].replace(",", "")
    plan = re.search(r"plan in the file\s+takes ([\d,]+)", result.stdout)
    arena = plan[1].replace(",", "") if plan else size
    checked = run("check", out, "--target", "c", "--arena", arena, *ENDS)
    assert checked.exit_code == 0, checked.output
    assert "Input input comes in rows" in checked.stdout
    assert run("check", out, "--target", "c", "--arena", arena, "--no-hints").exit_code == 1
    compared = run("check", out, "--target", "c", "--arena", "1M", "--compare", folder, "--max-growth", "0%", *ENDS)
    assert "is the very file that is checked" in compared.output
    (tmp_path / "small.tflite").write_bytes((folder / "image.tflite").read_bytes())
    grown = run("check", out, "--target", "c", "--arena", "1M", "--compare", tmp_path, "--max-growth", "0%", *ENDS)
    assert grown.exit_code == 0, grown.output
    monkeypatch.chdir(folder)
    (line,) = [line for line in next_lines(result.stdout) if line.strip().startswith("arenite report")]
    reported = run(*shlex.split(line, comments=True)[1:])
    assert reported.exit_code == 0, reported.output
    assert "Input input comes in rows" in (folder / "small.html").read_text()


@pytest.mark.parametrize("command", ["optimize", "export"])
@pytest.mark.parametrize("what", ["input", "output"])
def test_an_end_is_in_one_place(folder, command, what):
    where = ("-o", folder / "x.tflite") if command == "optimize" else ("--c", folder / "x")
    message = refused(run(command, folder / "image.tflite", *where, f"--stream-{what}", f"--external-{what}"))
    assert f"--stream-{what} and --external-{what} exclude each other; give one of them" in message
    assert not list(folder.glob("x*"))


@pytest.mark.parametrize("option", ["--stream-input", "--stream-output", "--external-input", "--external-output"])
def test_only_c_has_ends_outside_of_its_arena(folder, option):
    image = folder / "image.tflite"
    message = refused(run("export", image, "--tflm", folder / "x", option))
    assert "go with --c DIR; TFLM has all inputs and outputs in its arena" in message
    message = refused(run("optimize", image, "-o", folder / "x.tflite", option))
    assert "tflm has all inputs and outputs in its arena; outside of it they need the target c" in message
    message = refused(run("optimize", image, "-o", folder / "x.tflite", "--target", "c", "--keep-inputs", option))
    assert "outside of the arena need a layout with overlap that keeps no inputs" in message
    assert not list(folder.glob("x*"))


def test_without_rows_nothing_is_streamed(folder):
    for command in (("export", "--c", folder / "x"), ("optimize", "--target", "c", "-o", folder / "x.tflite")):
        message = refused(run(command[0], folder / "classes.tflite", *command[1:], "--stream-output"))
        assert (
            "no output can come or go in rows, which takes the shape [1, rows, columns, channels] with two rows or more"
            in message
        )
        assert not list(folder.glob("x*"))


def test_a_name_follows_an_equals_sign(folder):
    """What follows a blank is an argument of its own, so that the name of the file is never taken for one."""
    image = folder / "image.tflite"
    assert run("export", "--stream-input", image, "--c", folder / "all").exit_code == 0
    named = run("export", image, "--c", folder / "named", "--stream-input=input", "--external-output=0")
    assert named.exit_code == 0, named.output
    header = (folder / "named" / "image.h").read_text()
    assert "int image_read_rows(" in header
    assert "*output_0" in header
    message = refused(run("export", image, "--stream-input", "input", "--c", folder / "x"))
    assert "got unexpected extra argument(s) (input); a name follows an equals sign: --stream-input=NAME" in message
    message = refused(run("export", image, "--stream-input", "--seed"))
    assert "no such option: --seed" in message
    assert not list(folder.glob("x*"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--stream-input=inptu",), "no input is called 'inptu', only input or 0; did you mean input?"),
        (("--stream-input=input", "--stream-input"), "a name and all inputs are asked for"),
        (("--stream-input=input", "--external-input"), "a name and all inputs are asked for"),
        (("--stream-input=input", "--external-input=input"), "--stream-input and --external-input exclude each other"),
        (("--stream-input=input", "--external-input=0"), "'input' and '0' are the same input; name it once"),
        (("--stream-input=",), "the argument after '--stream-input=' is empty"),
    ],
)
@pytest.mark.parametrize("command", [("export", "--c"), ("optimize", "--target", "c", "-o")])
def test_names_that_are_refused(folder, command, options, words):
    message = refused(run(command[0], folder / "image.tflite", *command[1:], folder / "x", *options))
    assert words in message
    assert not list(folder.glob("x*"))


def test_fed_code_stays_fed(folder):
    """Only `export` knows code that is fed; `optimize` plans for rows."""
    result = run("export", folder / "image.tflite", "--c", folder / "fed", "--feed-input=input")
    assert result.exit_code == 0, result.output
    (line,) = [line for line in next_lines(result.stdout) if "arenite optimize" in line]
    planned, exported = line.split(" && ")
    assert "--stream-input=input" in planned
    assert exported.split("#")[0].split()[-1] == "--feed-input=input"


def test_further_commands_have_the_names(folder):
    out = folder / "sig.tflite"
    result = run("optimize", folder / "image.tflite", "-o", out, "--target", "c", "--rounds", "1", "--stream-input=0")
    assert result.exit_code == 0, result.output
    (line, *_) = next_lines(result.stdout)
    assert line.endswith("sig_c --stream-input=0  # the C files")
