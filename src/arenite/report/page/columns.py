"""Values -> the data that the page's script draws: columns instead of records, and every text once.

A record per buffer would make the page of a model with thousands of operators three times as large.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arenite.names import printable
from arenite.report.console import number
from arenite.report.page.words import declared, generated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.hardware import Device

    Values = Mapping[str, Any]


def columns(values: Values, on: Device | None) -> dict[str, Any]:
    """The data as JSON values; `page.js` alone reads them."""
    texts = _Texts()
    before, after = (_side(values, side, texts) for side in ("before", "after"))
    kept = max(before["kept"], after["kept"])
    bound, board = values["lower_bound_bytes"], None if on is None else _board(on)
    return {
        "before": before,
        "after": after,
        "unchanged": not values["changed"],
        "bound": bound or None,
        "boundWords": _bound_words(bound, max(before["most"], after["most"])) if bound else "",
        "board": board,
        "keptName": "Variables" if generated(values) else "Tail, which TFLM keeps",
        "keptAtFirst": board is not None or kept <= max(before["head"], after["head"]),
        "strings": texts.all,
    }


def _board(on: Device) -> dict[str, Any] | None:
    """What the line of the board's RAM is called, and how high it lies; None without a board."""
    if on.board is None:
        return None
    return {"name": f"{on.board.name}{' without the reserve' if on.reserve else ''}", "bytes": on.room}


def _bound_words(bound: int, most: int) -> str:
    """What the line of the lower bound is, which also crosses the bars beneath the maps, of up to `most` bytes."""
    words = f"no plan has a head below {number(bound)}"
    if most <= bound:
        return words
    return f"{words}; a bar above it counts shared bytes once for each buffer, or is of an order that needs more"


class _Texts:
    """Numbers texts in the order in which they come. Names stay apart even where they look the same when printed."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def of(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))

    @property
    def all(self) -> list[str]:
        return list(map(printable, self.numbers))


def _side(values: Values, side: str, texts: _Texts) -> dict[str, Any]:
    found = values["memory"][side]
    head, peak = found["head_bytes"], found["peak_scope"]
    alive = [sum(each) for each in zip(found["working_set_bytes"], found["scratch_bytes"], strict=True)]
    arena = values[side]["arena"]["declare_bytes"]
    return {
        "head": head,
        "kept": max(0, arena - head),
        "summary": f"head {number(head)} bytes, arena {number(declared(values, side))}",
        "peak": peak,
        "peakWords": "" if peak is None else f"The head is reached with {number(alive[peak])} bytes alive.",
        "pins": found["pins"],
        "most": max(alive, default=0),
        "working": found["working_set_bytes"],
        "scratch": found["scratch_bytes"],
        "ends": found["end_bytes"],
        "buffers": _buffers(found["buffers"], texts),
        "shares": [
            (one, share["buffer"], share["bytes"])
            for one, each in enumerate(found["buffers"])
            for share in each["shares"]
            if one < share["buffer"]
        ],
        "steps": _steps(values, side, texts),
    }


def _buffers(buffers: list[dict[str, Any]], texts: _Texts) -> dict[str, list[Any]]:
    numbers = {key: [each[key] for each in buffers] for key in ("kind", "address", "bytes", "size", "first", "last")}
    return {
        **numbers,
        "name": [texts.of(each["name"]) for each in buffers],
        "shape": [texts.of("x".join(map(str, each["shape"])) or "scalar") for each in buffers],
        "type": [texts.of(each["type"]) for each in buffers],
        "producer": [-1 if each["producer"] is None else each["producer"] for each in buffers],
        "consumers": [each["consumers"] for each in buffers],
    }


def _steps(values: Values, side: str, texts: _Texts) -> dict[str, list[Any]]:
    steps, whole = values["memory"][side]["steps"], _whole(values)
    strips = _before(values) if side == "before" else _after(values, whole)
    return {
        **{key: [each[key] for each in steps] for key in ("graph", "index", "first", "last", "macs")},
        "name": [texts.of(each["name"]) for each in steps],
        "working": [each["working_set_bytes"] for each in steps],
        "scratch": [each["scratch_bytes"] for each in steps],
        "part": [_part(each["part"]) for each in steps],
        "why": [texts.of(_why(each, strips, whole)) for each in steps],
    }


def _part(part: Mapping[str, int] | None) -> Any:
    return 0 if part is None else (part["operator"], part["number"], part["count"])


def _why(step: Mapping[str, Any], strips: Mapping[int, str], whole: str) -> str:
    """Why an operator is executed in strips or not, in words. `strips`: by operators of the side, in how many parts."""
    part = step["part"]
    if part is not None:
        return f"part {part['number'] + 1} of {part['count']} of operator {part['operator']}"
    if step["graph"] == 0 and step["index"] in strips:
        return strips[step["index"]]
    return f"no: {step['cannot_split']}" if step["cannot_split"] else whole


def _before(values: Values) -> dict[int, str]:
    strips = {}
    for each in values["strips"]:
        words = f"in {each['groups']} groups" if each["kind"] == "channels" else f"in {each['strips']} strips"
        strips.update(dict.fromkeys(each["operators"], words))
    return strips


def _after(values: Values, whole: str) -> dict[int, str]:
    added = "cuts, pads or joins" if values["strips"] else whole
    steps = values["memory"]["after"]["steps"]
    return {each["index"]: added for each in steps if each["source"] is None and each["graph"] == 0}


def _whole(values: Values) -> str:
    if "command" not in values:
        return "could be; no search ran for this page"
    asked = "--split" in values["command"].split()
    return "could be; whole is what the search chose" if asked else "could be; --split was not asked for"
