"""The map of a memory as text in half blocks."""

from dataclasses import replace

from rich.style import Style

from arenite import zoo
from arenite.report.map_text import COLORS, COLUMNS, ROWS, SCRATCH, map_lines
from arenite.search.memory_map import memory_map

MAP = memory_map(zoo.build("paper"))


def cells(line, found):
    """The halves of each character behind the address: (color above, color below)."""
    margin = len(f"{found.head_bytes:,}") + 1
    console_free = {}
    for span in line.spans:
        for place in range(span.start, span.end):
            console_free[place - margin] = span.style
    result = []
    for place, glyph in enumerate(line.plain[margin:]):
        style = console_free.get(place, Style())
        color, back = (each.name if each else None for each in (style.color, style.bgcolor))
        result.append({"▀": (color, back), "▄": (None, color), " ": (None, None)}[glyph])
    return result


def expected(found, row, scope):
    """Color of the buffer that has most of a row of addresses in a scope, found byte by byte."""
    low, high = (found.head_bytes * each // (2 * ROWS) for each in (row, row + 1))
    held = {}
    for address in range(low, high):
        for number, buffer in enumerate(found.buffers):
            if buffer.first <= scope <= buffer.last and buffer.address <= address < buffer.end:
                held[number] = held.get(number, 0) + 1
    if not held:
        return None
    number = max(held, key=lambda each: (held[each], each))
    return SCRATCH if found.buffers[number].kind == "scratch" else COLORS[number % len(COLORS)]


def test_each_half_block_shows_what_lies_there():
    _, *lines = map_lines(MAP)
    assert len(lines) == ROWS
    stretch = COLUMNS // (2 * MAP.scopes)
    for place, line in enumerate(lines):
        for column, (above, below) in enumerate(cells(line, MAP)):
            scope = column // stretch
            assert above == expected(MAP, 2 * ROWS - 1 - 2 * place, scope)
            assert below == expected(MAP, 2 * ROWS - 2 - 2 * place, scope)


def test_the_ends_of_the_memory_are_named():
    lines = [line.plain for line in map_lines(MAP)][1:]
    assert lines[0].startswith(f"{MAP.head_bytes:,} ")
    assert lines[-1].lstrip().startswith("0 ")


def test_many_operators_fit_a_line():
    found = memory_map(zoo.build("random-wired"))
    assert found.scopes > COLUMNS
    margin = len(f"{found.head_bytes:,}") + 1
    assert {len(line.plain) for line in list(map_lines(found))[1:]} == {margin + COLUMNS}


def test_nothing_is_drawn_of_nothing():
    assert not list(map_lines(replace(MAP, head_bytes=0)))
