"""Values, device -> the page: the template with its style, its script, its prose and its data."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib.metadata import version
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any

from arenite.report.page.columns import columns
from arenite.report.page.frontier import frontier
from arenite.report.page.markup import command, items, plain
from arenite.report.page.words import again, commands, facts, figures, lead, title

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arenite.hardware import Device

_SAFE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})
"""Characters with which text could leave a script element, or end a line of JavaScript, as JSON escapes."""


def page(values: Mapping[str, Any], on: Device | None = None) -> str:
    """The page as HTML. Equal values give the same page.

    Args:
        values: what `optimize --json` prints; `lower_bound_bytes` is None if nothing was searched. With the key
            `frontier`: what `explore --json` prints.
        on: the device whose board's RAM the map shows, without the reserve.
    """
    style, script = _file("page.css"), _file("page.js")
    return Template(_file("page.html")).substitute(
        policy=_policy(style, script),
        title=plain(title(values)),
        model=plain(values["model"]),
        target=plain(values["target"]),
        style=style,
        lead=f'<p class="lead">{plain(lead(values, on))}</p>',
        figures=figures(values),
        frontier=frontier(values["frontier"]) if values.get("frontier") else "",
        facts=items(facts(values)),
        again=plain(again(values)),
        commands="\n".join(map(command, commands(values, on))),
        version=plain(version("arenite")),
        data=as_script(columns(values, on)),
        script=script,
    )


def as_script(values: Mapping[str, Any]) -> str:
    """JSON that is safe inside a script element."""
    return json.dumps(values, separators=(",", ":"), allow_nan=False).translate(_SAFE)


def _policy(style: str, script: str) -> str:
    """A content security policy that runs this script and this style, and nothing else."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _file(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")
