"""A target, a board, sizes -> Device: what a plan or a check is for."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral

from arenite.backends.target import TFLM, Target
from arenite.errors import OptionError
from arenite.hardware.load import Board, board_of, target_of


@dataclass(frozen=True)
class Device:
    """A target, and the room for the arena, if any is known.

    room: bytes that the arena may have; None: no limit.
    board: the board that the target and the room are from; None: no board was named.
    reserve: bytes of the board's RAM that stay free for stack, heap and other data; the room is without them.
    """

    target: Target
    room: int | None
    board: Board | None
    reserve: int = 0


def check_bytes(what: str, size: object, least: int = 0) -> None:
    """Raise OptionError unless a size is a number of bytes."""
    if not isinstance(size, Integral) or int(size) < least:
        raise OptionError(f"{what}: {size!r} is not a number of bytes; give an integer from {least} up")


def device(
    target: Target | str | None = None, board: Board | str | None = None, *, reserve: int = 0, arena: int | None = None
) -> Device:
    """The device that a target, a board and sizes in bytes describe.

    The room is `arena`, and at most the board's largest region of RAM without the `reserve`. Without a target it is the
    board's, and without a board the portable one.

    Raises:
        OptionError: a name is not known, a size is negative, or nothing is left beside the reserve.
    """
    named = None if board is None else board_of(board)
    runs_on = target_of(target if target is not None else named.target if named else TFLM)
    check_bytes("reserve", reserve)
    if arena is not None:
        check_bytes("arena", arena, least=1)
    if reserve and named is None:
        raise OptionError("reserve: goes with a board, since it is taken from the board's RAM")
    if named is not None and reserve >= named.region_bytes:
        raise OptionError(
            f"reserve: {reserve:,} bytes leave nothing of the {named.region_bytes:,} bytes of RAM of {named.name}"
        )
    rooms = [] if arena is None else [arena]
    if named is not None:
        rooms.append(named.region_bytes - reserve)
    return Device(runs_on, min(rooms, default=None), named, reserve)
