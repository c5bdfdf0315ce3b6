"""The command line of the benchmarks; what they measure is not tested."""

import subprocess
import sys
from pathlib import Path


def test_a_name_that_no_row_has():
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks", "order", "--only", "zzzz"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "python -m benchmarks: error: no row's name contains 'zzzz'\n"
