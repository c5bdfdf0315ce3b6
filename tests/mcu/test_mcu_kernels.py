"""The int8 kernels built for a core with the DSP extension against their portable build, on the emulated board."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from arenite.codegen.kernel_files import kernel_files

HERE = Path(__file__).resolve().parent
BOARD = HERE.parents[1] / "examples" / "mcu" / "board"
NAMES = ("conv_s8", "depthwise_s8", "fully_connected_s8")
CORTEX_M4 = ("-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard", "-O2")
STRICT = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Wpedantic", "-Werror")


def compiler(folder, *arguments):
    command = ["arm-none-eabi-gcc", *CORTEX_M4, *STRICT, f"-I{folder}", f"-I{BOARD}", *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert result.returncode == 0, result.stderr


def test_both_builds_compute_the_same(board, tmp_path):
    for file, content in kernel_files(NAMES).items():
        (tmp_path / file).write_text(content)
    portable = [f"-Darenite_{name}=portable_{name}" for name in NAMES]
    for name in NAMES:
        source = tmp_path / f"arenite_{name}.c"
        compiler(tmp_path, "-c", source, "-o", f"{name}.o")
        compiler(tmp_path, "-DARENITE_PAIRS=0", *portable, "-c", source, "-o", f"portable_{name}.o")
    code = subprocess.run(
        ["arm-none-eabi-objdump", "-d", *(f"{name}.o" for name in NAMES)],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    ).stdout
    assert code.count("smlad") >= 4
    assert code.count("smlabb") >= 1
    sizes = ("-Wl,--defsym=RAM_BYTES=4194304", "-Wl,--defsym=STACK_BYTES=4096")
    objects = [f"{prefix}{name}.o" for prefix in ("", "portable_") for name in NAMES]
    link = ("-nostartfiles", "--specs=nano.specs", "-T", BOARD / "memory.ld", *sizes)
    compiler(tmp_path, *link, HERE / "same_kernels.c", *sorted(BOARD.glob("*.c")), *objects, "-o", "same.elf")
    board_only = ("-M", "mps2-an386", "-nographic", "-monitor", "none", "-serial", "none")
    result = subprocess.run(
        ["qemu-system-arm", *board_only, "-semihosting-config", "enable=on,target=native", "-kernel", "same.elf"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        timeout=300,
        stdin=subprocess.DEVNULL,
    )
    said = dict(re.findall(r"^(\w+) (\d+)$", result.stderr, re.MULTILINE))
    assert said["different"] == "0"
    assert int(said["empty"]) < 300, "layers that compute nothing"
    assert result.returncode == 0
