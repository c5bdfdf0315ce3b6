def groups_first_fit(
    others_from: bytes, others: bytes, ranges_from: bytes, ranges: bytes, ends: bytes, order: bytes, first: int, at: int
) -> bytes: ...
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
