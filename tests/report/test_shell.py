"""Commands to paste: how paths are written, and where a long command is broken."""

import os
import subprocess
from pathlib import Path

import pytest

from arenite.report.shell import COLUMNS, THEN, quoted, to_paste


def words_of(text):
    """What a shell makes of lines that print their words."""
    script = f"arenite() {{ printf '%s|' \"$@\"; echo; }}\n{text}\n"
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout.splitlines()


@pytest.mark.parametrize("length", range(1, 140, 3))
def test_a_command_stays_the_same_however_long_it_is(length):
    name = f"{'a b' * 30}"[:length]
    words = ("arenite", "optimize", quoted(name), "--target", "c", "-o", quoted(name), THEN, "arenite", "export", "x")
    lines = to_paste(words, "what it gives, too")
    assert words_of("\n".join(lines)) == [f"optimize|{name}|--target|c|-o|{name}|", "export|x|"]
    assert all(len(line) <= COLUMNS or length > 60 for line in lines)
    assert [line.endswith(" \\") for line in lines[:-1]].count(False) <= lines[-1].startswith("      # ")


def test_only_what_does_not_fit_is_broken():
    assert to_paste(("arenite", "fit", "net.tflite"), "x") == ["  arenite fit net.tflite  # x"]
    fits = "a" * (COLUMNS - len("  arenite fit "))
    assert to_paste(("arenite", "fit", fits), "x") == [f"  arenite fit {fits}", "      # x"]
    assert to_paste(("arenite", "fit", fits, "--board", "b"), "x") == [
        "  arenite fit \\",
        f"      {fits} \\",
        "      --board b  # x",
    ]
    assert to_paste(("arenite", "fit", fits[2:], "--board", "b"), "x")[0] == f"  arenite fit {fits[2:]} \\"
    first, second = ("arenite", "fit", "b" * 40), ("arenite", "fit", "c" * 40)
    assert to_paste((*first, THEN, *second), "x") == [
        f"  arenite fit {'b' * 40} \\",
        f"      && arenite fit {'c' * 40}  # x",
    ]


def test_a_path_is_as_short_as_can_be(tmp_path, monkeypatch):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    monkeypatch.chdir(tmp_path / "a")
    assert quoted(tmp_path / "a" / "net.tflite") == "net.tflite"
    assert quoted(tmp_path / "b" / "my net.tflite") == "'../b/my net.tflite'"
    assert quoted(tmp_path / "a" / "-o") == "./-o"
    assert quoted(Path("../a/net.tflite")) == "../a/net.tflite"
    assert quoted(Path("/net.tflite")) == "/net.tflite", "shorter than the way from here"


def test_a_path_through_a_link_is_left_as_it_is(tmp_path, monkeypatch):
    (tmp_path / "far" / "away").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "far" / "away")
    monkeypatch.chdir(tmp_path)
    asked = tmp_path / "link" / ".." / "net.tflite"  # the system goes to the folder `far`
    assert quoted(asked) == str(asked)


def test_a_path_stays_where_the_current_folder_is_gone(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    try:
        assert quoted(tmp_path / "net.tflite") == str(tmp_path / "net.tflite")
    finally:
        os.chdir(tmp_path)
