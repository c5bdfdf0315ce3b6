"""What a person reads of names in files: nothing that a terminal obeys, and no more than a screen holds."""

from __future__ import annotations

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from arenite.errors import AreniteError, ModelError, VerificationError
from arenite.model import Operator
from arenite.names import LONGEST_LINE, LONGEST_NAME, escaped, one_line, part_name, printable, short_names
from arenite.report.columns import Column, Columns, Row
from arenite.report.console import print_report

EVIL = "a\x1b[31mred\x1b]0;title\x07\nline\r\0\u202eleft\u2028\x9b31m\ud800"
OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def harmless(text: str) -> bool:
    return not any(unicodedata.category(character) in OBEYED for character in text)


def test_names_cannot_break_lines_or_color_the_terminal():
    assert printable("a\nb\x1b[31mc\u2028d\ud800") == "a\\nb\\x1b[31mc\\u2028d\\ud800"


@given(st.text())
def test_no_text_is_obeyed(text):
    assert harmless(printable(text))
    assert harmless(one_line(text))


@pytest.mark.parametrize(("function", "longest"), [(printable, LONGEST_NAME), (one_line, LONGEST_LINE)])
def test_the_ends_of_what_is_too_long_stay(function, longest):
    text = function("begin" + "x" * 30_000_000 + "end")
    assert longest - 1 <= len(text) <= longest
    assert text.startswith("begin")
    assert text.endswith("end")


def test_what_fits_is_kept():
    name = "層/" + "x" * (LONGEST_NAME - 2)
    assert printable(name) == escaped(name) == name


@pytest.mark.parametrize("kind", [AreniteError, ModelError, VerificationError])
def test_an_error_is_one_line_whoever_raises_it(kind):
    message = str(kind(f"{EVIL}: {'x' * 1_000_000}; do this"))
    assert harmless(message)
    assert len(message) <= 5 * LONGEST_LINE
    assert message.endswith("; do this")


def test_the_kind_of_an_operator_is_fit_to_be_printed():
    assert harmless(Operator("CUSTOM", (), (), custom_code=EVIL).label)
    assert len(Operator("CUSTOM", (), (), custom_code="x" * 1_000_000).label) == LONGEST_NAME - 1


def test_a_report_prints_no_controls_even_where_nobody_thought_of_them():
    stream = io.StringIO()
    evil = EVIL.replace("\n", "")
    print_report([Text(f"Note: {evil}"), Columns([Column("a"), Column("b", names=True)], [Row((EVIL, EVIL))])], stream)
    assert harmless(stream.getvalue().replace("\n", ""))
    assert stream.getvalue().count("\n") == 3


def test_short_names_are_the_ends_that_differ():
    names = ["a/x/Relu", "b/x/Relu", "c/Relu6;c/Conv", "odd", "twice", "twice", "a//", ""]
    found = short_names(names)
    assert found["a/x/Relu"] == "a/x/Relu"
    assert found["c/Relu6;c/Conv"] == "Relu6"
    assert (found["odd"], found["twice"], found[""]) == ("odd", "twice", "")
    assert short_names(["n/one/Relu", "n/two/Relu"]) == {"n/one/Relu": "one/Relu", "n/two/Relu": "two/Relu"}
    same = ["m/Relu;m/a", "m/Relu;m/b"]
    assert set(short_names(same).values()) == {"Relu;..."}


def test_parts_have_the_short_names_of_their_wholes():
    one, other = "net/a/Relu;net/a/Conv", "net/b/Relu"
    parts = [part_name(one, "strip 1 of 2"), part_name(part_name(other, "strip 1 of 2"), "rows0-8")]
    assert [*short_names([one, other, *parts]).values()][2:] == ["a/Relu/strip 1 of 2", "b/Relu/strip 1 of 2/rows0-8"]
    assert list(short_names(parts).values()) == ["a/Relu/strip 1 of 2", "b/Relu/strip 1 of 2/rows0-8"]
    same = [part_name(name, "padded") for name in ("m/Relu;m/a", "m/Relu;m/b")]
    assert set(short_names(same).values()) == {"Relu/padded;..."}
    assert short_names(["padded", "a//rows1-2"]) == {"padded": "padded", "a//rows1-2": "a//rows1-2"}


def test_short_names_of_hostile_names_take_no_time():
    assert len(short_names(["/" * 1_000_000, "x/" * 500_000, "/new" * 250_000])) == 3
