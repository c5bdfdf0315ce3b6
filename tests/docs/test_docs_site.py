"""The built site: it asks nothing but itself for anything, and its reference has every name, field and option."""

from __future__ import annotations

import functools
import http.server
import re
import subprocess
import sys
import threading
from dataclasses import fields
from html.parser import HTMLParser
from pathlib import Path

import pytest

import arenite
from arenite.cli.app import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
ASKED_FOR = {
    "href": {"link"},
    "src": {"script", "img", "iframe", "source", "audio", "video"},
    "srcset": {"img", "source"},
}
"""Attributes whose address a browser asks for by itself, and their elements; links for a person are not among them."""


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


class Asked(HTMLParser):
    """Collects the addresses that a page makes a browser ask for."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if given.get("rel") != "canonical":
            self.found += [given[name] or "" for name, tags in ASKED_FOR.items() if tag in tags and name in given]


def test_pages_and_styles_ask_no_other_server(site):
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        asked = Asked()
        asked.feed(page.read_text(encoding="utf-8"))
        assert len(asked.found) > 3
        assert [address for address in asked.found if re.match(r"(https?:)?//", address)] == [], page
    for style in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*['\"]?(https?:)?//", style.read_text(encoding="utf-8")), style


def test_a_browser_that_searches_asks_no_other_server(site, chromium):
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        here = f"http://127.0.0.1:{server.server_address[1]}/"
        requests = []
        tab = chromium.new_page()
        tab.on("request", lambda request: requests.append(request.url))
        tab.goto(f"{here}memory/")
        tab.locator("input.md-search__input").click()
        tab.keyboard.type("overlap")
        tab.locator(".md-search-result__item").first.wait_for()
        tab.close()
        server.shutdown()
    assert len(requests) > 5
    assert [url for url in requests if not url.startswith((here, "data:", "blob:"))] == []


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server that prints nothing."""

    def log_message(self, *_):
        pass


def text_of(page):
    """The text of a built page, without its tags."""
    return re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8"))


def test_every_public_name_has_an_entry(site):
    page = (site / "reference" / "api" / "index.html").read_text(encoding="utf-8")
    assert [name for name in arenite.__all__ if not re.search(rf'id="arenite[\w.]*\.{name}"', page)] == []


@pytest.mark.parametrize("kind", [arenite.Options, arenite.Plan, arenite.Inspection, arenite.Exploration])
def test_every_field_is_described(site, kind):
    page = (site / "reference" / "api" / "index.html").read_text(encoding="utf-8")
    (start,) = [found.start() for found in re.finditer(rf'<h2 id="arenite[\w.]*\.{kind.__name__}"', page)]
    section = page[start : page.index("<h2 ", start + 1)]
    described = re.findall(r'doc-section-item">\s*<td><code><span title="[\w.]+">(\w+)</span>', section)
    assert {field.name for field in fields(kind) if not field.name.startswith("_")} <= set(described)


def test_every_command_and_option_is_there(site):
    page = text_of(site / "reference" / "cli" / "index.html")
    assert [name for name in COMMANDS if f"arenite {name}" not in page] == []
    for option in ("--max-extra-macs", "--reserve", "--moves-worth", "--format", "--columns"):
        assert option in page


def test_the_changes_are_there(site):
    assert "The first release" in text_of(site / "changelog" / "index.html")
