"""Charts as the content of files: equal drawings give equal bytes."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes


def picture(inches: tuple[float, float], paint: Callable[[Axes], None], suffix: str) -> bytes:
    """Drawing of `paint`, with this width and height in inches, as the content of a file with this suffix."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "arenite", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=inches, layout="constrained", dpi=150)
        FigureCanvasAgg(figure)
        paint(figure.add_subplot())
        content = io.BytesIO()
        kind = suffix.lower().lstrip(".")
        metadata = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing from")  # drawn as a box: names are arbitrary
            figure.savefig(content, format=kind, metadata=metadata)
    return content.getvalue()
