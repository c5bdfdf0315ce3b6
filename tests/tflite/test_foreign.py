"""Files that are no TensorFlow Lite models: what is said of them; and models in arrays of C sources."""

import io
import pickle
import re
import zipfile

import pytest
from tflite_samples import pack, rich

from arenite.bundle.tflm import model_source
from arenite.errors import ModelError
from arenite.runtimes.verification.judging import Side
from arenite.tflite.read import read_bytes, read_model
from arenite.tflite.write import write

MODEL = pack(rich())
HEX = ", ".join(map(hex, MODEL))


def zipped(*names):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, b"{}")
    return content.getvalue()


FOREIGN = {
    "onnx": (b"\x08\x07\x12\x07pytorch" + bytes(40), "is an ONNX model; convert it with onnx2tf"),
    "onnx-graph-first": (b"\x08\x0a\x3a\x99\x01" + bytes(40), "is an ONNX model; convert it with onnx2tf"),
    "h5": (b"\x89HDF\r\n\x1a\n" + bytes(40), "Keras model; .*TFLiteConverter.from_keras_model"),
    "keras": (zipped("metadata.json", "config.json", "model.weights.h5"), "Keras model; .*from_keras_model"),
    "saved": (b"\x08\x01\x12\xf0\x8b\x01" + bytes(40), "part of a SavedModel; .*from_saved_model"),
    "pt": (zipped("net/data.pkl", "net/version"), "PyTorch file; .*litert-torch"),
    "pth": (pickle.dumps({"weight": 1}), "pickle.*PyTorch.*litert-torch"),
    "pte": (b"\x30\0\0\0ET12" + bytes(40), "ExecuTorch program; .*litert-torch"),
    "npy": (b"\x93NUMPY\x01\0v\0{'descr': '<f4'}", "array of NumPy"),
    "gguf": (b"GGUF\x03\0\0\0" + bytes(40), "GGUF file"),
    "safetensors": (b"\x40\0\0\0\0\0\0\0" + b'{"w":{"dtype":"F32"}}', "safetensors file, weights alone"),
    "zip": (zipped("net.tflite"), "ZIP archive; unpack it"),
    "empty-zip": (zipped(), "ZIP archive; unpack it"),
    "gzip": (b"\x1f\x8b\x08\0" + bytes(40), "compressed with gzip; unpack it"),
    "lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS.*git lfs pull"),
    "html": (b"\n<!DOCTYPE html>\n<html>", "web page"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_other_kinds_of_files_are_named_in_a_line(tmp_path, kind):
    content, sentence = FOREIGN[kind]
    path = tmp_path / "net.tflite"
    path.write_bytes(content)
    for read in (lambda: read_model(path), lambda: read_bytes(content, "net.tflite")):
        with pytest.raises(ModelError, match=f"^net.tflite .*{sentence}") as caught:
            read()
        assert "\n" not in str(caught.value)


def test_the_folder_of_a_saved_model(tmp_path):
    (tmp_path / "saved_model.pb").write_bytes(b"")
    with pytest.raises(ModelError, match=r"is a SavedModel; .*from_saved_model"):
        read_model(tmp_path)


def test_a_large_file_without_the_identifier_is_refused_by_its_start(tmp_path):
    path = tmp_path / "net.bin"
    with path.open("wb") as stream:
        stream.truncate(1 << 40)  # a hole of a TiB: no machine could read it into memory
    with pytest.raises(ModelError, match="has no TFL3 identifier"):
        read_model(path)


SOURCES = {
    "xxd": f"unsigned char net_tflite[] = {{\n  {HEX}\n}};\nunsigned int net_tflite_len = {len(MODEL)};\n",
    "decimal": f"const uint8_t net[{len(MODEL)}] PROGMEM = {{{','.join(map(str, MODEL))},}};",
    "signed": f"static const int8_t net[] = {{{','.join(str(each - 256 * (each > 127)) for each in MODEL)}}};",
    "alignas": f"namespace a {{\nalignas(16) const unsigned char net[] = {{{HEX.upper().replace('X', 'x')}}};\n}}",
    "attribute": f"#define X {{1}}\nconst unsigned char net[] __attribute__((aligned(16))) = {{{HEX}}};",
    "octal": f"[[maybe_unused]] const unsigned char net[]{{{','.join(f'0{each:o}u' for each in MODEL)}}};",
    "binary": f"unsigned char net[] = {{{','.join(map(bin, MODEL))}}};",
    "comments": (
        "// unsigned char no[] = {0, 0, 0, 0, 84, 70, 76, 51};\n"
        f'/* char no[] = {{ {HEX} }}; " */ const char *text = "no[] = {{ {HEX} }}; // \\" /*"; char quote = \'"\';\n'
        f"const unsigned char net[] = {{ /* }} */ {HEX.replace(', ', ', // } the next' + chr(10), 3)} }};"
    ),
    "others": (
        f'#include "net.h"\nint sizes[] = {{1, 1000, 3}}; float scales[2] = {{0.5f, 1}}; struct {{int a[2];}} x;\n'
        f"const unsigned char input[] = {{0, 1, 2, 3, 4, 5, 6, 7, 8}};\nconst unsigned char net[] = {{{HEX}}};\n"
        "int main(void) { return 0; }\n"
    ),
    "ours": model_source("net", MODEL),
}


@pytest.mark.parametrize("kind", SOURCES)
def test_a_model_in_a_c_source_is_read(tmp_path, kind):
    path = tmp_path / "net.cc"
    path.write_text(SOURCES[kind])
    model = read_model(path)
    assert (model.name, model.path) == ("net.cc", path)
    assert write(model).content == MODEL
    assert Side.of(path, "first").content == MODEL


def test_two_models_in_a_source_are_named(tmp_path):
    path = tmp_path / "nets.h"
    path.write_text(f"unsigned char one[] = {{{HEX}}}; unsigned char two[] = {{{HEX}}};")
    with pytest.raises(ModelError, match=re.escape("nets.h: 2 arrays are models: one, two; leave one of them")):
        read_model(path)


@pytest.mark.parametrize(
    "source",
    [
        "",
        f"unsigned char cut[] = {{{HEX}",
        f"unsigned char wide[] = {{{HEX}, 256}};",
        f"unsigned char named[] = {{{HEX}, N}};",
        f"unsigned char gap[] = {{{HEX.replace(',', ',,', 1)}}};",
        f"call({{{HEX}}});",
        f"unsigned char open[] = {{{HEX},",
        "int main(void) {}",
    ],
)
def test_sources_without_a_model(tmp_path, source):
    path = tmp_path / "net.c"
    path.write_text(f"// A file.\n{source}\n")
    with pytest.raises(ModelError, match=r"net\.c: no array of bytes in it is a TensorFlow Lite model"):
        read_model(path)
