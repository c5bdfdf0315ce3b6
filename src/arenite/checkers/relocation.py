"""Problem, layout with moves -> error unless every buffer is intact while it is alive. Independent of the solvers.

The layout is replayed scope by scope, with the owner of every byte of the arena.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arenite.problems.placement import PlacementProblem
    from arenite.problems.relocation import Move, MovingSolution


def check(problem: PlacementProblem, solution: MovingSolution) -> None:
    """Check that every buffer is intact and in its place in all scopes in which it is alive.

    An operator writes its outputs at the beginning of its scope. The write destroys the bytes of other buffers there,
    unless a relation permits the distance. The claimed height must be the highest end of a buffer at any time.

    Raises:
        VerificationError: a check failed; the message names the buffer.
    """
    if len(solution.offsets) != len(problem.buffers):
        raise VerificationError(f"layout has {len(solution.offsets)} offsets for {len(problem.buffers)} buffers")
    memory = _Memory(problem, solution)
    moves: dict[int, list[Move]] = {}
    for move in solution.moves:
        if moves and move.scope < max(moves):
            raise VerificationError(f"a move for scope {move.scope} comes after one for scope {max(moves)}")
        moves.setdefault(move.scope, []).append(move)
    begins: dict[int, list[int]] = {}
    for number, buffer in enumerate(problem.buffers):
        if buffer.size:
            begins.setdefault(buffer.first, []).append(number)
    for scope in sorted(moves.keys() | begins.keys()):
        memory.forget(scope)
        for move in moves.get(scope, ()):
            memory.move(move)
        for number in begins.get(scope, ()):
            memory.write(number)
        memory.read(scope)
    if solution.height != memory.height:
        raise VerificationError(f"layout claims a height of {solution.height} bytes, it reaches {memory.height}")
    if solution.lower_bound > memory.height:
        raise VerificationError(f"lower bound {solution.lower_bound} is above the layout's height {memory.height}")


class _Memory:
    """The arena's content: `held[buffer]` lists intact pieces of the buffer as (low, high, shift), in bytes.

    Address a of a piece, low <= a < high, holds byte a - shift of the buffer.
    """

    def __init__(self, problem: PlacementProblem, solution: MovingSolution) -> None:
        self.buffers = problem.buffers
        self.alignment = problem.alignment
        self.relations = {(each.source, each.target): each for each in problem.relations}
        self.place = list(solution.offsets)
        self.held: dict[int, list[tuple[int, int, int]]] = {}
        self.height = 0

    def forget(self, scope: int) -> None:
        """Drop the buffers that ended before `scope`."""
        self.held = {number: pieces for number, pieces in self.held.items() if self.buffers[number].last >= scope}

    def move(self, move: Move) -> None:
        """Copy a range of the arena, with all pieces in it, and give the moved buffers their new places."""
        low, high, by = move.source, move.source + move.size, move.target - move.source
        for number in move.buffers:
            at, size = self.place[number], self.buffers[number].size
            if number not in self.held or at < low or at + size > high:
                raise VerificationError(
                    f"buffer '{self.buffers[number].name}' is to move before scope {move.scope}, but does not lie "
                    f"in bytes {low} to {high} then"
                )
        carried = {number: list(self._within(number, low, high)) for number in self.held}
        self._destroy(low + by, high + by)
        for number, pieces in carried.items():
            self.held[number] += [(start + by, end + by, shift + by) for start, end, shift in pieces]
        for number in move.buffers:
            self._put(number, self.place[number] + by)

    def write(self, number: int) -> None:
        """Write a buffer, which destroys the pieces of buffers that may not share its place."""
        at, size = self.place[number], self.buffers[number].size
        self._put(number, at)
        kept = {other for other in self.held if self._may_share(number, other)}
        self._destroy(at, at + size, kept)
        self.held[number] = [(at, at + size, at)]

    def read(self, scope: int) -> None:
        """Check that every live buffer is intact and in its place."""
        for number in self.held:
            at, end = self.place[number], self.place[number] + self.buffers[number].size
            reached = at
            for low, high, shift in sorted(self.held[number]):
                if shift == at and low <= reached:
                    reached = max(reached, high)
            if reached < end:
                raise VerificationError(
                    f"buffer '{self.buffers[number].name}' (from byte {at}, {end - at} bytes) is destroyed from "
                    f"byte {reached} on in scope {scope}, where it is alive"
                )

    def _put(self, number: int, at: int) -> None:
        if at < 0 or at % self.alignment:
            raise VerificationError(
                f"buffer '{self.buffers[number].name}' is at byte {at}, not at a multiple of {self.alignment} from 0 up"
            )
        self.place[number] = at
        self.height = max(self.height, at + self.buffers[number].size)

    def _within(self, number: int, low: int, high: int) -> Iterator[tuple[int, int, int]]:
        for start, end, shift in self.held[number]:
            if start < high and low < end:
                yield max(start, low), min(end, high), shift

    def _destroy(self, low: int, high: int, kept: set[int] | frozenset[int] = frozenset()) -> None:
        for number, pieces in self.held.items():
            if number not in kept:
                parts = (
                    (piece, (start, min(end, low)), (max(start, high), end))
                    for piece in pieces
                    for start, end, _ in [piece]
                )
                self.held[number] = [
                    (start, end, piece[2]) for piece, *rest in parts for start, end in rest if start < end
                ]

    def _may_share(self, new: int, old: int) -> bool:
        """Whether a relation permits the distance of the two buffers."""
        for source, target in ((new, old), (old, new)):
            relation = self.relations.get((source, target))
            if relation is not None:
                distance = self.place[source] - self.place[target]
                return distance in relation.exactly or (relation.distance is not None and distance >= relation.distance)
        return False
