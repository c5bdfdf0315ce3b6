"""Instructions per multiply-accumulate, which an emulator counts the same every time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_no_more_than_what_is_asked(board, tmp_path):
    figures = tmp_path / "kernels.json"
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks", "kernels", "--json", figures],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert result.returncode == 0, result.stderr
    rows = json.loads(figures.read_text())["results"]["kernels"]["rows"]
    assert all(row["exact"] for row in rows)
    assert [row["kernel"] for row in rows if row["met"] is False] == []
    assert {row["kernel"].partition(",")[0] for row in rows if row["met"]} == {
        "conv 3x3",
        "conv 1x1",
        "depthwise 3x3",
        "fully connected",
    }
