"""The tools for the emulated board. Where CI is set to true they must be there; elsewhere tests skip without them."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

NEWLIB = ("arm-none-eabi-gcc", "--specs=nano.specs", "-x", "c", "-E", "-o", os.devnull, "-")


@pytest.fixture(scope="session")
def board():
    missing = [tool for tool in ("make", "arm-none-eabi-gcc", "qemu-system-arm") if shutil.which(tool) is None]
    if not missing:
        probe = subprocess.run(NEWLIB, input="#include <stdint.h>", capture_output=True, text=True, check=False)
        missing = ["newlib for arm-none-eabi"] * (probe.returncode != 0)
    if missing:
        reason = f"not installed: {', '.join(missing)}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
