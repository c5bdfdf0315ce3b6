"""What callers of the API give as a model -> Model: a model, a path, bytes, an open file, or C source.

Model ------------------------------------------------> the same Model
path, open file, bytes of either -> .tflite or C source -> Model
text ----- with an array ---------> C source -----------> Model
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from arenite.errors import OptionError
from arenite.model import Model
from arenite.tflite.c_array import is_source
from arenite.tflite.read import model_in, read_bytes, read_model

if TYPE_CHECKING:
    from typing import TypeAlias

_UNNAMED = "model"
"""What errors and reports call a model that comes without a name."""


class Stream(Protocol):
    """An open file, binary or text: whatever has `read`."""

    def read(self) -> bytes | str:
        """All that is left of the file."""


Content = bytes | bytearray | memoryview
Readable: TypeAlias = "str | os.PathLike[str] | Content | Stream"
"""The path of a `.tflite` or of a C source, the content of either, or an open file."""
ModelSource: TypeAlias = "Model | Readable"
"""Whatever a function of the API takes as a model."""


def read(source: Readable, name: str = _UNNAMED) -> Model:
    """Read a model from a `.tflite`, or from the array of bytes in a C or C++ source.

    Args:
        source: the path of the file, its content as bytes, an open file, or the text of a C source. A text with `[` and
            `{`, which every array in C has, is source; a path with both has to be a `pathlib.Path`.
        name: what errors and reports call a model that comes without the name of a file.

    Raises:
        ModelError: it cannot be read, is not a TensorFlow Lite model, or contradicts itself.
        OptionError: it is nothing of these.
    """
    if isinstance(source, str) and is_source(source):
        return _read_content(source, name)
    if isinstance(source, (str, os.PathLike)):
        return read_model(source)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return _read_content(source, name)
    if hasattr(source, "read"):
        path = _path_of(source)
        return _read_content(source.read(), path.name if path else _name_of(source, name), path)
    raise OptionError(
        f"{type(source).__name__} is no model; give a Model, a path, the bytes of a .tflite, or an open file"
    )


def model_of(source: ModelSource, name: str = _UNNAMED) -> Model:
    """The model that a caller gives: as it is, or read.

    Raises:
        ModelError: it cannot be read.
        OptionError: it is no model, and nothing that can be read.
    """
    return source if isinstance(source, Model) else read(source, name)


def _read_content(content: Content | str, name: str, path: Path | None = None) -> Model:
    data = content.encode() if isinstance(content, str) else bytes(content)
    return read_bytes(model_in(data, name), name, path)


def _name_of(stream: Stream, name: str) -> str:
    """The name that an open file has, such as that of a member of an archive; else the given name."""
    own = getattr(stream, "name", None)
    return Path(own).name if isinstance(own, str) and own else name


def _path_of(stream: Stream) -> Path | None:
    """The file that is read; None if it is none, such as a member of an archive with the name of a file."""
    try:
        path = Path(stream.name)  # type: ignore[attr-defined]
        same = os.path.samestat(os.fstat(stream.fileno()), path.stat())  # type: ignore[attr-defined]
    except (AttributeError, OSError, TypeError, ValueError):
        return None
    return path if same else None
