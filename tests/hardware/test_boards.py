"""The table of boards is complete, sane and can be asked."""

from __future__ import annotations

import re

import pytest

from arenite import hardware
from arenite.errors import OptionError

TARGETS = {
    "Cortex-M0": "tflm-cmsis-nn/cortex-m0",
    "Cortex-M0+": "tflm-cmsis-nn/cortex-m0",
    "Cortex-M3": "tflm-cmsis-nn/cortex-m3",
    "Cortex-M4": "tflm-cmsis-nn/cortex-m4",
    "Cortex-M7": "tflm-cmsis-nn/cortex-m7",
    "Cortex-M33": "tflm-cmsis-nn/cortex-m33",
    "Cortex-M55": "tflm-cmsis-nn/cortex-m55",
    "Cortex-M85": "tflm-cmsis-nn/cortex-m85",
    "Xtensa LX6": "tflm-esp-nn/esp32",
    "Xtensa LX7": "tflm-esp-nn/esp32",
    "RISC-V": "tflm-esp-nn/esp32",
}
KIB, MIB = 1024, 1024 * 1024


def test_there_are_enough_boards_with_names_of_their_own():
    names = [board.name for board in hardware.boards()]
    assert len(names) >= 40
    assert len(set(names)) == len(names)
    assert names == sorted(names)


@pytest.mark.parametrize("board", hardware.boards(), ids=lambda board: board.name)
def test_every_board_is_sane(board):
    assert re.fullmatch(r"[a-z0-9][a-z0-9.-]*", board.name)
    assert 16 * KIB <= board.region_bytes <= board.sram_bytes <= 16 * MIB
    assert 32 * KIB <= board.flash_bytes <= 64 * MIB
    assert board.target == ("tflm-esp-nn/esp32s3" if board.mcu == "ESP32-S3" else TARGETS[board.core])
    for text in (board.title, board.mcu, board.source):
        assert text
        assert text == text.strip()


def test_boards_of_one_chip_agree():
    figures = {}
    for board in hardware.boards():
        memory = (board.core, board.sram_bytes, board.region_bytes, board.target)
        assert figures.setdefault(board.mcu, memory) == memory, board.name


def test_finding_a_board():
    assert hardware.find_board("nucleo-f767zi").sram_bytes == 512 * KIB
    assert hardware.find_board("STM32F746G_Disco").core == "Cortex-M7"
    assert hardware.find_board(" Raspberry Pi Pico ").mcu == "RP2040"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("nucleo-f767", "nucleo-f767zi"),
        ("nukleo-f767zi", "nucleo-f767zi"),
        ("pico", "raspberry-pi-pico"),
        ("STM32F411", "nucleo-f411re"),
        ("", "list all of them"),
        ("m4", "; it is a target, which `--target m4` or `target='m4'` asks for"),
        ("Cortex M4", "; it is a target, which `--target cortex-m4` or `target='cortex-m4'` asks for"),
    ],
)
def test_a_board_that_is_not_there(name, hint):
    with pytest.raises(OptionError, match=re.escape(hint)):
        hardware.find_board(name)


def test_a_chip_is_the_board_with_the_least_memory_that_has_it():
    assert hardware.find_board("STM32F401RE").name == "nucleo-f401re"
    assert hardware.find_board("stm32f401ret6").name == "nucleo-f401re"
    assert hardware.find_board("RP2040") == min(
        (board for board in hardware.boards() if board.mcu == "RP2040"),
        key=lambda board: (board.flash_bytes, board.name),
    )


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("m4", "tflm-cmsis-nn/cortex-m4"),
        ("STM32F746NGH6", "tflm-cmsis-nn/cortex-m7"),
        ("raspberry-pi-pico", "tflm-cmsis-nn/cortex-m0"),
        ("esp32", "tflm-esp-nn/esp32"),
        ("tflm", "tflm"),
    ],
)
def test_a_target_is_found_by_what_it_runs_on(name, target):
    assert hardware.find_target(name).name == target


@pytest.mark.parametrize(("name", "near"), [("nucleo-f446", "nucleo-f446re"), ("cortex-m9", "cortex-m7")])
def test_boards_are_suggested_where_a_target_is_asked_for(name, near):
    with pytest.raises(OptionError, match=f"no target is called '{name}'; did you mean .*{near}"):
        hardware.find_target(name)
    assert hardware.find_target(near).name.startswith("tflm-cmsis-nn/")


def test_families_of_chips_are_no_order_codes():
    with pytest.raises(OptionError, match="esp32"):
        hardware.find_target("esp32-c5")  # begins with ESP32, whose kernels it does not run
