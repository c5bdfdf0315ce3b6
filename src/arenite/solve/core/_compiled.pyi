from typing import NewType

Search = NewType("Search", object)

def canonical_begin(sizes: bytes, starts: bytes, ends: bytes, ranks: bytes, height: int, fewest: bool) -> Search: ...
def canonical_run(search: Search, states: int) -> tuple[int, int]: ...
def canonical_offsets(search: Search) -> bytes: ...
def groups_first_fit(
    others_from: bytes, others: bytes, ranges_from: bytes, ranges: bytes, ends: bytes, order: bytes, first: int, at: int
) -> bytes: ...
def groups_unsafe(
    sizes: bytes,
    firsts: bytes,
    lasts: bytes,
    relations: bytes,
    members_from: bytes,
    members: bytes,
    offsets: bytes,
) -> tuple[int, bytes, bytes, bytes, bytes]: ...
def groups_walk(
    others_from: bytes,
    others: bytes,
    ranges_from: bytes,
    ranges: bytes,
    ends: bytes,
    order: bytes,
    places: bytes,
    state: bytes,
    enough: int,
    tries: int,
) -> tuple[bytes, bytes, bytes, int]: ...
def singles_first_fit(
    gaps_from: bytes, gaps: bytes, runs_from: bytes, runs: bytes, ends: bytes, order: bytes
) -> bytes: ...
def singles_walk(
    gaps_from: bytes,
    gaps: bytes,
    runs_from: bytes,
    runs: bytes,
    ends: bytes,
    order: bytes,
    best: bytes,
    current: bytes,
    offsets: bytes,
    state: bytes,
    enough: int,
    tries: int,
) -> tuple[bytes, bytes, bytes, bytes, bytes, int]: ...
def plain_first_fit(sizes: bytes, meets_from: bytes, meets: bytes, order: bytes) -> bytes: ...
def plain_best_fit(sizes: bytes, meets_from: bytes, meets: bytes, order: bytes) -> bytes: ...
def plain_lowest_first(sizes: bytes, meets_from: bytes, meets: bytes, order: bytes) -> bytes: ...
