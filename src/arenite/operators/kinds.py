"""The table of known operator kinds: what each kind requires, and whether it has side effects.

    name of the kind --KINDS--> inputs, outputs, dimensions, options, purity

`soundness` checks an operator against its row, `state` keeps the order of operators with side effects, and
`elementwise` lists the elementwise kinds, which require one or two inputs and nothing else. `macs` and `windows` have
the arithmetic of kinds.

A row contains only what every runtime requires: inputs that LiteRT or TFLM can do without may be missing.

Source: the checks in `Prepare` of LiteRT's tflite/kernels/*.cc and of TFLM's kernels/*.cc, and the field widths of
`ConvParams` in tflite/kernels/internal/types.h.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from arenite.operators.elementwise import BINARY, UNARY

if TYPE_CHECKING:
    from collections.abc import Mapping

RESHAPES = frozenset({"EXPAND_DIMS", "RESHAPE", "SQUEEZE"})
"""Kinds whose output has the bytes of the input in another shape."""
PADS = frozenset({"PAD", "PADV2"})
JOINS = frozenset({"CONCATENATION", "PACK"})
"""Kinds that join tensors."""
SPLITS = frozenset({"SPLIT", "SPLIT_V", "UNPACK"})
"""Kinds that split a tensor."""
REDUCTIONS = frozenset({"MEAN", "REDUCE_ALL", "REDUCE_ANY", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD", "SUM"})

LARGEST_POSITION = (1 << 31) - 1
"""Largest position that a window may reach along an axis: kernels compute positions in 32 bits."""
ANY = 1 << 31
"""Stands for "no limit"."""
_LARGEST_FACTOR = (1 << 15) - 1
"""Largest stride or dilation of a convolution: kernels store both in 16-bit fields."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Requirements of an operator kind, and whether it has side effects.

    Attributes:
        inputs: positions of required inputs.
        outputs: (minimum, maximum) number of outputs.
        ranks: (position, minimum, maximum number of dimensions) of inputs. A scalar passes too, since a file has the
            same shape for a tensor of unknown rank.
        result: minimum number of dimensions of the first output.
        positive: options whose values must be from 1 to `limit`.
        limit: largest value of these options.
        images: position of the input over which a window slides.
        weighted: whether input 1 is weights, by whose dimensions kernels divide.
        pure: whether the outputs are the only effect and depend on the inputs alone (unless an input is a variable).
    """

    inputs: tuple[int, ...]
    outputs: tuple[int, int] = (1, 1)
    ranks: tuple[tuple[int, int, int], ...] = ()
    result: int = 0
    positive: tuple[str, ...] = ()
    limit: int = LARGEST_POSITION
    images: int | None = None
    weighted: bool = False
    pure: bool = True


def _leading(count: int, **more: object) -> Kind:
    """A kind that requires its first `count` inputs."""
    return replace(Kind(tuple(range(count))), **more)  # type: ignore[arg-type]  # fields of Kind


def _of_rank(rank: int, *positions: int) -> tuple[tuple[int, int, int], ...]:
    return tuple((position, rank, rank) for position in positions)


_STRIDES = ("stride_h", "stride_w")
_DILATIONS = ("dilation_h_factor", "dilation_w_factor")
_CONVOLUTION = Kind(
    (0, 1),
    ranks=_of_rank(4, 0, 1),
    result=4,
    positive=_STRIDES + _DILATIONS,
    limit=_LARGEST_FACTOR,
    images=0,
    weighted=True,
)
_TRANSPOSED = replace(_CONVOLUTION, inputs=(0, 1, 2), ranks=_of_rank(4, 1, 2), positive=_STRIDES, images=2)
_POOL = Kind((0,), ranks=_of_rank(4, 0), result=4, positive=(*_STRIDES, "filter_height", "filter_width"), images=0)
_DEEP = Kind(
    (0, 1),
    ranks=_of_rank(5, 0, 1),
    positive=("stride_d", *_STRIDES, "dilation_d_factor", *_DILATIONS),
    limit=_LARGEST_FACTOR,
)
_BLOCKS = Kind((0,), ranks=_of_rank(4, 0), positive=("block_size",))
BASIC_LSTM = Kind((0, 1, 2, 3, 4), outputs=(4, 4), pure=False)
"""LSTM with five inputs, which has its own kernel."""
_LSTM = Kind(
    # Weights and biases of the forget, cell and output gates, and both states; CIFG has no input gate.
    (0, 2, 3, 4, 6, 7, 8, 13, 14, 15, 18, 19),
    ranks=((0, 2, 3), (18, 2, 2), (19, 2, 2)),
    pure=False,
)
_SIGNAL = Kind((0,), outputs=(1, ANY), ranks=((0, 1, ANY),), result=1, pure=False)

_OF_ONE = """
    BITCAST BUCKETIZE COMPLEX_ABS CONCATENATION DENSIFY FAKE_QUANT IMAG L2_NORMALIZATION LOCAL_RESPONSE_NORMALIZATION
    LOG_SOFTMAX MATRIX_DIAG PACK RANK REAL RESHAPE SHAPE SOFTMAX SQUEEZE WHERE ZEROS_LIKE
"""
_OF_TWO = """
    ADD_N ARG_MAX ARG_MIN ATAN2 BITWISE_XOR BROADCAST_ARGS BROADCAST_TO CUMSUM EMBEDDING_LOOKUP EXPAND_DIMS FILL GATHER
    GATHER_ND LSH_PROJECTION MATRIX_SET_DIAG MEAN MIRROR_PAD PAD REDUCE_ALL REDUCE_ANY REDUCE_MAX REDUCE_MIN
    REDUCE_PROD REVERSE_SEQUENCE REVERSE_V2 RFFT2D RIGHT_SHIFT SEGMENT_SUM SUM TILE TRANSPOSE
"""
_OF_THREE = """
    DYNAMIC_UPDATE_SLICE PADV2 RANGE SCATTER_ND SELECT SELECT_V2 SLICE UNSORTED_SEGMENT_MAX UNSORTED_SEGMENT_MIN
    UNSORTED_SEGMENT_PROD UNSORTED_SEGMENT_SUM
"""
_STATEFUL = "HASHTABLE_SIZE RANDOM_STANDARD_NORMAL RANDOM_UNIFORM READ_VARIABLE SKIP_GRAM"
_SIGNALS = """
    Delay Energy FftAutoScale FilterBank FilterBankLog FilterBankSpectralSubtraction FilterBankSquareRoot Irfft PCAN
    Rfft Stacker Window
"""

KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(UNARY, _leading(1)),
    **dict.fromkeys(BINARY, _leading(2)),
    **dict.fromkeys(_OF_ONE.split(), _leading(1)),
    **dict.fromkeys(_OF_TWO.split(), _leading(2)),
    **dict.fromkeys(_OF_THREE.split(), _leading(3)),
    **dict.fromkeys(_STATEFUL.split(), _leading(1, pure=False)),
    **dict.fromkeys(("CONV_2D", "DEPTHWISE_CONV_2D"), _CONVOLUTION),
    **dict.fromkeys(("AVERAGE_POOL_2D", "MAX_POOL_2D", "L2_POOL_2D"), _POOL),
    **dict.fromkeys(("SPACE_TO_DEPTH", "DEPTH_TO_SPACE"), _BLOCKS),
    **dict.fromkeys(("BATCH_TO_SPACE_ND", "SPACE_TO_BATCH_ND"), _leading(3, ranks=((0, 3, 4),))),
    **dict.fromkeys(("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR"), _leading(2, ranks=_of_rank(4, 0))),
    "ASSIGN_VARIABLE": _leading(2, outputs=(0, 0), pure=False),
    "BATCH_MATMUL": _leading(2, ranks=((0, 2, ANY), (1, 2, ANY)), result=1),
    "BIDIRECTIONAL_SEQUENCE_RNN": Kind((0,), outputs=(1, 2), pure=False),
    "CALL_ONCE": _leading(0, outputs=(0, 0), pure=False),
    "CONV_3D": replace(_DEEP, weighted=True),
    "CONV_3D_TRANSPOSE": replace(_DEEP, inputs=(0, 1, 2), ranks=_of_rank(5, 1, 2)),
    "EMBEDDING_LOOKUP_SPARSE": _leading(5),
    "FULLY_CONNECTED": Kind((0, 1), outputs=(1, 2), ranks=((1, 2, ANY),), result=1, weighted=True),
    "HASHTABLE": _leading(0),
    "HASHTABLE_FIND": _leading(3, pure=False),
    "HASHTABLE_IMPORT": _leading(3, outputs=(0, 0), pure=False),
    "HASHTABLE_LOOKUP": _leading(3, outputs=(2, 2)),
    "IF": _leading(1, outputs=(0, ANY), pure=False),
    "LSTM": _LSTM,
    "MULTINOMIAL": _leading(2, pure=False),
    "NON_MAX_SUPPRESSION_V4": _leading(5, outputs=(2, 2)),
    "NON_MAX_SUPPRESSION_V5": _leading(6, outputs=(3, 3)),
    "ONE_HOT": _leading(4),
    "RNN": _leading(5, ranks=_of_rank(2, 0, 1, 2), pure=False),
    "SPARSE_TO_DENSE": _leading(4),
    "SPLIT": _leading(2, outputs=(1, ANY)),
    "SPLIT_V": _leading(3, outputs=(1, ANY)),
    "STRIDED_SLICE": _leading(4),
    "SVDF": Kind((0, 1, 2, 4), ranks=_of_rank(2, 0, 1, 2), positive=("rank",), weighted=True, pure=False),
    "TOPK_V2": _leading(2, outputs=(2, 2)),
    "TRANSPOSE_CONV": _TRANSPOSED,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _LSTM,
    "UNIDIRECTIONAL_SEQUENCE_RNN": _leading(5, ranks=((0, 3, 3), (1, 2, 2), (2, 2, 2)), pure=False),
    "UNIQUE": _leading(1, outputs=(2, 2)),
    "UNPACK": _leading(1, outputs=(1, ANY)),
    "VAR_HANDLE": _leading(0),
    "TFLite_Detection_PostProcess": _leading(3, outputs=(4, 4), ranks=((0, 3, 3), (1, 3, 3), (2, 2, 2)), pure=False),
    **dict.fromkeys((f"Signal{name}" for name in _SIGNALS.split()), _SIGNAL),
    "SignalFramer": replace(_SIGNAL, result=2),
    "SignalOverlapAdd": replace(_SIGNAL, ranks=((0, 2, ANY),)),
}
"""Requirements by the schema's name of the kind; TFLM's custom operators by their own name."""
