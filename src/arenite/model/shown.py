"""An object -> the HTML that a notebook shows of it.

HTML is made by the room `report`, which stands above the rooms whose objects are shown. So it is looked up by its name
when a notebook asks, and only then: this is the one place where a room reaches above itself.
"""

from __future__ import annotations

from importlib import import_module


class Shown:
    """Base of what notebooks show as a table or a picture."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        """HTML for notebooks, of limited size and without any markup from names."""
        html: str = import_module("arenite.report.notebook").html_of(self)
        return html
