"""Every figure of the pages is compared: with what runs on its page, with benchmarks/RESULTS.md, or with the code.

A figure is a number with a comma between thousands, a number with a unit, or a table's cell with a decimal fraction.
Numbers from 1,000 on that a block of the same page prints need nothing more where tests run the block. All others
have a rule in `figures_of_pages.py`, or a reason why they have none.
"""

from __future__ import annotations

import re

import pytest
from figures_of_pages import ROOT, RULES, STATED

PAGES = {page.relative_to(ROOT / "docs").as_posix(): page for page in (ROOT / "docs").rglob("*.md")}
PAGES["CHANGELOG.md"] = ROOT / "CHANGELOG.md"
UNITS = "bytes?|[KMG]i?B|%|s|ms|ns|seconds?|minutes?|times|million|lines"
FIGURE = re.compile(
    rf"(?<![\w,.-])(?:\d{{1,3}}(?:,\d{{3}})+(?![\d,])|\d+(?:\.\d+)? (?:{UNITS})(?!\w))|(?<=\| )\d+\.\d+(?= \|)"
)
LEAST_SHOWN = 1000
"""A smaller number may stand in a block by chance, and does not count as compared there."""
RUN = re.compile(r"```(?:console |python >>> |text \$ make -C examples/mcu ).*?```")
"""Blocks whose output tests compare: test_docs_sessions.py, doctest, tests/mcu/test_mcu_demonstration.py."""
CODE = re.compile(r"```.*?```|`[^`]*`")
"""Other code, whose numbers are arguments, options and quoted messages."""


def text_of(page):
    return " ".join(PAGES[page].read_text(encoding="utf-8").split())


def places(page, words):
    """Where a page has these words, whatever the figures, which are the groups."""
    pattern = re.escape(words).replace(r"\{\}", r"(\d(?:[\d,.]*\d)?)")
    return list(re.finditer(pattern, text_of(page)))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.page}: {rule.words[:50]}")
def test_figures_are_those_of_the_code_and_of_the_benchmarks(rule):
    figures = tuple(each if isinstance(each, str) else f"{each:,.10g}" for each in rule.figures())
    assert figures in [place.groups() for place in places(rule.page, rule.words)]


def shown(page):
    """Numbers in the blocks of a page that are run."""
    numbers = re.findall(r"\d{1,3}(?:,\d{3})+|\d+", " ".join(RUN.findall(text_of(page))))
    return {number for each in numbers if (number := int(each.replace(",", ""))) >= LEAST_SHOWN}


def uncovered(page):
    """Figures of a page of which nothing speaks."""
    known, text = shown(page), text_of(page)
    for each in (*RULES, *STATED):
        for place in places(page, each[1]) if each[0] == page else ():
            text = text[: place.start()] + re.sub(r"\d", "#", place[0]) + text[place.end() :]
    left = FIGURE.findall(CODE.sub(" ", RUN.sub(" ", text)))
    return [each for each in left if "," not in each or int(each.replace(",", "")) not in known]


@pytest.mark.parametrize("page", sorted(PAGES))
def test_every_figure_is_compared(page):
    """Show a new figure in a block that is run, give it a rule, or leave it out."""
    assert uncovered(page) == []


@pytest.mark.parametrize(("page", "words", "why"), STATED)
def test_what_is_only_stated_is_there(page, words, why):
    assert places(page, words), why
