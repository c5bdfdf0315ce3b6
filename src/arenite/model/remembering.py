"""What follows from an object that never changes, kept with the object: found once, freed with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T")

UNKNOWN: Any = object()
"""Stands for a result that no rule has found yet; a result may be None."""


class Remembering:
    """What follows from an object that never changes, found when first asked for, and freed with the object."""

    __slots__ = ("__weakref__", "_results")
    _results: dict[Hashable, Any]

    def once(self, key: Hashable, find: Callable[[Any], T]) -> T:
        """What `find` makes of this object, found once. The key names the rule and all that it depends on besides."""
        try:
            results = self._results
        except AttributeError:
            results = {}
            object.__setattr__(self, "_results", results)
        found: T = results.get(key, UNKNOWN)
        if found is UNKNOWN:
            found = results[key] = find(self)
        return found
