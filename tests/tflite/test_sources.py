"""What `read` takes: paths, content, open files, C source; and that every function of the API takes the same."""

import io
import re
import zipfile

import pytest

import arenite
from arenite import zoo
from arenite.errors import ModelError, OptionError
from arenite.model import Model
from arenite.tflite.sources import model_of, read
from arenite.tflite.write import write_bytes

CONTENT = write_bytes(zoo.build("paper"))
SOURCE = f"alignas(16) const unsigned char g_model[] = {{{', '.join(map(str, CONTENT))}}};\n"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "net.tflite"
    path.write_bytes(CONTENT)
    return path


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, io.BytesIO])
@pytest.mark.parametrize("content", [CONTENT, SOURCE.encode()], ids=["tflite", "source"])
def test_content_is_read_from_memory(kind, content):
    model = read(kind(content))
    assert write_bytes(model) == CONTENT
    assert (model.name, model.path) == ("model", None)
    assert read(kind(content), "net").name == "net"


def test_source_is_read_from_a_text():
    assert write_bytes(read(SOURCE)) == CONTENT
    assert write_bytes(read(io.StringIO(SOURCE))) == CONTENT
    with pytest.raises(ModelError, match=r"^model"):
        read("int numbers[] = {1, 2, 3};")


def test_a_path_may_have_brackets_and_braces(tmp_path):
    path = tmp_path / "net[1]{2}.tflite"
    path.write_bytes(CONTENT)
    assert read(path).name == path.name


@pytest.mark.parametrize("shown", [str, lambda path: path])
def test_a_file_is_read_by_its_path(path, shown):
    model = read(shown(path))
    assert (model.name, model.path) == ("net.tflite", path)


@pytest.mark.parametrize("mode", ["rb", "r"])
def test_an_open_file_is_a_source_that_is_never_written(tmp_path, mode):
    path = tmp_path / "net.cc"
    path.write_text(SOURCE)
    with path.open(mode) as stream:
        model = read(stream)
    assert (model.name, model.path) == ("net.cc", path)
    assert write_bytes(model) == CONTENT


def test_a_member_of_an_archive_has_a_name_and_no_path(path, monkeypatch):
    monkeypatch.chdir(path.parent)
    with zipfile.ZipFile("models.zip", "w") as archive:
        archive.write("net.tflite")
    with zipfile.ZipFile("models.zip") as archive, archive.open("net.tflite") as stream:
        model = read(stream)
    assert (model.name, model.path) == ("net.tflite", None)


def test_another_file_of_the_same_name_is_not_the_one_that_was_read(path, tmp_path, monkeypatch):
    monkeypatch.chdir(path.parent)
    with open(path.name, "rb") as stream:  # noqa: PTH123 (a relative name)
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / path.name).write_bytes(b"another")
        monkeypatch.chdir(tmp_path / "elsewhere")
        model = read(stream)
    assert (model.name, model.path) == (path.name, None)


def test_a_model_is_taken_as_it_is():
    model = zoo.build("paper")
    assert model_of(model) is model


@pytest.mark.parametrize("wrong", [7, None, object()])
def test_what_is_no_model_is_refused_in_a_line(wrong):
    with pytest.raises(OptionError, match=rf"^{type(wrong).__name__} is no model; give a Model, a path, "):
        model_of(wrong)


@pytest.mark.parametrize("content", [b"", b"abc", b"not a model at all", b"\x08\x07\x12\x07pytorch" + bytes(40)])
def test_errors_name_what_was_read(content):
    with pytest.raises(ModelError, match=r"^upload"):
        read(content, "upload")


QUICK = arenite.Options(effort="low", verify=False)
ENTRIES = {
    "check": lambda model: arenite.check(model, arena=1 << 20),
    "costs": lambda model: arenite.costs([model], columns=["peak_bytes"]),
    "explore": lambda model: arenite.explore(model, QUICK).points,
    "export_c": lambda model: sorted(arenite.export_c(model, "net")),
    "export_tflm": lambda model: arenite.export_tflm(model, "net"),
    "fit": lambda model: arenite.fit(model, "nucleo-f446re"),
    "inspect": lambda model: arenite.inspect(model).peak_bytes,
    "least_peak_memory": arenite.least_peak_memory,
    "optimize": lambda model: arenite.optimize(model, QUICK).content,
    "peak_memory": arenite.peak_memory,
    "refusals": lambda model: arenite.refusals(model, "tflm"),
    "verify": lambda model: arenite.verify(model, rounds=1).identical,
}


@pytest.mark.parametrize("entry", ENTRIES)
def test_functions_take_paths_as_well_as_models(path, entry):
    function = ENTRIES[entry]
    found = function(str(path))
    assert found == function(path)
    if entry != "costs":  # a record is named as its source
        assert found == function(read(path))
        assert found == function(CONTENT)


@pytest.mark.parametrize("entry", ENTRIES)
def test_functions_refuse_what_is_no_model(entry):
    if entry == "costs":
        (record,) = arenite.costs([7])
        assert "int is no model" in record.error
    else:
        with pytest.raises(OptionError, match="int is no model"):
            ENTRIES[entry](7)


def test_every_function_of_a_model_is_among_these_tests():
    """A function of the API whose first parameter is called `model` takes what `read` takes."""
    import inspect

    functions = {name for name in arenite.__all__ if inspect.isfunction(getattr(arenite, name))}
    taking = {
        name
        for name in functions
        if re.match(r"(model|models|first)$", next(iter(inspect.signature(getattr(arenite, name)).parameters), ""))
    }
    assert taking == set(ENTRIES)
    assert Model is arenite.Model
