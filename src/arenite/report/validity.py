"""The kernels with which a memory plan is valid, as JSON and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arenite.names import printable
from arenite.report.console import number

if TYPE_CHECKING:
    from arenite.checkers.validity import Validity


def validity_as_json(validity: Validity) -> dict[str, Any]:
    """The validity of a plan as JSON values; docs/json.md documents the keys."""
    return {
        "made_for": validity.made_for,
        "shared_pairs": validity.pairs,
        "valid_with": [kernels.name for kernels in validity.kernels],
    }


def validity_line(validity: Validity) -> str:
    """A sentence with the kernels for which a plan is valid."""
    if not validity.pairs and validity.nowhere:
        return "No buffers share bytes, but addresses are not aligned: valid with no kernels known"
    if not validity.pairs:
        return "No buffers share bytes while both are needed: valid with any kernels"
    what = f"{number(validity.pairs)} pairs of buffers share bytes" if validity.pairs > 1 else "1 pair shares bytes"
    if validity.everywhere:
        return f"{what}: valid with every set of kernels known"
    if validity.nowhere:
        return f"{what}: valid with no kernels known; results may be wrong with any"
    if not validity.kernels:
        return f"{what}: valid in exported C only; the kernels of TFLM compute wrong results"
    return f"{what}: valid with {validity.names} kernels only; other kernels compute wrong results"


def origin_line(validity: Validity) -> str:
    """A sentence with the target that the file names for its plan."""
    if validity.made_for is None:
        return "The plan does not tell for which target it was made"
    return f"The plan was made for target {printable(validity.made_for)}"
