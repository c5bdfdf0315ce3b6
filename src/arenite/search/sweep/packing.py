"""Sources as they are sent to another process: models as bytes, paths and functions as they are.

A packed model is for computing costs only: without `origin`, from which a file is written that keeps all of its source.
The options of custom operators are read from there, so a model with custom operators is sent as a file.
"""

from __future__ import annotations

import io
import pickle
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from arenite.errors import OptionError
from arenite.model import Data, Graph, Metadata, Model, Operator, Tensor, read_only
from arenite.tflite.read import read_bytes
from arenite.tflite.write import write_bytes

if TYPE_CHECKING:
    from arenite.search.sweep.record import Source

_WITH_ORIGIN = frozenset({Data, Tensor, Operator, Graph, Metadata, Model})


@dataclass(frozen=True, slots=True)
class PackedModel:
    """A model as a pickle; as a source it is the model again. `name` is the model's."""

    content: bytes
    name: str

    def __call__(self) -> Model:
        """The model, without `origin`."""
        model: Model = pickle.loads(self.content)
        return model


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A model as the bytes of its file; as a source it is the model again. `name` is the model's."""

    content: bytes
    name: str

    def __call__(self) -> Model:
        """The model, read from the bytes."""
        return read_bytes(self.content, self.name)


@dataclass(frozen=True, slots=True)
class Unsendable:
    """A model that cannot be packed; as a source it fails with the reason. `name` is the model's."""

    reason: str
    name: str

    def __call__(self) -> Model:
        """Raises OptionError."""
        raise OptionError(self.reason)


def packed(source: Source) -> Source:
    """A source that can be sent, if paths and functions can: a model is packed, or fails when it is computed."""
    if not isinstance(source, Model):
        return source
    content = io.BytesIO()
    try:
        if any(operator.custom_code for graph in source.graphs for operator in graph.operators):
            return PackedFile(write_bytes(source), source.name)
        _Packer(content, pickle.HIGHEST_PROTOCOL).dump(source)
    except Exception as error:  # whatever the pickling of a caller's object raises
        reason = f"{source.name}: cannot be sent to another process: {type(error).__name__}: {error}"
        return Unsendable(reason, source.name)
    return PackedModel(content.getvalue(), source.name)


class _Packer(pickle.Pickler):
    """Pickles what a file's reader makes: views of the file as bytes, and nothing that refers to the file's tables."""

    def reducer_override(self, obj: Any) -> Any:
        kind = type(obj)
        if kind in _WITH_ORIGIN:
            return kind, tuple(None if field.name == "origin" else getattr(obj, field.name) for field in fields(kind))
        if kind is memoryview:
            return bytes, (obj.tobytes(),)
        if kind is MappingProxyType:
            return read_only, (dict(obj),)
        return NotImplemented
