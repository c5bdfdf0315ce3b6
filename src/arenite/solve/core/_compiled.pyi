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
