"""`python -m benchmarks [what] [--only TEXT] [--json FILE]`; `--help` lists what there is."""

from __future__ import annotations

import argparse
import importlib
import json
import platform
from pathlib import Path

from benchmarks.cores import stay_on_one_core

BENCHMARKS = {
    "order": "benchmarks.order",
    "switches": "benchmarks.switches",
    "layout": "benchmarks.layout",
    "overlap": "benchmarks.overlap",
    "partial": "benchmarks.partial",
    "tiny": "benchmarks.tiny",
    "streaming": "benchmarks.streaming",
    "peak-memory": "benchmarks.throughput",
    "speed": "benchmarks.speed",
    "commands": "benchmarks.commands",
    "scale": "benchmarks.scale",
    "report": "benchmarks.report",
    "costs": "benchmarks.costs",
    "paper": "benchmarks.paper",
    "kernels": "benchmarks.kernels",
    "export": "benchmarks.export",
    "moves": "benchmarks.moves",
    "house": "benchmarks.house",
}


def main() -> None:
    """Run what was asked for, on one core, and write the figures as JSON if asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Benchmarks of Arenite, on one core.")
    parser.add_argument("what", nargs="?", default="all", choices=[*BENCHMARKS, "all"])
    parser.add_argument("--only", default="", metavar="TEXT", help="only rows whose name contains TEXT")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all figures to FILE")
    arguments = parser.parse_args()
    stay_on_one_core()
    results = {
        name: importlib.import_module(module).run(arguments.only).data()
        for name, module in BENCHMARKS.items()
        if arguments.what in (name, "all")
    }
    if not any(result["rows"] for result in results.values()):
        parser.exit(2, f"python -m benchmarks: error: no row's name contains {arguments.only!r}\n")
    if arguments.json is not None:
        machine = {"python": platform.python_version(), "system": platform.system(), "machine": platform.machine()}
        arguments.json.write_text(json.dumps({"machine": machine, "results": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
