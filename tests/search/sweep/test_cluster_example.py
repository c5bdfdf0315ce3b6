"""examples/sweep/cluster.py: variants on a cluster of which a worker is killed."""

import csv
import re
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "sweep" / "cluster.py"


def test_a_killed_worker_costs_no_record(tmp_path):
    table = tmp_path / "costs.csv"
    command = [sys.executable, str(EXAMPLE), "--variants", "50", "--workers", "2", "--csv", str(table)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert result.returncode == 0, result.stderr
    killed, records, same, _ = result.stdout.splitlines()
    assert re.fullmatch(r"killed the worker with process \d+ after 5 models, 0 failed", killed)
    assert (records, same) == ("50 records, 0 failed", "1 of 1 compared records are the same here")
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 50
    assert all(int(row["peak_bytes"]) >= int(row["least_peak_bytes"]) > 0 for row in rows)
