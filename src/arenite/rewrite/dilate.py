"""Replaces SPACE_TO_BATCH_ND, convolution, BATCH_TO_SPACE_ND by PAD and one dilated convolution.

TensorFlow writes a dilated convolution as these three operators; converters fold them only where no other operator is
between them. The two outer operators copy the image, keep both copies in the head, and cannot be split into strips.

Proof for one axis with block b, paddings (before, after), crops (first, last), and a convolution of stride 1 and
dilation d without padding. SPACE_TO_BATCH_ND moves position b * i + p of the padded axis to position i of image p.
Output i of image p reads, with tap k, position b * (i + k * d) + p. BATCH_TO_SPACE_ND moves this output to position
b * i + p - first. So output j of the result reads position j + first + k * b * d of the padded axis:

    padded axis   z z x0 x1 x2 x3 x4 ...    z: `before` positions of padding
    output j           |     |     |        taps b * d apart, from j + first on

A convolution of dilation b * d reads the same positions if the axis gets `before - first` positions of padding before
it and `after - last` behind it. Each output multiplies the same values with the same taps in the same order. An axis of
block 1 is only padded, so its stride may be any. The pass leaves crops that are larger than their padding alone.

SPACE_TO_BATCH_ND pads with the zero point in LiteRT. TFLM's kernel does not set its padding value (`output_offset` in
tensorflow/lite/micro/kernels/space_to_batch_nd.cc), so it pads with the byte that is in the arena, 0 in a fresh one.
PAD fills with the zero point in both runtimes. With a zero point other than 0 the runtimes therefore disagree on the
source, and the pass rewrites only what needs no padding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

from arenite.model import ElementType, Operator, readers_of
from arenite.operators.constants import integers
from arenite.operators.kinds import RESHAPES
from arenite.operators.quantization import steps
from arenite.operators.soundness import is_sound
from arenite.operators.versions import version
from arenite.operators.windows import CONVOLUTIONS, SAME, VALID, padding_of, window
from arenite.rewrite.edits import edited, integer_constant, reshape, with_operators
from arenite.rewrite.interface import Pass
from arenite.rewrite.sentences import fewer, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

    from arenite.model import Graph, Model, Tensor
    from arenite.operators.windows import Axis

    Shape = tuple[int, ...]

_TYPES = frozenset({ElementType.INT8, ElementType.INT16, ElementType.FLOAT32})


@dataclass(frozen=True)
class Dilate(Pass):
    """Replace convolutions between blocks by dilated ones.

    Outputs stay the same bit for bit, in TFLM and in LiteRT.
    """

    def _apply(self, model: Model) -> Model:
        return edited(model, _dilated)

    def sentence(self, before: Model, after: Model) -> str:
        """Number of convolutions that became dilated."""
        blocks = fewer(before, after, lambda operator: operator.code == "SPACE_TO_BATCH_ND")
        count = number(blocks, "convolution is", "convolutions are")
        return f"{count} dilated in place of SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND around"


def _dilated(graph: Graph, interface: Set[Tensor]) -> Graph:
    made = [(blocked, _rewritten(blocked)) for blocked in _matches(graph, interface)]
    instead = {blocked.join: new for blocked, new in made if new}
    if not instead:
        return graph
    gone = {operator for blocked, _ in made if blocked.join in instead for operator in blocked.operators}
    return with_operators(
        graph, (new for old in graph.operators for new in instead.get(old, () if old in gone else (old,)))
    )


@dataclass(frozen=True)
class _Blocked:
    """A convolution between SPACE_TO_BATCH_ND (`split`) and BATCH_TO_SPACE_ND (`join`).

    `before` and `after` are reshapes between a series [batch, length, channels] and an image; None for images.
    """

    split: Operator
    before: Operator | None
    convolution: Operator
    after: Operator | None
    join: Operator

    @property
    def operators(self) -> tuple[Operator, ...]:
        """All operators of the pattern, in the order in which they run."""
        parts = (self.split, self.before, self.convolution, self.after, self.join)
        return tuple(each for each in parts if each is not None)

    @property
    def ends(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Input of the pattern, input and output of the convolution, and output of the pattern."""
        return self.split.input(0), self.convolution.input(0), self.convolution.outputs[0], self.join.outputs[0]


def _matches(graph: Graph, interface: Set[Tensor]) -> Iterator[_Blocked]:
    """Matches of the pattern in a graph; no other operator reads the tensors inside a match."""
    writers = {tensor: operator for operator in graph.operators for tensor in operator.outputs}
    readers = readers_of(graph.operators)

    def writer(operator: Operator | None, codes: Set[str]) -> Operator | None:
        """The writer of the operator's first input, if its kind is in `codes` and the input has no other reader."""
        source = operator.inputs[0] if operator is not None and operator.inputs else None
        if source is None or len(readers[source]) != 1 or source in interface:
            return None
        found = writers.get(source)
        return found if found is not None and found.code in codes and len(found.outputs) == 1 else None

    for join in graph.operators:
        if join.code == "BATCH_TO_SPACE_ND" and len(join.outputs) == 1:
            after = writer(join, RESHAPES)
            convolved = writer(after or join, CONVOLUTIONS)
            before = writer(convolved, RESHAPES)
            split = writer(before or convolved, {"SPACE_TO_BATCH_ND"})
            if convolved is not None and split is not None and split.inputs[0] is not None:
                yield _Blocked(split, before, convolved, after, join)


def _rewritten(blocked: _Blocked) -> tuple[Operator, ...]:
    """The operators that compute the same result; none where the proof does not hold."""
    source, _, made, result = blocked.ends
    lacking = _lacking_axis(blocked)
    if lacking is None or not _can_be_read(source) or not _keeps_numbers(blocked):
        return ()
    axes = _axes(blocked, lacking)
    if axes is None or (any(map(any, (axis.margins for axis in axes))) and not _pads_with_zero(source)):
        return ()
    operators: list[Operator] = []
    if lacking:
        shape = _image(source.shape, lacking)
        source = _append_reshape(operators, source, replace(source, name=f"{result.name}/image", shape=shape))
    source = _padded(operators, source, [axis.margins for axis in axes], f"{result.name}/padded")
    target = replace(made, name=f"{result.name}/image", shape=_image(result.shape, lacking)) if lacking else result
    convolved = blocked.convolution
    options = {**convolved.options, "padding": VALID}
    options |= {"dilation_h_factor": axes[0].dilation, "dilation_w_factor": axes[1].dilation}
    operators.append(replace(convolved, inputs=(source, *convolved.inputs[1:]), outputs=(target,), options=options))
    if lacking:
        _append_reshape(operators, target, result)
    return tuple(operators)


def _can_be_read(source: Tensor) -> bool:
    return source.data is None and not source.variable and source.type in _TYPES


def _keeps_numbers(blocked: _Blocked) -> bool:
    """Whether type and quantization stay the same in all copies."""
    source, image, made, result = blocked.ends
    return all(
        one.type is other.type and steps(one) == steps(other)
        for one, other in ((source, blocked.split.outputs[0]), (source, image), (made, result))
    )


def _pads_with_zero(source: Tensor) -> bool:
    """Whether TFLM and LiteRT pad with the same value, 0."""
    return source.quantization is None or not any(source.quantization.zero_point)


def _lacking_axis(blocked: _Blocked) -> int | None:
    """The axis of length 1 that the convolution's images have and the series lack: 1 or 2.

    0 if the source is an image; None for all other shapes.
    """
    source, image, made, result = blocked.ends
    split, joined = blocked.split.outputs[0].shape, blocked.join.inputs[0]
    ranks = {len(source.shape), len(split), len(result.shape)}
    if joined is None or len(image.shape) != 4 or len(made.shape) != 4:
        return None
    if ranks == {4} and blocked.before is None and blocked.after is None:
        return 0
    if ranks != {3} or len(joined.shape) != 3:
        return None
    fitting = (
        axis for axis in (1, 2) if _image(split, axis) == image.shape and _image(joined.shape, axis) == made.shape
    )
    return next(fitting, None)


def _image(shape: Shape, lacking: int) -> Shape:
    """Shape of an image from the shape of a series that lacks an axis."""
    return (*shape[:lacking], 1, *shape[lacking:]) if lacking else shape


@dataclass(frozen=True)
class _Dilated:
    """One axis of the dilated convolution: its padding (before, after) and its dilation."""

    margins: tuple[int, int]
    dilation: int


def _axes(blocked: _Blocked, lacking: int) -> tuple[_Dilated, _Dilated] | None:
    """Rows and columns of the dilated convolution; None if an axis cannot be rewritten."""
    source, image, made, result = blocked.ends
    blocks, paddings, crops = _blocks(blocked, lacking)
    window = _window(blocked.convolution)
    if window is None or not blocks:
        return None
    batches, depth = source.shape[0], source.shape[-1]
    if (image.shape[0], image.shape[3]) != (batches * prod(blocks), depth) or made.shape[0] != image.shape[0]:
        return None
    if (result.shape[0], result.shape[-1]) != (batches, made.shape[3]):
        return None
    lengths = zip(_image(source.shape, lacking)[1:3], _image(result.shape, lacking)[1:3], strict=True)
    rows, columns = (_dilated_axis(*figures) for figures in zip(window, lengths, blocks, paddings, crops, strict=True))
    return None if rows is None or columns is None else (rows, columns)


def _dilated_axis(
    axis: Axis, lengths: tuple[int, int], block: int, padding: tuple[int, int], crop: tuple[int, int]
) -> _Dilated | None:
    """An axis of the dilated convolution from one of the old convolution; None if the results would differ.

    Args:
        axis: axis of the convolution between the blocks.
        lengths: length of the pattern's input and of its output.
        block: block of both outer operators.
        padding: positions added before and after the input.
        crop: positions removed at the start and the end of the output.
    """
    fits = axis.length * block == lengths[0] + sum(padding) and axis.outputs * block == lengths[1] + sum(crop)
    covered = axis.follows(VALID) and axis.length >= axis.span
    margins = padding[0] - crop[0], padding[1] - crop[1]
    if not fits or not covered or min(margins) < 0 or (axis.stride > 1 and (block > 1 or any(crop))):
        return None
    return _Dilated(margins, axis.dilation * block if axis.kernel > 1 else 1)


def _window(operator: Operator) -> tuple[Axis, Axis] | None:
    """Rows and columns of a convolution without padding; None if it pads or its shapes do not fit."""
    if not is_sound(operator):
        return None
    axes = window(operator).rows, window(operator).columns
    return axes if padding_of(operator) != SAME or all(axis.follows(SAME) for axis in axes) else None


Pairs = tuple[tuple[int, int], ...]


def _blocks(blocked: _Blocked, lacking: int) -> tuple[Shape, Pairs, Pairs]:
    """Blocks, paddings and crops of rows and columns; no blocks if they are unknown or differ between the operators."""
    split, join = (_numbers(operator) for operator in (blocked.split, blocked.join))
    if split is None or join is None or split[0] != join[0]:
        return (), (), ()
    (blocks, paddings), (_, crops) = split, join
    if lacking:
        at = lacking - 1
        blocks = (*blocks[:at], 1, *blocks[at:])
        paddings, crops = ((*pairs[:at], (0, 0), *pairs[at:]) for pairs in (paddings, crops))
    return blocks, paddings, crops


def _numbers(operator: Operator) -> tuple[Shape, Pairs] | None:
    """Blocks, and paddings or crops, of all axes except the first and the last; None if they are not constant."""
    blocks, pairs = (integers(tensor) for tensor in (*operator.inputs[1:3], None, None)[:2])
    axes = len(operator.outputs[0].shape) - 2
    if blocks is None or pairs is None or (len(blocks), len(pairs)) != (axes, 2 * axes):
        return None
    if min(blocks) < 1 or min(pairs) < 0:
        return None
    return blocks, tuple(zip(pairs[::2], pairs[1::2], strict=True))


def _padded(operators: list[Operator], source: Tensor, margins: list[tuple[int, int]], name: str) -> Tensor:
    """The tensor with padding around rows and columns; the same tensor if there is no padding."""
    (above, below), (left, right) = margins
    if not any((above, below, left, right)):
        return source
    batches, rows, columns, depth = source.shape
    padded = replace(source, name=name, shape=(batches, above + rows + below, left + columns + right, depth))
    paddings = integer_constant(f"{name}/margins", (4, 2), (0, 0, above, below, left, right, 0, 0))
    operators.append(Operator("PAD", (source, paddings), (padded,), version=version("PAD", source.type)))
    return padded


def _append_reshape(operators: list[Operator], source: Tensor, target: Tensor) -> Tensor:
    operators.append(reshape(source, target))
    return target
