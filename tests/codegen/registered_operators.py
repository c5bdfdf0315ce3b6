"""Models of one operator, at random: those of TFLM's resolver that move values, and functions of one value."""

from __future__ import annotations

import numpy as np

from arenite.model import ElementType, Tensor

INT8, INT16, INT32, FLOAT = ElementType.INT8, ElementType.INT16, ElementType.INT32, ElementType.FLOAT32
BOOL = ElementType.BOOL


def margins(m, shape, block):
    """Padding before and after each axis, such that whole blocks come out."""
    before = [m.integer(0, 2) for _ in block]
    return [(a, -(a + n) % b) for a, n, b in zip(before, shape, block, strict=True)]


def space_to_batch(m):
    block = [m.integer(1, 3) for _ in range(m.integer(1, 2))]
    shape = [m.integer(2, 7) for _ in block]
    source = m.tensor(m.integer(1, 2), *shape, m.integer(1, 4))
    around = margins(m, shape, block)
    made = [(n + a + b) // size for n, (a, b), size in zip(shape, around, block, strict=True)]
    output = m.like(source, source.shape[0] * int(np.prod(block)), *made, source.shape[-1])
    return m.model("SPACE_TO_BATCH_ND", (source, m.numbers(*block), m.constant(np.array(around), INT32)), [output])


def batch_to_space(m):
    block = [m.integer(1, 3) for _ in range(m.integer(1, 2))]
    shape = [m.integer(2, 5) for _ in block]
    images = m.integer(1, 2)
    source = m.tensor(images * int(np.prod(block)), *shape, m.integer(1, 4))
    crops = [(m.integer(0, 2), m.integer(0, 1)) for _ in block]
    made = [n * size - a - b for n, (a, b), size in zip(shape, crops, block, strict=True)]
    if min(made) < 1:
        crops, made = [(0, 0) for _ in block], [n * size for n, size in zip(shape, block, strict=True)]
    output = m.like(source, images, *made, source.shape[-1])
    inputs = (source, m.numbers(*block), m.constant(np.array(crops), INT32))
    return m.model("BATCH_TO_SPACE_ND", inputs, [output])


def deepened(code):
    def make(m):
        block, images, rows, columns, channels = (m.integer(1, n) for n in (3, 2, 3, 3, 3))
        space, deep = (
            (images, rows * block, columns * block, channels),
            (images, rows, columns, channels * block * block),
        )
        source, target = (space, deep) if code == "SPACE_TO_DEPTH" else (deep, space)
        source = m.tensor(*source)
        return m.model(code, [source], [m.like(source, *target)], block_size=block)

    return make


def mirror_pad(m):
    mode = m.integer(0, 1)
    source = m.tensor(*(m.integer(2, 5) for _ in range(4)))
    around = [(m.integer(0, n - 1 + mode), m.integer(0, n - 1 + mode)) for n in source.shape]
    around = [pair if m.integer(0, 1) else (0, 0) for pair in around]
    whole = [n + a + b for n, (a, b) in zip(source.shape, around, strict=True)]
    return m.model("MIRROR_PAD", (source, m.constant(np.array(around), INT32)), [m.like(source, *whole)], mode=mode)


def reverse(m):
    source = m.tensor(*(m.integer(1, 4) for _ in range(4)))
    first, last = sorted((m.integer(0, 3), m.integer(0, 3)))
    axes = [axis - m.choice(0, 4) for axis in range(first, last + 1)]
    return m.model("REVERSE_V2", (source, m.numbers(*axes)), [m.like(source, *source.shape)])


def broadcast_to(m):
    source, shape = m.choice(
        ((3, 1, 4), (2, 3, 5, 4)), ((1,), (2, 3)), ((2, 1, 3, 1, 2), (2, 4, 3, 2, 2)), ((5,), (5,))
    )
    source = m.tensor(*source)
    return m.model("BROADCAST_TO", (source, m.numbers(*shape)), [m.like(source, *shape)])


def zeros_like(m):
    source = m.tensor(3, 4)
    return m.model("ZEROS_LIKE", [source], [m.like(source, 3, 4)])


def gather_nd(m):
    shape = [m.integer(2, 5) for _ in range(3)]
    axes, picked = m.integer(1, 3), m.choice((4,), (2, 3))
    source = m.tensor(*shape)
    places = np.stack([m.random.integers(0, n, picked) for n in shape[:axes]], -1)
    return m.model("GATHER_ND", (source, m.constant(places, INT32)), [m.like(source, *picked, *shape[axes:])])


def embedding_lookup(m):
    table = m.values(5, 3, 2)
    places = m.numbers(*m.random.integers(0, 5, 4))
    return m.model("EMBEDDING_LOOKUP", (places, table), [m.like(table, 4, 3, 2)])


def dynamic_update_slice(m):
    shape = [m.integer(2, 5) for _ in range(3)]
    source = m.tensor(*shape)
    update = m.like(source, *(m.integer(1, n) for n in shape))
    places = m.numbers(*(m.integer(-1, n + 1) for n in shape))
    return m.model("DYNAMIC_UPDATE_SLICE", (source, update, places), [m.like(source, *shape)])


def select(m):
    shapes = m.choice(
        ((2, 3, 4), (2, 3, 4), (2, 3, 4)), ((1,), (2, 3), (2, 3)), ((2, 1, 4), (3, 1), (1,)), ((1,), (1,), (2, 5))
    )
    true, false = (m.tensor(*shape) for shape in shapes[1:])
    condition = Tensor(m.name(), shapes[0], BOOL)
    return m.model("SELECT_V2", (condition, true, false), [m.like(true, *np.broadcast_shapes(*shapes))])


MOVED = {
    "space_to_batch": space_to_batch,
    "batch_to_space": batch_to_space,
    "space_to_depth": deepened("SPACE_TO_DEPTH"),
    "depth_to_space": deepened("DEPTH_TO_SPACE"),
    "mirror_pad": mirror_pad,
    "reverse": reverse,
    "broadcast_to": broadcast_to,
    "gather_nd": gather_nd,
    "embedding_lookup": embedding_lookup,
    "dynamic_update_slice": dynamic_update_slice,
    "select": select,
}
REGISTERED = {
    INT8: {**MOVED, "zeros_like": zeros_like},
    INT16: {name: MOVED[name] for name in ("reverse", "broadcast_to", "dynamic_update_slice", "select")},
    FLOAT: {**MOVED, "zeros_like": zeros_like},
    INT32: {"reverse": reverse, "broadcast_to": broadcast_to, "zeros_like": zeros_like},
}
