"""The first bytes of a file, or a folder -> what it is if it is no TensorFlow Lite model, and what to do about it.

Each kind of file is told by what it begins with, never by its name:

    ONNX          08 | version of the format | tag of the next field (protobuf)
    SavedModel    08 | 01 | 12 (protobuf)
    Keras         89 "HDF" (.h5), or a ZIP archive with `config.json` and `metadata.json` (.keras)
    PyTorch       a ZIP archive with `data.pkl`, or a pickle
    safetensors   8 bytes: length of the header, below 4 GB | { of JSON
    ExecuTorch    4 bytes | "ET" and two digits                            (flatbuffer)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

START_BYTES = 4096
"""Bytes at the beginning of a file by which its kind is told: enough for the names of the first files of an archive."""

_SAVED_MODEL_ADVICE = "convert it with tf.lite.TFLiteConverter.from_saved_model"
_KERAS = "is a Keras model; convert it with tf.lite.TFLiteConverter.from_keras_model"
_NO_GRAPH = "convert the model that they belong to"
_TO_TFLITE = "convert the PyTorch model to .tflite with litert-torch"
_TEXT = bytes({*range(0x20, 0x100), *b"\t\n\v\f\r"} - {0x7F})

_SENTENCES = {
    rb"\x89HDF\r\n\x1a\n": _KERAS,
    rb"PK\x03\x04.*?(config\.json|metadata\.json|\.weights\.h5)": _KERAS,
    rb"PK\x03\x04.*?(data\.pkl|archive_format)": f"is a PyTorch file; {_TO_TFLITE}",
    rb"PK(\x03\x04|\x05\x06|\x07\x08)": "is a ZIP archive; unpack it and give the .tflite file in it",
    rb"\x80[\x02-\x05]": f"is a Python pickle, as PyTorch writes them; {_TO_TFLITE}",
    rb"....ET[0-9][0-9]": f"is an ExecuTorch program; {_TO_TFLITE}",
    rb"\x08\x01\x12": f"is a part of a SavedModel; {_SAVED_MODEL_ADVICE}, which takes its folder",
    rb"\x08[\x02-\x1f][\x12\x1a\x22\x2a\x32\x3a\x42]": "is an ONNX model; convert it with onnx2tf",
    rb"\x93NUMPY": "is an array of NumPy, not a model",
    rb"GGUF": f"is a GGUF file, the weights of a language model; {_NO_GRAPH}",
    rb".{4}\0{4}\{": f"is a safetensors file, weights alone; {_NO_GRAPH}",
    rb"\x1f\x8b": "is compressed with gzip; unpack it and give the .tflite file in it",
    rb"version https://git-lfs": "is the pointer of a file in Git LFS; fetch the file itself with `git lfs pull`",
    rb"(?i:\s*<(!doctype html|html))": "is a web page, not a model; download the file itself",
}
_KINDS = tuple((re.compile(begins, re.DOTALL), sentence) for begins, sentence in _SENTENCES.items())


def foreign_file(start: bytes) -> str | None:
    """What the file is that begins with these bytes, and what to do, as the rest of a sentence; None if not known."""
    return next((sentence for begins, sentence in _KINDS if begins.match(start)), None)


def foreign_folder(folder: Path) -> str:
    """What the folder is and what to do, as the rest of a sentence."""
    if (folder / "saved_model.pb").is_file():
        return f"is a SavedModel; {_SAVED_MODEL_ADVICE}"
    return "is a folder; give the path of a .tflite file"


def is_text(start: bytes) -> bool:
    """Whether a file that begins with these bytes may be text, such as source code."""
    return not start.translate(None, _TEXT)
