"""Networks that fit a small device only in another order, or strip by strip: exported as C, linked, run in an emulator.

`make` in this folder runs it. Exit codes: 0 all is as it should be, 1 something is not.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ALL_RAM = 4 * 1024 * 1024
"""What the emulated board has: enough to count the instructions of what does not fit the device."""


@dataclass(frozen=True)
class Case:
    """A network of the zoo with its parameters, the device's RAM in bytes, and why these two.

    `split`: `optimize` may execute stretches of it in strips.
    """

    family: str
    parameters: tuple[str, ...]
    ram: int
    why: str
    split: bool = False

    @property
    def title(self) -> str:
        """The network, as `arenite zoo` is told of it."""
        return " ".join((self.family, *self.parameters))


CASES = (
    Case(
        "swiftnet-cell",
        (),
        288 * 1024,
        "The size of arXiv 1910.05110, where 512 KB had to hold an interpreter as well. Without one it fits there\n"
        "in any order, so this device is smaller.",
    ),
    Case("swiftnet-cell", ("channels=28",), 512 * 1024, "The same with wider layers, for the device of that paper."),
    Case(
        "mobilenet-v1",
        ("alpha=0.5", "resolution=224"),
        128 * 1024,
        "A chain has one order only: here layers are executed in strips of rows.",
        split=True,
    ),
)


@dataclass(frozen=True)
class Firmware:
    """A program of which everything is known.

    Sizes are bytes; `missing` is what the device's RAM lacks for it, `equal` whether its outputs are those that
    `runtime` computed when the model was exported.
    """

    sections: dict[str, int]
    missing: int
    instructions: int
    stack: int
    runtime: str
    equal: bool

    @property
    def ram(self) -> int:
        """All sections in RAM, the reserved stack included."""
        return sum(self.sections.get(name, 0) for name in (".stack", ".data", ".bss", ".arena"))


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command and return what it said, whether it succeeded or not."""
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, cwd=HERE)


def arenite(*arguments: str | Path) -> None:
    """Run a command of Arenite, show it, and end with its message where it fails."""
    print("$ arenite", *(shlex.quote(str(part)) for part in arguments), flush=True)
    result = run(sys.executable, "-m", "arenite", *arguments)
    if result.returncode != 0:
        sys.exit(result.stderr.strip() or f"arenite failed with exit code {result.returncode}")


def make(target: str, model: Path, ram: int) -> subprocess.CompletedProcess[str]:
    """Build or run the firmware of an export with a size of RAM."""
    return run("make", "--no-print-directory", "-s", target, f"MODEL={model}", f"RAM_BYTES={ram}")


def firmware(model: Path, ram: int) -> Firmware:
    """Link the export of a model for the device, and run it, on more RAM where the device has too little."""
    linked = make("firmware", model, ram)
    missing = 0
    if linked.returncode != 0:
        overflow = re.search(r"region `RAM' overflowed by (\d+) bytes", linked.stderr)
        if overflow is None:
            sys.exit(linked.stderr)
        missing = int(overflow[1])
    done = make("run", model, ALL_RAM if missing else ram)
    figures = dict(re.findall(r"^(\w+) (\d+)$", done.stdout + done.stderr, re.MULTILINE))
    if "stack" not in figures:
        sys.exit(f"{model}: did not run to its end: {done.stdout}{done.stderr}")
    sizes = run(os.environ.get("CROSS", "arm-none-eabi-") + "size", "-A", model / "firmware.elf").stdout
    sections = {name: int(size) for name, size in re.findall(r"^(\.[\w.]+) +(\d+)", sizes, re.MULTILINE)}
    (runtime,) = re.findall(r"gives what (.+) gave", (HERE / model / "model_test.c").read_text())
    return Firmware(
        sections, missing, int(figures["instructions"]), int(figures["stack"]), runtime, figures["differences"] == "0"
    )


def print_table(case: Case, before: Firmware, after: Firmware) -> None:
    """Both programs side by side."""
    rows = [
        ("RAM: arena", *(f"{each.sections['.arena']:,}" for each in (before, after))),
        ("RAM: data", *(f"{each.sections['.data'] + each.sections['.bss']:,}" for each in (before, after))),
        ("RAM: stack, used", *(f"{each.sections['.stack']:,}, {each.stack:,}" for each in (before, after))),
        ("RAM in all", *(f"{each.ram:,}" for each in (before, after))),
        ("fits", *(f"no, {each.missing:,} too many" if each.missing else "yes" for each in (before, after))),
        ("flash: code", *(f"{each.sections['.text']:,}" for each in (before, after))),
        ("flash: constants", *(f"{each.sections['.rodata']:,}" for each in (before, after))),
        ("instructions", *(f"{each.instructions:,}" for each in (before, after))),
        (f"outputs are {after.runtime}'s", *("yes" if each.equal else "NO" for each in (before, after))),
    ]
    print(f"\n{case.title}, on a Cortex-M7 with {case.ram:,} bytes of RAM\n{case.why}\n")
    print(f"{'':24}{'as filed':>20}{'in strips' if case.split else 'optimized':>20}")
    for name, left, right in rows:
        print(f"{name:24}{left:>20}{right:>20}")
    print(flush=True)


def demonstrate(case: Case, build: Path) -> bool:
    """Run one case; whether it fits only afterwards, with the outputs of a runtime."""
    folder = build / "-".join((case.family, *case.parameters)).replace("=", "")
    (HERE / folder).mkdir(parents=True, exist_ok=True)
    filed, smaller = folder / "filed.tflite", folder / "smaller.tflite"
    settings = [part for parameter in case.parameters for part in ("--set", parameter)]
    arenite("zoo", case.family, *settings, "-o", filed, "--force")
    arenite("optimize", filed, *["--split"] * case.split, "--target", "c", "-o", smaller, "--force")
    results = []
    for model in (filed, smaller):
        arenite("export", model, "--c", model.with_suffix(""), "--name", "model", "--force")
        results.append(firmware(model.with_suffix(""), case.ram))
    before, after = results
    print_table(case, before, after)
    # What a runtime made of equal inputs with the two files.
    one, other = ((HERE / model.with_suffix("") / "model_test.c").read_text() for model in (filed, smaller))
    return one == other and before.missing > 0 and not after.missing and before.equal and after.equal


def main() -> int:
    """Run all cases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=HERE / "build", help="folder for what is made")
    build = Path(os.path.relpath(parser.parse_args().build, HERE))
    good = [demonstrate(case, build) for case in CASES]
    if all(good):
        print("Each network fits only in its new form, and computes the same in it.")
        return 0
    print("error: not as it should be, see above", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
