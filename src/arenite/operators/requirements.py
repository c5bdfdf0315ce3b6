"""What an operator of each kind must have: inputs, outputs, dimensions, and options that make sense.

The reader asks once for every operator of a file, so that no rule about a kind has to ask again. Only what every
runtime needs is asked for: inputs that LiteRT or TFLM do without may be missing, and a kind that the table does not
name, such as a custom operator of an application, is not checked.

Source: the checks in `Prepare` of LiteRT's tflite/kernels/*.cc and of TFLM's kernels/*.cc, and the field widths of
`ConvParams` in tflite/kernels/internal/types.h.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from arenite.model import Operator, Option, Tensor

_LARGEST_FACTOR = (1 << 15) - 1
"""Largest stride or dilation of a convolution: the kernels keep them in fields of 16 bits."""
_LARGEST_POSITION = (1 << 31) - 1
"""Largest position that a window may reach along an axis: the kernels count in 32 bits."""
_ANY = 1 << 31
"""No limit on a number."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What operators of one kind need.

    `inputs` are the positions at which an input must be, `outputs` the least and the largest number of outputs.
    `ranks` are (position, least, largest number of dimensions) of inputs; a scalar passes as well, for a file says
    the same of a tensor whose rank is not known ahead. `result` is the least number of dimensions of the first output.
    `positive` are options that must be from 1 to a limit.
    """

    inputs: tuple[int, ...]
    outputs: tuple[int, int] = (1, 1)
    ranks: tuple[tuple[int, int, int], ...] = ()
    result: int = 0
    positive: tuple[str, ...] = ()
    limit: int = _LARGEST_POSITION


def flaw(operator: Operator) -> str | None:
    """What an operator lacks that all runtimes need of its kind, in words; None where nothing is known to be missing.

    Custom operators lack nothing: an application may bring kernels of its own for any name.
    """
    return None if operator.code == "CUSTOM" else _checked(operator).flaw


def is_complete(operator: Operator) -> bool:
    """Whether a rule about the operator's kind finds all inputs, outputs and dimensions that it looks at.

    Not so where a rank is not known ahead. TFLM's own custom operators are known by their name here.
    """
    return _checked(operator).complete


@dataclass(frozen=True, slots=True)
class _Checked:
    """What `flaw` says of an operator, as if custom ones were judged as well, and what `is_complete` says."""

    flaw: str | None
    complete: bool


_CHECKED: WeakKeyDictionary[Operator, _Checked] = WeakKeyDictionary()
"""What was found out about operators: they never change, and each set of kernels asks several times for each."""


def _checked(operator: Operator) -> _Checked:
    known = _CHECKED.get(operator)
    if known is None:
        needs = _needs(operator)
        found = None if needs is None else next(_flaws(operator, needs), None)
        complete = needs is None or (found is None and _ranked(operator, needs))
        known = _CHECKED[operator] = _Checked(found, complete)
    return known


def _ranked(operator: Operator, needs: Needs) -> bool:
    """Whether the dimensions of an operator without a flaw are known."""
    ranked = (operator.inputs[position] for position, _, _ in needs.ranks)
    if not all(tensor is None or tensor.shape for tensor in ranked):
        return False
    if needs.result and len(operator.outputs[0].shape) < needs.result:
        return False
    ends = (*operator.inputs, *operator.outputs)
    return operator.code != "CUSTOM" or all(tensor is None or 0 not in tensor.shape for tensor in ends)


def _needs(operator: Operator) -> Needs | None:
    if operator.code == "LSTM" and len(operator.inputs) == len(_BASIC_LSTM.inputs):
        return _BASIC_LSTM
    return NEEDS.get(operator.custom_code or operator.code)


def _first(operator: Operator) -> Tensor:
    tensor = operator.inputs[_WINDOWED[operator.code]]
    assert tensor is not None
    return tensor


def _flaws(operator: Operator, needs: Needs) -> Iterator[str]:
    yield from _missing_ends(operator, needs)
    for position, least, most in needs.ranks:
        tensor = operator.inputs[position] if position < len(operator.inputs) else None
        if tensor is not None and tensor.shape and not least <= len(tensor.shape) <= most:
            wanted = f"{least}" if least == most else f"{least} to {most}" if most < _ANY else f"at least {least}"
            yield f"has input {position} of shape {list(tensor.shape)}, which needs {wanted} dimensions"
    for name in needs.positive:
        value = operator.options.get(name, 1)
        if not isinstance(value, int) or not 1 <= value <= needs.limit:
            yield f"has the option {name} {value}, which must be from 1 to {needs.limit}"
    if operator.code in _WINDOWED:
        yield from _senseless_windows(operator)
    if operator.code in _WEIGHTS:
        weights = operator.inputs[1]
        if weights is not None and 0 in weights.shape:
            yield f"has weights of shape {list(weights.shape)}, which are empty"


def _missing_ends(operator: Operator, needs: Needs) -> Iterator[str]:
    inputs, count = operator.inputs, len(operator.outputs)
    missing = [position for position in needs.inputs if position >= len(inputs) or inputs[position] is None]
    if missing:
        yield f"lacks its input {missing[0]}"
    least, most = needs.outputs
    if not least <= count <= most:
        wanted = f"{least}" if least == most else f"{least} to {most}" if most < _ANY else f"at least {least}"
        yield f"has {count} outputs, but its kind has {wanted}"


def _senseless_windows(operator: Operator) -> Iterator[str]:
    """Paddings that do not exist, and windows that reach beyond what the kernels can count."""
    options, source = operator.options, _first(operator)
    if options.get("padding", 0) not in (0, 1):
        yield f"has the option padding {options['padding']}, which must be 0 (SAME) or 1 (VALID)"
    if source.shape and not source.shape[-1]:
        yield f"has input {_WINDOWED[operator.code]} of shape {list(source.shape)}, which has no channels"
    for axis, name in enumerate(("h", "w"), start=1):
        reach = _reach(operator, axis, name)
        if reach > _LARGEST_POSITION:
            yield f"has a window that reaches position {reach} along dimension {axis}, beyond {_LARGEST_POSITION}"


def _reach(operator: Operator, axis: int, name: str) -> int:
    """The largest position in the padded input that the window reads along an axis of images."""
    stride, dilation = _number(operator.options, f"stride_{name}"), _number(operator.options, f"dilation_{name}_factor")
    size = _number(operator.options, {"h": "filter_height", "w": "filter_width"}[name])
    filters = operator.inputs[1] if len(operator.inputs) > 1 else None
    if filters is not None and axis < len(filters.shape):
        size = filters.shape[axis]
    images = _first(operator) if operator.code in _TRANSPOSED else operator.outputs[0]
    positions = images.shape[axis] if axis < len(images.shape) else 1
    return positions * stride + size * dilation


def _number(options: Mapping[str, Option], name: str) -> int:
    value = options.get(name, 1)
    return value if isinstance(value, int) else 1


def _leading(count: int, **more: object) -> Needs:
    """A kind with so many inputs, all of which must be there."""
    return replace(Needs(tuple(range(count))), **more)  # type: ignore[arg-type]  # fields of Needs


def _images(*positions: int, rank: int = 4) -> tuple[tuple[int, int, int], ...]:
    return tuple((position, rank, rank) for position in positions)


_STRIDES = ("stride_h", "stride_w")
_DILATIONS = ("dilation_h_factor", "dilation_w_factor")
_CONVOLUTION = Needs((0, 1), ranks=_images(0, 1), result=4, positive=_STRIDES + _DILATIONS, limit=_LARGEST_FACTOR)
_POOL = Needs((0,), ranks=_images(0), result=4, positive=(*_STRIDES, "filter_height", "filter_width"))
_DEEP = Needs(
    (0, 1),
    ranks=_images(0, 1, rank=5),
    positive=("stride_d", *_STRIDES, "dilation_d_factor", *_DILATIONS),
    limit=_LARGEST_FACTOR,
)
_BLOCKS = Needs((0,), ranks=_images(0), positive=("block_size",))
_BASIC_LSTM = Needs((0, 1, 2, 3, 4), outputs=(4, 4))
_LSTM = Needs(
    # Weights of the forget, cell and output gates, their biases, and both states; CIFG has no input gate.
    (0, 2, 3, 4, 6, 7, 8, 13, 14, 15, 18, 19),
    ranks=((0, 2, 3), (18, 2, 2), (19, 2, 2)),
)

_SIGNAL = Needs((0,), outputs=(1, _ANY), ranks=((0, 1, _ANY),), result=1)

_UNARY = """
    ABS BITCAST BUCKETIZE CAST CEIL COMPLEX_ABS COS DENSIFY DEQUANTIZE ELU EXP FAKE_QUANT FLOOR GELU
    HARD_SWISH IMAG L2_NORMALIZATION LEAKY_RELU LOCAL_RESPONSE_NORMALIZATION LOG LOGICAL_NOT LOGISTIC LOG_SOFTMAX
    MATRIX_DIAG NEG QUANTIZE RANK READ_VARIABLE REAL RELU RELU6 RELU_0_TO_1 RELU_N1_TO_1 RESHAPE ROUND RSQRT SHAPE SIGN
    SIN SKIP_GRAM SOFTMAX SQRT SQUARE SQUEEZE TANH WHERE ZEROS_LIKE HASHTABLE_SIZE RANDOM_UNIFORM
    RANDOM_STANDARD_NORMAL
"""
_BINARY = """
    ADD ADD_N ARG_MAX ARG_MIN ATAN2 BATCH_MATMUL BITWISE_XOR BROADCAST_ARGS BROADCAST_TO CUMSUM DIV EMBEDDING_LOOKUP
    EQUAL EXPAND_DIMS FILL FLOOR_DIV FLOOR_MOD GATHER GATHER_ND GREATER GREATER_EQUAL LESS LESS_EQUAL LOGICAL_AND
    LOGICAL_OR LSH_PROJECTION MATRIX_SET_DIAG MAXIMUM MEAN MINIMUM MIRROR_PAD MUL MULTINOMIAL NOT_EQUAL PAD POW PRELU
    REDUCE_ALL REDUCE_ANY REDUCE_MAX REDUCE_MIN REDUCE_PROD RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR REVERSE_SEQUENCE
    REVERSE_V2 RFFT2D RIGHT_SHIFT SEGMENT_SUM SQUARED_DIFFERENCE SUB SUM TILE TRANSPOSE
"""
_TERNARY = """
    BATCH_TO_SPACE_ND DYNAMIC_UPDATE_SLICE HASHTABLE_FIND PADV2 RANGE SCATTER_ND SELECT SELECT_V2 SLICE
    SPACE_TO_BATCH_ND UNSORTED_SEGMENT_MAX UNSORTED_SEGMENT_MIN UNSORTED_SEGMENT_PROD UNSORTED_SEGMENT_SUM
"""
_SIGNALS = """
    Delay Energy FftAutoScale FilterBank FilterBankLog FilterBankSpectralSubtraction FilterBankSquareRoot Irfft PCAN
    Rfft Stacker Window
"""

NEEDS: Mapping[str, Needs] = MappingProxyType(
    {
        **dict.fromkeys(_UNARY.split(), _leading(1)),
        **dict.fromkeys(_BINARY.split(), _leading(2)),
        **dict.fromkeys(_TERNARY.split(), _leading(3)),
        **dict.fromkeys(("AVERAGE_POOL_2D", "MAX_POOL_2D", "L2_POOL_2D"), _POOL),
        **dict.fromkeys(("SPACE_TO_DEPTH", "DEPTH_TO_SPACE"), _BLOCKS),
        **dict.fromkeys(("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"), _leading(2, ranks=_images(0))),
        "ASSIGN_VARIABLE": _leading(2, outputs=(0, 0)),
        "BATCH_MATMUL": _leading(2, ranks=((0, 2, _ANY), (1, 2, _ANY)), result=1),
        "BATCH_TO_SPACE_ND": _leading(3, ranks=((0, 3, 4),)),
        "BIDIRECTIONAL_SEQUENCE_RNN": Needs((0,), outputs=(1, 2)),
        "CALL_ONCE": _leading(0, outputs=(0, 0)),
        "CONCATENATION": _leading(1),
        "CONV_2D": _CONVOLUTION,
        "CONV_3D": _DEEP,
        "CONV_3D_TRANSPOSE": replace(_DEEP, inputs=(0, 1, 2), ranks=_images(1, 2, rank=5)),
        "DEPTHWISE_CONV_2D": _CONVOLUTION,
        "EMBEDDING_LOOKUP_SPARSE": _leading(5),
        "FULLY_CONNECTED": Needs((0, 1), outputs=(1, 2), ranks=((1, 2, _ANY),), result=1),
        "HASHTABLE": _leading(0),
        "HASHTABLE_IMPORT": _leading(3, outputs=(0, 0)),
        "HASHTABLE_LOOKUP": _leading(3, outputs=(2, 2)),
        "IF": _leading(1, outputs=(0, _ANY)),
        "LSTM": _LSTM,
        "NON_MAX_SUPPRESSION_V4": _leading(5, outputs=(2, 2)),
        "NON_MAX_SUPPRESSION_V5": _leading(6, outputs=(3, 3)),
        "ONE_HOT": _leading(4),
        "PACK": _leading(1),
        "RNN": _leading(5, ranks=((0, 2, 2), (1, 2, 2), (2, 2, 2))),
        "SPACE_TO_BATCH_ND": _leading(3, ranks=((0, 3, 4),)),
        "SPARSE_TO_DENSE": _leading(4),
        "SPLIT": _leading(2, outputs=(1, _ANY)),
        "SPLIT_V": _leading(3, outputs=(1, _ANY)),
        "STRIDED_SLICE": _leading(4),
        "SVDF": Needs((0, 1, 2, 4), ranks=((0, 2, 2), (1, 2, 2), (2, 2, 2)), positive=("rank",)),
        "TOPK_V2": _leading(2, outputs=(2, 2)),
        "TRANSPOSE_CONV": _leading(3, ranks=_images(1, 2), result=4, positive=_STRIDES, limit=_LARGEST_FACTOR),
        "UNIDIRECTIONAL_SEQUENCE_LSTM": _LSTM,
        "UNIDIRECTIONAL_SEQUENCE_RNN": _leading(5, ranks=((0, 3, 3), (1, 2, 2), (2, 2, 2))),
        "UNIQUE": _leading(1, outputs=(2, 2)),
        "UNPACK": _leading(1, outputs=(1, _ANY)),
        "VAR_HANDLE": _leading(0),
        "TFLite_Detection_PostProcess": _leading(3, outputs=(4, 4), ranks=((0, 3, 3), (1, 3, 3), (2, 2, 2))),
        **dict.fromkeys((f"Signal{name}" for name in _SIGNALS.split()), _SIGNAL),
        "SignalFramer": replace(_SIGNAL, result=2),
        "SignalOverlapAdd": replace(_SIGNAL, ranks=((0, 2, _ANY),)),
    }
)
"""By the schema's name of the kind, and by their own names custom operators that TFLM brings along."""

_TRANSPOSED = frozenset({"TRANSPOSE_CONV"})
_WINDOWED = {
    **dict.fromkeys(("AVERAGE_POOL_2D", "MAX_POOL_2D", "L2_POOL_2D", "CONV_2D", "DEPTHWISE_CONV_2D"), 0),
    "TRANSPOSE_CONV": 2,
}
"""Kinds that slide a window over images, and the position of the input with the images."""
_WEIGHTS = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "FULLY_CONNECTED", "SVDF", "CONV_3D"})
"""Kinds whose input 1 are weights, by whose dimensions the kernels divide."""
