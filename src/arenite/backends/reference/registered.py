"""The operators that TFLM has kernels for, with the resolver methods that register them.

Source: the methods of MicroMutableOpResolver in TFLM's micro_mutable_op_resolver.h.
"""

from __future__ import annotations

BUILTIN = """
    Abs Add AddN ArgMax ArgMin AssignVariable AveragePool2D BatchMatMul BatchToSpaceNd BroadcastArgs BroadcastTo
    CallOnce Cast Ceil Concatenation Conv2D Cos CumSum DepthToSpace DepthwiseConv2D Dequantize Div DynamicUpdateSlice
    EmbeddingLookup Elu Equal Exp ExpandDims Fill Floor FloorDiv FloorMod FullyConnected Gather GatherNd Greater
    GreaterEqual HardSwish If L2Normalization L2Pool2D LeakyRelu Less LessEqual Log LogicalAnd LogicalNot LogicalOr
    Logistic LogSoftmax Maximum MaxPool2D MirrorPad Mean Minimum Mul Neg NotEqual Pack Pad PadV2 Prelu Quantize
    ReadVariable ReduceAll ReduceMax ReduceMin Relu Relu6 Reshape ResizeBilinear ResizeNearestNeighbor ReverseV2 Round
    Rsqrt SelectV2 Shape Sin Slice Softmax SpaceToBatchNd SpaceToDepth Split SplitV Squeeze Sqrt Square
    SquaredDifference StridedSlice Sub Sum Svdf Tanh TransposeConv Transpose Unpack UnidirectionalSequenceLSTM VarHandle
    While ZerosLike
"""
"""Methods for builtin operators, without the prefix `Add`. Each name is the operator's name in another spelling."""

METHODS = {name.lower(): f"Add{name}" for name in BUILTIN.split()}

SIGNAL = """
    Delay Energy FftAutoScale FilterBank FilterBankLog FilterBankSquareRoot FilterBankSpectralSubtraction Framer
    Irfft OverlapAdd PCAN Rfft Stacker Window
"""
"""Methods for the custom operators of TFLM's signal library, without the prefix; the operators are SignalDelay etc."""

CUSTOM = {
    "CIRCULAR_BUFFER": "AddCircularBuffer",
    "TFLM_DECODE": "AddDecode",
    "TFLite_Detection_PostProcess": "AddDetectionPostprocess",
    "ethos-u": "AddEthosU",
    **{f"Signal{name}": f"Add{name}" for name in SIGNAL.split()},
}
"""Methods for TFLM's custom operators, by the operator's name in the model."""


FLEX = "Flex"
"""Prefix of TensorFlow's own operators, which a converter keeps with SELECT_TF_OPS."""


def why_flex(label: str) -> str | None:
    """Why no microcontroller runs a custom operator, and a remedy; None if it is not a TensorFlow operator."""
    if not label.startswith(FLEX):
        return None
    cure = "convert again without SELECT_TF_OPS, in operators that TensorFlow Lite has"
    if label.startswith(f"{FLEX}TensorList"):
        cure = "unroll the loop (unroll=True in Keras), or let the converter lower tensor lists"
    return f"it is an operator of TensorFlow itself, which no microcontroller runs; {cure}"


def method(code: str) -> str | None:
    """Resolver method that registers a builtin operator (CONV_2D: AddConv2D); None if TFLM has no kernel for it."""
    return METHODS.get(code.replace("_", "").lower())
