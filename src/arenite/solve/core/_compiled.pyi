from typing import NewType

Search = NewType("Search", object)
OrderSpace = NewType("OrderSpace", object)
DepthFirst = NewType("DepthFirst", object)
Beam = NewType("Beam", object)
BreadthFirst = NewType("BreadthFirst", object)
Lists = tuple[bytes, bytes]

def canonical_begin(sizes: bytes, starts: bytes, ends: bytes, ranks: bytes, height: int, fewest: bool) -> Search: ...
def canonical_run(search: Search, states: int) -> tuple[int, int]: ...
def canonical_offsets(search: Search) -> bytes: ...
def ejection_run(
    sizes: bytes,
    meets_from: bytes,
    meets: bytes,
    offsets: bytes,
    weights: bytes,
    outside: bytes,
    state: bytes,
    height: int,
    tries: int,
) -> tuple[bytes, bytes, bytes, bytes, int]: ...
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
def order_space(
    count: int,
    backward: bool,
    live: int,
    figures: bytes,
    needs: Lists,
    follows: Lists,
    inputs: Lists,
    saved: Lists,
    sizes: bytes,
    readers: Lists,
    events: tuple[bytes, bytes, Lists] | None,
) -> OrderSpace: ...
def order_depth_begin(
    space: OrderSpace, bound: int, limit: int, commit: bool, far_commit: bool, default_first: bool
) -> DepthFirst: ...
def order_depth_run(search: DepthFirst, moves: int) -> tuple[int, int, int]: ...
def order_depth_refused(search: DepthFirst) -> int | None: ...
def order_depth_path(search: DepthFirst) -> bytes: ...
def order_depth_record(search: DepthFirst) -> tuple[bytes, bytes]: ...
def order_beam_begin(space: OrderSpace, width: int, bound: int) -> Beam: ...
def order_beam_run(search: Beam, states: int) -> tuple[int, int]: ...
def order_beam_path(search: Beam) -> bytes: ...
def order_breadth_begin(space: OrderSpace, bound: int, moves: int, eager: bytes, own: int) -> BreadthFirst: ...
def order_breadth_run(search: BreadthFirst, states: int) -> tuple[int, int, int]: ...
def order_breadth_refused(search: BreadthFirst) -> int | None: ...
def order_breadth_states(search: BreadthFirst) -> bytes: ...
def order_breadth_way(search: BreadthFirst) -> bytes: ...
def plain_first_fit(sizes: bytes, meets_from: bytes, meets: bytes, order: bytes) -> bytes: ...
def plain_best_fit(sizes: bytes, meets_from: bytes, meets: bytes, order: bytes) -> bytes: ...
def plain_lowest_first(sizes: bytes, meets_from: bytes, meets: bytes, order: bytes) -> bytes: ...
