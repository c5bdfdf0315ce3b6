"""The names of the Python API: all of its page are there, and each is loaded from where it is said to be."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import arenite

PAGE = Path(__file__).parent.parent / "docs" / "api.md"


def test_all_names_of_the_page_are_public():
    used = set(re.findall(r"\barenite\.(\w+)", PAGE.read_text(encoding="utf-8")))
    modules = {name for name in used if importlib.util.find_spec(f"arenite.{name}") is not None} - {"zoo"}
    assert len(used) > 10
    assert used - modules <= set(arenite.__all__)
    assert modules == {"check"}


def test_all_names_can_be_loaded_and_are_sorted():
    for name in arenite.__all__:
        assert getattr(arenite, name) is not None, name
    assert set(arenite.__all__) <= set(vars(arenite)), "a name that was used is not looked for again"
    assert sorted(arenite.__all__, key=lambda name: (name[0].islower(), name)) == arenite.__all__
