"""The page of `arenite report` for a model of thousands of operators, in chromium: size, first paint, answers."""

from __future__ import annotations

import runpy
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import arenite
from arenite.report.optimize import as_json
from arenite.report.page import page
from benchmarks.tables import Table

if TYPE_CHECKING:
    from playwright.sync_api import Browser

COLUMNS = ("model", "operators", "MB", "paint s", "ready s", "filter s", "sort s", "zoom s", "hover s", "asked", "met")
SECONDS, MEGABYTES = 1.0, 3.0
"""What the project wants at most: seconds until the page is painted, is ready, and answers; size of the page."""

CHROMIUM = Path(__file__).resolve().parent.parent / "tests" / "chromium.py"

STARTED = """() => new Promise(done => new PerformanceObserver(list => {
    const [load] = performance.getEntriesByType("navigation");
    for (const paint of list.getEntriesByName("first-contentful-paint")) {
        done([paint.startTime / 1000, load.domContentLoadedEventEnd / 1000]);
    }
}).observe({ type: "paint", buffered: true }))"""
"""The script is the last element, so the page answers from the event on that follows it."""

ANSWER = """([selector, type]) => new Promise(done => {
    const element = document.querySelector(selector), started = performance.now();
    if (type === "input") element.value = "conv";
    const box = element.getBoundingClientRect();
    const where = { clientX: box.left + box.width / 2, clientY: box.top + box.height * .8 };
    if (type === "click") element.click();
    else element.dispatchEvent(type === "input" ? new Event(type) : new PointerEvent(type, where));
    requestAnimationFrame(() => setTimeout(() => done((performance.now() - started) / 1000)));
})"""
"""Seconds from an event to the frame after it."""


EVENTS = {
    "filter s": ("#filter", "input"),
    "sort s": ("#table th:nth-child(3) button", "click"),
    "zoom s": ("#zoom-in", "click"),
    "hover s": ("#map-after", "pointermove"),
}
"""What is measured by `ANSWER`, by column: the element and the event."""

TIMES = 5
"""Visits, of which the least seconds are told: other programs on the machine only add to them."""


@dataclass(frozen=True)
class Row:
    """A model of the zoo, optimized with low effort."""

    name: str
    family: str
    parameters: dict[str, Any]


ROWS = (
    Row("paper", "paper", {}),
    Row("3 stages of WS(300)", "random-wired", {"nodes": 300, "stages": 3, "channels": 4}),
)


def run(only: str) -> Table:
    """The rows whose name contains `only`; making the model and its plan is not counted."""
    from playwright.sync_api import sync_playwright

    table = Table("Pages in chromium (seconds on the clock)", COLUMNS)
    with sync_playwright() as running, tempfile.TemporaryDirectory() as folder:
        browser: Browser = runpy.run_path(str(CHROMIUM))["launch"](running)
        for row in ROWS:
            if only.lower() in row.name.lower():
                model = arenite.zoo.build(row.family, **row.parameters)
                written = page(as_json(arenite.optimize(model, arenite.Options(effort="low", verify=False))))
                path = Path(folder) / "report.html"
                path.write_text(written, encoding="utf-8")
                opened = [_opened(browser, path) for _ in range(TIMES)]
                least = {column: round(min(each[column] for each in opened), 3) for column in opened[0]}
                table.add(_row(row.name, len(model.main.operators), len(written.encode()) / 1e6, least))
        browser.close()
    return table


def _opened(browser: Browser, path: Path) -> dict[str, float]:
    """Seconds of one visit, by column."""
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.goto(path.as_uri())
    paint, ready = tab.evaluate(STARTED)
    answers = {column: tab.evaluate(ANSWER, list(event)) for column, event in EVENTS.items()}
    tab.close()
    return {"paint s": paint, "ready s": ready, **answers}


def _row(
    name: str, operators: int, size: float, seconds: dict[str, float]
) -> dict[str, str | int | float | bool | None]:
    met = size <= MEGABYTES and max(seconds.values()) <= SECONDS
    return {"model": name, "operators": operators, "MB": round(size, 3), **seconds, "asked": SECONDS, "met": met}
