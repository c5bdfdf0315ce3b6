"""Places that hold no model: nothing is waited for, nothing is read without end."""

import os
from pathlib import Path

import pytest

from arenite.errors import ModelError
from arenite.tflite.read import read_model

ADVICE = "give the path of a .tflite file"


def refusal(path):
    with pytest.raises(ModelError) as caught:
        read_model(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders on this system")
def test_a_pipe_is_not_waited_for(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "pipe")
    # Opening it would wait for a writer without end; here it fails instead.
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail("the pipe was opened"))
    assert refusal(tmp_path / "pipe") == f"{tmp_path / 'pipe'} is a device, pipe or socket; {ADVICE}"


@pytest.mark.skipif(os.name == "nt", reason="devices of POSIX")
def test_a_device():
    assert refusal(os.devnull) == f"{os.devnull} is a device, pipe or socket; {ADVICE}"


def test_an_empty_path_is_not_the_present_folder():
    assert refusal("") == f"the path of the model is empty; {ADVICE}"
    assert "is a folder" in refusal(".")
