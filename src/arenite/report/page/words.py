"""Values -> the sentences of the page, as plain text, and its figures."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from arenite.report.commands import board_words, file_word, option_of
from arenite.report.console import RUNTIMES, number
from arenite.report.optimize import FITS_WITHOUT_STRIPS, frames_lines, outside_line
from arenite.report.page.markup import plain
from arenite.report.verify import rounds_words
from arenite.search.plan import Frames, OutsideEnd

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from arenite.hardware import Device

    Values = Mapping[str, Any]


def declared(values: Values, side: str) -> int:
    """Bytes of arena to declare, before or after; for generated C whose tensors move, the arena of the C."""
    exported = values.get("exported") if side == "after" else None
    arena: int = exported["arena_bytes"] if exported else values[side]["arena"]["declare_bytes"]
    return arena


def generated(values: Values) -> bool:
    """Whether the target is generated C, which has kernels of its own."""
    name: str = values["target"]
    return name == "c" or name.startswith("c-")


def title(values: Values) -> str:
    """The result in one sentence."""
    before, after = declared(values, "before"), declared(values, "after")
    least = "" if values["after"]["arena"]["exact"] else "at least "
    if any(note.startswith(f"{values['target']} cannot run ") for note in values["notes"]):
        return f"{values['target']} cannot run this model."
    if before == after:
        return f"Declare {least}{number(after)} bytes."
    return f"Declare {least}{number(after)} bytes instead of {number(before)}."


def lead(values: Values, on: Device | None) -> str:
    """What the reader should know next: what is proven, what was verified, and whether the board holds it."""
    said = [_change(values), proof(values), _verdict(values), *([] if on is None else _fit(values, on))]
    return " ".join(said)


def _change(values: Values) -> str:
    before, after = declared(values, "before"), declared(values, "after")
    if not values["changed"]:
        return "Nothing was gained: the model stays as it is."
    if before == after:
        return "The arena to declare stays the same."
    share = 100 * abs(after - before) / before if before else 100.0
    return (
        f"The arena {'shrinks' if after < before else 'grows'} by {number(abs(after - before))} bytes, {share:.1f} %."
    )


def proof(values: Values) -> str:
    """What is known about plans with a smaller head."""
    bound = values["lower_bound_bytes"]
    if bound is None:
        return "Both files are shown as they are: no search ran, so nothing is proven about smaller heads."
    if values["optimal"] and not values["strips"] and " --arena " in values.get("command", ""):
        return f"{FITS_WITHOUT_STRIPS} has a head below {number(bound)} bytes."
    if values["optimal"]:
        return f"Proven optimal: no plan of what was asked for has a head below {number(bound)} bytes."
    if values["unknown_scratch"]:
        return f"Lower bound of the head: {number(bound)} bytes, as far as scratch is known."
    if not bound:
        return "Nothing was searched, so nothing is proven."
    return f"Lower bound of the head: {number(bound)} bytes; up to {100 * values['gap']:.1f} % of the head may be left."


def _verdict(values: Values) -> str:
    compared = [runtime for runtime, status in values["verified"].items() if status == "identical"]
    if not values["changed"]:
        return ""
    if not compared:
        return "Outputs were not compared here."
    return f"Outputs are identical in {' and '.join(RUNTIMES.get(each, each) for each in compared)}."


def _fit(values: Values, on: Device) -> Iterator[str]:
    if on.board is None or on.room is None:
        return
    arena = declared(values, "after")
    beside = f" beside the {number(on.reserve)} to keep free" if on.reserve else ""
    if arena > on.room:
        yield f"{on.board.title} lacks {number(arena - on.room)} bytes of RAM for it{beside}."
    else:
        share = f"{100 * arena / on.room:.0f} %"
        yield f"It takes {share} of the {number(on.room)} bytes of RAM of {on.board.title}{beside}."


def figures(values: Values) -> str:
    """The costs before and after, as entries of a description list."""
    before, after = values["before"], values["after"]
    rows = [
        ("Arena to declare", declared(values, "before"), declared(values, "after"), "bytes"),
        ("Head: activations and scratch", before["head_bytes"], after["head_bytes"], "bytes"),
        ("Largest working set", before["peak_bytes"], after["peak_bytes"], "bytes"),
        ("Multiply-accumulates", before["macs"], after["macs"], ""),
    ]
    return "\n".join(_figure(*row) for row in rows)


def _figure(name: str, before: int, after: int, unit: str) -> str:
    was = "as before" if before == after else f"before {number(before)}{_percent(before, after)}"
    most = max(before, after, 1)
    bars = "".join(
        f'<rect class="{kind}" width="{100 * size / most:.2f}" height="4" y="{top}"/>'
        for kind, size, top in (("track", before, 0), ("fill", after, 5))
    )
    return (
        f'<div><dt>{plain(name)}</dt><dd><div class="now">{plain(f"{number(after)} {unit}".strip())}</div>'
        f'<div class="was">{plain(was)}</div>'
        f'<svg viewBox="0 0 100 9" preserveAspectRatio="none" aria-hidden="true">{bars}</svg></dd></div>'
    )


def _percent(before: int, after: int) -> str:
    return f", {100 * (after - before) / before:+.1f} %" if before else ""


def facts(values: Values) -> Iterator[str]:
    """What is proven and what was compared, a sentence each."""
    yield proof(values)
    yield from _strips(values)
    for runtime, status in values["verified"].items():
        outcome, _, reason = status.partition(": ")
        rounds = values["rounds"].get(runtime, 0)
        name = RUNTIMES.get(runtime, runtime)
        if outcome == "unavailable":
            yield f"Not verified in {name}: {reason}{'' if reason.endswith('.') else '.'}"
        elif not values["changed"]:
            yield f"{name}: the result is the source, byte for byte, so nothing was compared."
        else:
            yield f"{name}: outputs {outcome}, bit for bit{f', in {rounds_words(rounds)}' if rounds else ''}."
    pairs, sets = values["shared_pairs"], values["valid_with"]
    if not pairs:
        yield "No buffers share bytes while both are needed: right with any kernels."
    else:
        own = f"the kernels of {values['target']} alone" if generated(values) else "no kernels known"
        names = ", ".join(sets) or own
        yield f"Pairs of tensors that share bytes while both are alive: {number(pairs)}. Right with: {names}."
    for end in values.get("ends", ()):
        yield (
            f"{end['what'].capitalize()} {end['name']} is {end['type']} in place of {end['was']}: a value stands for "
            f"{end['scale']:.9g} x (value {-end['zero_point']:+})."
        )
    if values.get("frames"):
        yield from (f"{line}." for line in frames_lines(Frames(**values["frames"])))
    for each in map(_outside, values["outside"]):
        yield f"{outside_line(each)}."
    yield from values["notes"]


def _outside(end: Values) -> OutsideEnd:
    return OutsideEnd(end["name"], end["what"], end["where"], end["rows"], end["held"])


def _strips(values: Values) -> Iterator[str]:
    for each in values["strips"]:
        operators = each["operators"]
        which = f"operators {operators[0]} to {operators[-1]}" if len(operators) > 1 else f"operator {operators[0]}"
        number_of = each["groups"] if each["kind"] == "channels" else each["strips"]
        parts = "groups of channels" if each["kind"] == "channels" else "strips of rows"
        work = f", for {number(each['extra_macs'])} more multiply-accumulates" if each["extra_macs"] else ""
        yield f"In {number_of} {parts}: {which} of the source{work}."


def again(values: Values) -> str:
    """What the commands do."""
    if "command" not in values:
        return "These compare the two files, check the second, and make this page; OUT stands for the file to write."
    return "The first makes the same bytes on any machine; OUT stands for the file to write."


def commands(values: Values, on: Device | None) -> Iterator[str]:
    """The commands that make, compare and check the result."""
    source, result = map(file_word, values.get("files", (values["model"], "OUT")))
    if "command" in values:
        yield values["command"]
    yield shlex.join(["arenite", "verify", source, result])
    target = [] if values["target"] == "tflm" else ["--target", values["target"]]
    # `check` does not count moves between operators, which make the C of some plans smaller.
    room = (on and board_words(on)) or ["--arena", str(values["after"]["arena"]["declare_bytes"])]
    outside = [option_of(end["what"], end["where"], end["name"]) for end in values["outside"]]
    yield shlex.join(["arenite", "check", result, *room, *target, *outside])
    if "page_command" in values:
        yield values["page_command"]
