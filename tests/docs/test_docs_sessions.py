"""What the pages show is what their commands print, in an empty folder with the checkout beside it as `arenite`."""

from __future__ import annotations

import functools
import re
import shlex
import shutil
from pathlib import Path

import distributed
import pytest
import typer
from console_sessions import matches, prepare, printed, sessions
from typer.testing import CliRunner

from arenite.cli import app

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(page for page in DOCS.rglob("*.md") if sessions(page))
TOOLS = ("make", "gcc", "arm-none-eabi-gcc", "qemu-system-arm")


def name_of(page):
    return page.relative_to(DOCS).as_posix()


def test_the_pages_for_new_users_are_among_them():
    assert {"first-steps.md", "board.md", "tutorials/keras.md", "tutorials/pytorch.md"} <= set(map(name_of, PAGES))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_shown_output_is_what_is_printed(page, tmp_path):
    shown = sessions(page)
    missing = [tool for tool in TOOLS if any("make " in each.command for each in shown) and not shutil.which(tool)]
    if missing:
        pytest.skip(f"the page compiles: {', '.join(missing)} not installed")
    prepare(page, tmp_path)
    for session in shown:
        lines = printed(session.command, tmp_path)
        assert matches(session.shown, lines), "\n".join([session.command, *lines])


def scripts(page):
    """The Python blocks of a page that are no examples for doctest, which runs all others."""
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    return [compile(block, name_of(page), "exec") for block in blocks if not block.startswith(">>>")]


def test_all_other_python_needs_a_cluster_or_a_converter():
    """TensorFlow and PyTorch are not installed for tests; both tutorials say with which versions what was run."""
    found = {name_of(page) for page in DOCS.rglob("*.md") if scripts(page)}
    assert found == {"sweep.md", "tutorials/keras.md", "tutorials/pytorch.md"}


def test_the_script_for_a_cluster_runs(tmp_path, monkeypatch):
    """On workers in this process, whatever the address."""
    monkeypatch.chdir(tmp_path)
    Path("models").mkdir()
    assert CliRunner().invoke(app, ["zoo", "paper", "-o", "models/paper.tflite"]).exit_code == 0
    here = functools.partial(distributed.Client, processes=False, dashboard_address=None)
    monkeypatch.setattr(distributed, "Client", lambda _: here())
    (script,) = scripts(DOCS / "sweep.md")
    defined = {}
    exec(script, defined)  # the page is part of this repository
    assert [(record.error, record.peak_bytes) for record in defined["records"]] == [(None, 5216)]


def test_first_steps_are_three_commands_of_which_each_names_the_next():
    page = DOCS / "first-steps.md"
    text = page.read_text(encoding="utf-8")
    install, optimize, export = re.findall(r"^\| \d \| `([^`]+)` \|", text, re.MULTILINE)
    shown = {each.command: "\n".join(each.shown) for each in sessions(page)}
    assert install in (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"Next:\n  {export}\n" in shown[optimize]
    assert export in shown
    words = re.findall(r"^\| \d \| [^|]*\| [^|]* \| ([^|]*) \|", text, re.MULTILINE)
    first_words = (DOCS / "glossary.md").read_text(encoding="utf-8").partition("\n## What `--verbose`")[0].lower()
    for word in {*", ".join(words).lower().split(", ")} - {"none"}:
        assert re.search(rf"^\| ([^|]*, )?{word}(,[^|]*)? \|", first_words, re.MULTILINE), word


@pytest.mark.parametrize("page", [*sorted(DOCS.rglob("*.md")), ROOT / "README.md"], ids=lambda page: page.name)
def test_options_of_commands_exist(page):
    """Also of commands that no test runs, since their models are not here."""
    text = re.sub(r" \\\n +", " ", page.read_text(encoding="utf-8"))
    lines = re.findall(r"^(?:\$ +| {2,4})?(arenite [a-z]+ .+)$", text, re.MULTILINE)
    program = typer.main.get_command(app)
    for line in lines:
        words = shlex.split(line, comments=True)
        for command in " ".join(words).split(" && "):
            name, *arguments = command.split()[1:]
            program.get_command(typer.Context(program), name).make_context(name, arguments)


@pytest.mark.parametrize(
    ("page", "files"),
    [
        ("partial.md", {"person_detect.tflite": ["zoo", "mobilenet-v1", "-o"]}),
        (
            "report.md",
            {
                "model.tflite": ["zoo", "resnet8", "-o"],
                "smaller.tflite": ["optimize", "model.tflite", "--no-verify", "-o"],
                "plan.json": ["optimize", "model.tflite", "--no-verify", "-o", "planned.tflite", "--json"],
            },
        ),
    ],
)
def test_commands_that_are_only_listed_work(page, files, tmp_path, monkeypatch):
    """Each for itself, on models of the zoo with the names that the page gives them."""
    monkeypatch.chdir(tmp_path)
    for file, made in files.items():
        done = CliRunner().invoke(app, made if file.endswith(".json") else [*made, file])
        assert done.exit_code == 0, done.output
        if file.endswith(".json"):
            Path(file).write_text(done.stdout, encoding="utf-8")
    (block,) = re.findall(r"```sh\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)
    commands = [shlex.split(line, comments=True) for line in block.splitlines()]
    assert len(commands) >= 4
    for _, *arguments in commands:
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, (arguments, done.output)
        for path in set(tmp_path.iterdir()) - {tmp_path / file for file in files}:
            path.unlink()
