"""Results reach the disk whole or not at all."""

from __future__ import annotations

import os
import socket
import stat
from typing import TYPE_CHECKING

import pytest

from arenite.errors import OutputError
from arenite.tflite import files
from arenite.tflite.files import check_writable, replace_file, same_file

if TYPE_CHECKING:
    from pathlib import Path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_gets_the_content_and_usual_permissions(tmp_path):
    replace_file(tmp_path / "out.tflite", b"content")
    assert (tmp_path / "out.tflite").read_bytes() == b"content"
    (tmp_path / "usual").touch()
    assert (tmp_path / "out.tflite").stat().st_mode == (tmp_path / "usual").stat().st_mode
    assert names(tmp_path) == ["out.tflite", "usual"]


def test_an_existing_file_needs_force(tmp_path):
    path = tmp_path / "out.tflite"
    path.write_bytes(b"old")
    path.chmod(0o640)
    with pytest.raises(OutputError, match="exists; pass force=True to overwrite"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    replace_file(path, b"new", force=True)
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert names(tmp_path) == ["out.tflite"]


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path, monkeypatch):
    path = tmp_path / "out.tflite"
    monkeypatch.setattr(files, "check_writable", lambda path, force: None)
    path.write_bytes(b"theirs")
    with pytest.raises(OutputError, match="exists"):
        replace_file(path, b"ours")
    assert path.read_bytes() == b"theirs"
    assert names(tmp_path) == ["out.tflite"]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    replace_file(tmp_path / "link", b"new", force=True)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders on this system")
@pytest.mark.parametrize("kind", ["pipe", "socket", "link"])
def test_what_is_no_file_is_never_replaced(tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    (tmp_path / "link").symlink_to("pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
    before = {name: os.lstat(name).st_mode for name in names(tmp_path)}
    for write in (check_writable, lambda path, force: replace_file(path, b"x", force=force)):
        for force in (False, True):
            with pytest.raises(OutputError, match=f"^{kind} is a device, pipe or socket, not a file"):
                write(kind, force=force)
    assert {name: os.lstat(name).st_mode for name in names(tmp_path)} == before


@pytest.mark.skipif(os.name == "nt", reason="devices of POSIX")
def test_devices_are_refused():
    # Asked only, never tried: as root a failure of this test would cost the system its device.
    with pytest.raises(OutputError, match="is a device"):
        check_writable(os.devnull, force=True)


def test_a_circle_of_links_stays(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    for write in (check_writable, lambda path, force: replace_file(path, b"x", force=force)):
        with pytest.raises(OutputError, match="cannot be written: ") as caught:
            write(tmp_path / "a", force=True)
        assert "\n" not in str(caught.value)
    assert names(tmp_path) == ["a", "b"]
    assert (tmp_path / "a").is_symlink()
    assert (tmp_path / "b").is_symlink()


@pytest.mark.parametrize(
    ("place", "message"),
    [(".", "is a folder"), ("none/out.tflite", "does not exist"), ("file/out.tflite", "is not a folder")],
)
def test_places_where_nothing_can_be_written(tmp_path, place, message):
    (tmp_path / "file").touch()
    for write in (check_writable, lambda path: replace_file(path, b"x", force=True)):
        with pytest.raises(OutputError, match=message) as caught:
            write(tmp_path / place)
        assert "\n" not in str(caught.value)
    assert names(tmp_path) == ["file"]


def test_read_only_places(tmp_path, monkeypatch):
    # Root may write anywhere, so the answer of the system is made up.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(OutputError, match="read-only"):
        replace_file(tmp_path / "out.tflite", b"x")
    assert names(tmp_path) == []


def test_a_full_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    (tmp_path / "out.tflite").write_bytes(b"old")
    with pytest.raises(OutputError, match="No space left"):
        replace_file(tmp_path / "out.tflite", b"x", force=True)
    assert names(tmp_path) == ["out.tflite"]
    assert (tmp_path / "out.tflite").read_bytes() == b"old"


def test_names_that_no_system_takes(tmp_path):
    with pytest.raises(OutputError):
        replace_file(tmp_path / ("n" * 300), b"x")
    with pytest.raises(OutputError):
        replace_file("nul\0byte", b"x")


def test_same_file_sees_through_links(tmp_path):
    (tmp_path / "a").touch()
    (tmp_path / "b").touch()
    (tmp_path / "link").symlink_to("a")
    assert same_file(tmp_path / "a", tmp_path / "link")
    assert same_file(tmp_path / "a", tmp_path / "." / "a")
    assert not same_file(tmp_path / "a", tmp_path / "b")
    assert not same_file(tmp_path / "a", tmp_path / "missing")
