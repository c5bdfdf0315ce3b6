"""Sources as they are sent to another process: models as bytes, paths and functions as they are.

A packed model is for computing costs only: without `origin`, from which a file is written that keeps all of its source.
"""

from __future__ import annotations

import io
import pickle
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from arenite.errors import OptionError
from arenite.model import Data, Graph, Metadata, Model, Operator, Tensor

if TYPE_CHECKING:
    from arenite.search.sweep.record import Source

_WITH_ORIGIN = frozenset({Data, Tensor, Operator, Graph, Metadata, Model})


@dataclass(frozen=True, slots=True)
class PackedModel:
    """A model as a pickle; `PackedModel()` as a source is the model again."""

    content: bytes

    def __call__(self) -> Model:
        """The model, without `origin`."""
        model: Model = pickle.loads(self.content)
        return model


@dataclass(frozen=True, slots=True)
class Unsendable:
    """A model that cannot be packed; as a source it fails with the reason."""

    reason: str

    def __call__(self) -> Model:
        """Raises OptionError."""
        raise OptionError(self.reason)


def packed(source: Source) -> Source:
    """A source that can be sent, if paths and functions can: a model is packed, or fails when it is computed."""
    if not isinstance(source, Model):
        return source
    content = io.BytesIO()
    try:
        _Packer(content, pickle.HIGHEST_PROTOCOL).dump(source)
    except Exception as error:  # whatever the pickling of a caller's object raises
        return Unsendable(f"{source.name}: cannot be sent to another process: {type(error).__name__}: {error}")
    return PackedModel(content.getvalue())


class _Packer(pickle.Pickler):
    """Pickles what a file's reader makes: views of the file as bytes, and nothing that refers to the file's tables."""

    def reducer_override(self, obj: Any) -> Any:
        kind = type(obj)
        if kind in _WITH_ORIGIN:
            return kind, tuple(None if each.name == "origin" else getattr(obj, each.name) for each in fields(kind))
        if kind is memoryview:
            return bytes, (obj.tobytes(),)
        if kind is MappingProxyType:
            return _read_only, (dict(obj),)
        return NotImplemented


def _read_only(options: dict[str, Any]) -> MappingProxyType[str, Any]:
    return MappingProxyType(options)
