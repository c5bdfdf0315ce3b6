"""Random inputs for a model; the same seed gives the same inputs."""

from __future__ import annotations

from math import ceil, floor
from typing import TYPE_CHECKING

from arenite.model import ElementType, Model, Tensor
from arenite.runtimes.indices import index_ranges

if TYPE_CHECKING:
    import numpy as np

    from arenite.runtimes.run import Array, Rounds

DTYPES = {
    ElementType.FLOAT16: "float16",
    ElementType.FLOAT32: "float32",
    ElementType.FLOAT64: "float64",
    ElementType.COMPLEX64: "complex64",
    ElementType.COMPLEX128: "complex128",
    ElementType.BOOL: "bool",
    ElementType.INT8: "int8",
    ElementType.INT16: "int16",
    ElementType.INT32: "int32",
    ElementType.INT64: "int64",
    ElementType.UINT8: "uint8",
    ElementType.UINT16: "uint16",
    ElementType.UINT32: "uint32",
    ElementType.UINT64: "uint64",
}
"""NumPy types of the element types that can be inputs."""

WIDE = frozenset({ElementType.INT32, ElementType.INT64, ElementType.UINT32, ElementType.UINT64})
INDICES = 4
"""Exclusive upper limit of random 32- and 64-bit integers without quantization: they usually are indices or counts."""

FLOAT_SCALES = (1.0, 0.1, 10.0)
"""Standard deviations of random floats, used in turn by successive rounds."""


def unfeedable(model: Model) -> str | None:
    """Why no inputs can be generated for a model, as text; None if they can."""
    for tensor in model.main.inputs:
        if tensor.type not in DTYPES:
            return f"input {tensor.name!r} is of type {tensor.type.name}, for which there are no random values"
        if any(length < 0 for length in tensor.shape):
            return f"input {tensor.name!r} has no fixed shape"
        if len(tensor.shape) > most_dimensions():
            return f"input {tensor.name!r} has {len(tensor.shape):,} dimensions, NumPy at most {most_dimensions()}"
    return None


def most_dimensions() -> int:
    """Maximum number of dimensions of an array in the installed NumPy: 64, or 32 before version 2."""
    import numpy as np

    return 64 if int(np.__version__.split(".")[0]) >= 2 else 32


def random_inputs(model: Model, rounds: int, seed: int) -> Rounds:
    """Inputs of the main graph: one round of zeros (zero points if quantized), then `rounds` random rounds.

    Integers cover their whole range, except 32- and 64-bit ones without quantization, which are 0 to 3. Floats are
    normally distributed. Indices of tables stay inside the table. Entry [r][i] is the array for input i in round r,
    with the input's shape and type.
    """
    import numpy as np

    generator = np.random.default_rng(seed)
    inputs, ranges = model.main.inputs, index_ranges(model)

    def made(tensor: Tensor, number: int) -> Array:
        limits = ranges.get(tensor)
        return _random(tensor, generator, number) if limits is None else _between(tensor, generator, *limits)

    zeros = tuple(_zeros(tensor, *ranges.get(tensor, (-np.inf, np.inf))) for tensor in inputs)
    return (zeros, *(tuple(made(tensor, number) for tensor in inputs) for number in range(rounds)))


def _zeros(tensor: Tensor, low: float, high: float) -> Array:
    import numpy as np

    points = tensor.quantization.zero_point if tensor.quantization else ()
    zero = min(max(points[0] if len(points) == 1 else 0, low), high)
    return np.full(tensor.shape, zero).astype(DTYPES[tensor.type])


def _between(tensor: Tensor, generator: np.random.Generator, low: float, high: float) -> Array:
    """Integers from `low` to `high`, within the type's range; fractions if the interval contains no two integers."""
    import numpy as np

    dtype = np.dtype(DTYPES[tensor.type])
    if dtype.kind in "fc" and floor(high) - ceil(low) < 1:
        return np.asarray(generator.uniform(low, high, tensor.shape)).astype(dtype)
    least, most = ceil(low), floor(high)
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        least, most = (min(max(value, int(limits.min)), int(limits.max)) for value in (least, most))
    return np.asarray(generator.integers(least, max(least, most), tensor.shape, endpoint=True)).astype(dtype)


def _random(tensor: Tensor, generator: np.random.Generator, number: int) -> Array:
    import numpy as np

    dtype = np.dtype(DTYPES[tensor.type])
    if dtype.kind == "b":
        return generator.integers(0, 2, tensor.shape).astype(dtype)
    if dtype.kind in "iu":
        if tensor.type in WIDE and not (tensor.quantization and tensor.quantization.scale):
            return generator.integers(0, INDICES, tensor.shape).astype(dtype)
        limits = np.iinfo(dtype)
        return np.asarray(generator.integers(limits.min, limits.max, tensor.shape, dtype=dtype, endpoint=True))
    scale = FLOAT_SCALES[number % len(FLOAT_SCALES)]
    values = generator.standard_normal(tensor.shape) * scale
    if dtype.kind == "c":
        return np.asarray(values + 1j * generator.standard_normal(tensor.shape) * scale).astype(dtype)
    return np.asarray(values).astype(dtype)
