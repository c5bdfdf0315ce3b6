import io
import time

import pytest

from arenite.cli import progress as module
from arenite.cli.progress import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def open_terminal(monkeypatch):
    """Not a fixture: pytest puts its own stderr back between the setup of a test and the test."""
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    return stream


def wait_for(stream, text):
    end = time.monotonic() + 30
    while text not in stream.getvalue() and time.monotonic() < end:
        time.sleep(0.01)
    return stream.getvalue()


def test_what_takes_long_shows_a_line_with_the_news(monkeypatch):
    terminal = open_terminal(monkeypatch)
    monkeypatch.setattr(module, "DELAY_SECONDS", 0.0)
    with progress("optimizing [a].tflite") as update:
        assert "optimizing [a].tflite" in wait_for(terminal, "0:00:00")
        update("searching " + "far " * 40)
        assert "…" in wait_for(terminal, "…")
    assert terminal.getvalue().count("\n") == 1, "one line, which is wiped at the end"
    assert terminal.getvalue().endswith("\x1b[2K")


def test_what_is_done_at_once_shows_nothing(monkeypatch):
    terminal = open_terminal(monkeypatch)
    monkeypatch.setattr(module, "DELAY_SECONDS", 1000.0)
    with progress("reading"):
        pass
    assert terminal.getvalue() == ""


def test_an_error_ends_the_line(monkeypatch):
    terminal = open_terminal(monkeypatch)
    monkeypatch.setattr(module, "DELAY_SECONDS", 0.0)
    with pytest.raises(ZeroDivisionError), progress("dividing"):
        wait_for(terminal, "dividing")
        raise ZeroDivisionError
    assert terminal.getvalue().count("\x1b[?25h") == 1


def test_a_pipe_shows_nothing(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setattr(module, "DELAY_SECONDS", 0.0)
    with progress("x") as update:
        update("y")
    assert stream.getvalue() == ""
