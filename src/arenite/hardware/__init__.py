"""Known boards with their memory, in `boards.csv`; targets by name; and the device that a target and a board make."""

from arenite.hardware.device import Device, check_bytes, device
from arenite.hardware.load import Board, board_of, boards, find_board, find_target, target_of, targets

__all__ = [
    "Board",
    "Device",
    "board_of",
    "boards",
    "check_bytes",
    "device",
    "find_board",
    "find_target",
    "target_of",
    "targets",
]
