import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.table import Table

from arenite.report.console import Name, number, print_report, shorten


@given(st.text(max_size=60), st.integers(0, 70))
def test_shortened_names_fit_and_keep_both_ends(name, width):
    short = shorten(name, width)
    assert cell_len(short) <= width or short == name
    if cell_len(name) <= width:
        assert short == name
    elif width >= 4:
        assert short.startswith(name[:1])
        assert "…" in short


def test_a_shortened_name_of_plain_letters_uses_all_its_room():
    assert shorten("model/block_13_expand_relu/Relu6", 22) == "model/b…and_relu/Relu6"
    assert len(shorten("x" * 100, 37)) == 37


def test_wide_characters_count_twice():
    assert cell_len(shorten("層" * 30, 11)) <= 11


def test_numbers_have_separators():
    assert number(1234567) == "1,234,567"


def _table(name):
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(no_wrap=True)
    table.add_row(Name(name), "1,234")
    return table


@pytest.mark.parametrize("columns", ["40", "80"])
def test_columns_bounds_the_lines_of_a_pipe(monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    stream = io.StringIO()
    print_report([_table("begin" + "x" * 200 + "end")], stream)
    (line,) = stream.getvalue().splitlines()
    assert len(line) == int(columns)
    assert line.startswith("begin")
    assert line.endswith("end  1,234")


def test_a_pipe_without_columns_gets_whole_names_and_no_padding(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    stream = io.StringIO()
    print_report([_table("x" * 300), "short"], stream)
    assert stream.getvalue() == "x" * 300 + "  1,234\nshort\n"


def test_square_brackets_are_text():
    stream = io.StringIO()
    print_report([_table("[bold]x[/bold] :smile:"), "[red]y"], stream)
    assert "[bold]x[/bold] :smile:" in stream.getvalue()
    assert "[red]y" in stream.getvalue()
