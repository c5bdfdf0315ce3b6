"""Drawings as the content of files: equal drawings give equal bytes."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.errors import MissingDependencyError, OptionError
from arenite.names import printable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.figure import Figure


SUFFIXES = (".png", ".svg", ".pdf")
"""Kinds of files that pictures are written as."""
METADATA: dict[str, dict[str, None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
"""Entries that would differ between runs or versions, left out of each kind of file."""


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture's file, whose suffix is the kind, and how it is drawn.

    dots_per_inch: of .png; the other kinds have lines, not dots. title: in place of the picture's own.
    """

    path: Path
    dots_per_inch: int = 150
    title: str | None = None

    def or_title(self, title: str) -> str:
        """The title that was asked for, or this one."""
        return title if self.title is None else printable(self.title)


def check_plot(path: Path) -> None:
    """Raise before any work: OptionError for an unsupported suffix, MissingDependencyError without matplotlib."""
    if path.suffix.lower() not in SUFFIXES:
        raise OptionError(
            f"{path}: a plot is written as {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}; end the file's name with one"
        )
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise MissingDependencyError(
            "a plot needs matplotlib, which is not installed: pip install matplotlib"
        ) from None


def picture(inches: tuple[float, float], paint: Callable[[Figure], None], file: PictureFile) -> bytes:
    """Drawing of `paint`, with this width and height in inches, as the content of a file."""
    import matplotlib as mpl
    from matplotlib import figure as drawings
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with mpl.rc_context({"svg.hashsalt": "arenite", "svg.fonttype": "none", "font.size": 9}):
        figure = drawings.Figure(figsize=inches, layout="constrained", dpi=file.dots_per_inch)
        FigureCanvasAgg(figure)
        paint(figure)
        content = io.BytesIO()
        kind = file.path.suffix.lower().lstrip(".")
        metadata = METADATA[kind]
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing from")  # drawn as a box: names are arbitrary
            figure.savefig(content, format=kind, metadata=metadata)
    return content.getvalue()
