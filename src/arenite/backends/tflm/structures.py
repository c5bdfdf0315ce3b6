"""The C structures that TFLM puts into the tail, member by member; `backends.build.size_of` has the letters.

Sources: tensorflow/lite/c/common.h, core/c/builtin_op_data.h, micro_allocator.h, micro_graph.h,
micro_allocation_info.h, memory_planner/greedy_memory_planner.h, arena_allocator/*.h of TFLM.
"""

from __future__ import annotations

from arenite.backends.reference import detection

ALLOCATOR = "9p"
RECORDING_ALLOCATOR = "13p"
GREEDY_PLANNER = "p2i4p2ipb"
MICRO_ALLOCATOR = "6pbpp"
RECORDING_MICRO_ALLOCATOR = "6pbpp22p"
OPTIONS_ALLOCATOR = "2p"
SUBGRAPH = "2p"
EVAL_TENSOR = "2pe"
NODE_AND_REGISTRATION = "6pip"
TENSOR = "ep2i3p2eb"
QUANTIZATION = "2pi"
SCRATCH_HANDLE = "p"
SCRATCH_REQUEST = "p2i"
ALLOCATION_INFO = "2p3ib"
RESOURCE_VARIABLES = "p2i"
RESOURCE_VARIABLE = "4pb"
PLANNED_BUFFER_BYTES = 40
"""What the greedy planner needs for one buffer: its requirements, two sorted lists, a list entry and the offset."""

OPTIONS = {
    "ADD": "be",
    "ARG_MAX": "e",
    "ARG_MIN": "e",
    "AVERAGE_POOL_2D": "e4ie4i",
    "BATCH_MATMUL": "3b",
    "CALL_ONCE": "i",
    "CAST": "2e",
    "CONCATENATION": "ie",
    "CONV_2D": "e2ie2ie",
    "CUMSUM": "2b",
    "DEPTHWISE_CONV_2D": "e3ie2i",
    "DEPTH_TO_SPACE": "i",
    "DIV": "e",
    "FULLY_CONNECTED": "eebbe",
    "GATHER": "2i",
    "IF": "2i",
    "L2_NORMALIZATION": "e",
    "L2_POOL_2D": "e4ie4i",
    "LEAKY_RELU": "i",
    "MAX_POOL_2D": "e4ie4i",
    "MEAN": "b",
    "MIRROR_PAD": "e",
    "MUL": "e",
    "PACK": "2i",
    "REDUCE_ALL": "b",
    "REDUCE_MAX": "b",
    "REDUCE_MIN": "b",
    "RESHAPE": "9i",
    "RESIZE_BILINEAR": "2b",
    "RESIZE_NEAREST_NEIGHBOR": "2b",
    "SHAPE": "e",
    "SOFTMAX": "i",
    "SPACE_TO_DEPTH": "i",
    "SPLIT": "i",
    "SPLIT_V": "i",
    "SQUEEZE": "9i",
    "STRIDED_SLICE": "5ib",
    "SUB": "be",
    "SUM": "b",
    "SVDF": "ieb",
    "TRANSPOSE_CONV": "e2iee",
    "UNIDIRECTIONAL_SEQUENCE_LSTM": "e2i3b",
    "UNPACK": "2i",
    "VAR_HANDLE": "2p",
    "WHILE": "2i",
}
"""Builtin options as TFLM converts them at start-up (core/api/flatbuffer_conversions.cc); others convert to nothing."""

_COMPARISON = "7ib"
_REDUCE = "11i"

OP_DATA = {
    "ABS": "4ibie",
    "ADD": "b14i",
    "AVERAGE_POOL_2D": "8i",
    "BATCH_MATMUL": "3p3b",
    "CALL_ONCE": "ib",
    "CIRCULAR_BUFFER": "2i",
    "CONCATENATION": "i2p3i",
    "CONV_2D": "9i2p3i",
    "DEPTHWISE_CONV_2D": "9i2p3i",
    "DEQUANTIZE": "2q4i",
    "DIV": "7i",
    "ELU": "256b",
    "EQUAL": _COMPARISON,
    "FULLY_CONNECTED": "9i2pb",
    "GREATER": _COMPARISON,
    "GREATER_EQUAL": _COMPARISON,
    "HARD_SWISH": "5i",
    "IF": "2i",
    "L2_NORMALIZATION": "i",
    "LEAKY_RELU": "6i",
    "LESS": _COMPARISON,
    "LESS_EQUAL": _COMPARISON,
    "LOGISTIC": "4i",
    "MAX_POOL_2D": "8i",
    "MEAN": _REDUCE,
    "MIRROR_PAD": "5i",
    "MUL": "9i",
    "NOT_EQUAL": _COMPARISON,
    "PAD": "14i",
    "PADV2": "14i",
    "PRELU": "7i",
    "QUANTIZE": "2q4i",
    "REDUCE_ALL": _REDUCE,
    "REDUCE_MAX": _REDUCE,
    "REDUCE_MIN": _REDUCE,
    "RELU": "7i",
    "RELU6": "2i",
    "RSQRT": "4ibie",
    "SELECT_V2": "b",
    "SOFTMAX": "q7i5p",
    "SPACE_TO_BATCH_ND": "i",
    "SQUARED_DIFFERENCE": "14q",
    "STRIDED_SLICE": "21i",
    "SUB": "b12i",
    "SUM": _REDUCE,
    "SVDF": "9i",
    "TANH": "4i",
    "TRANSPOSE_CONV": "16i2p",
    "UNIDIRECTIONAL_SEQUENCE_LSTM": "86q",
    "VAR_HANDLE": "i",
    "WHILE": "2i",
    detection.NAME: detection.OP_DATA,
    "ethos-u": "3i",
}
"""What the reference kernel's Init allocates for itself (kernels/*.cc, the structure named OpData or alike)."""

CMSIS_NN_OP_DATA = {
    "AVERAGE_POOL_2D": "9i",
    "BATCH_MATMUL": "3p3b5i",
    "CONV_2D": "9i2p4i",
    "DEPTHWISE_CONV_2D": "9i2p4i",
    "FULLY_CONNECTED": "9i2pb2ip3i",
    "MAX_POOL_2D": "9i",
    "SOFTMAX": "q7i5p2i",
    "SVDF": "9ip",
    "TRANSPOSE_CONV": "17i2p",
    "UNIDIRECTIONAL_SEQUENCE_LSTM": "86q25p30i",
}
"""The same for the kernels that call CMSIS-NN, where they differ (kernels/cmsis_nn/*.cc)."""

ESP_NN_OP_DATA = {
    "CONV_2D": "9i2p4i",
    "DEPTHWISE_CONV_2D": "9i2p4i",
    "SOFTMAX": "q7i5pi",
}
"""The same for the kernels that call ESP-NN (esp-tflite-micro's kernels/esp_nn/*.cc, the structure NodeData)."""

COMPRESSION = {
    "ASSIGN_VARIABLE": "i",
    "CONCATENATION": "10i",
    "CONV_2D": "2i",
    "DEPTHWISE_CONV_2D": "2i",
    "FULLY_CONNECTED": "2i",
    "TRANSPOSE_CONV": "2i",
}
"""What a build with USE_TFLM_COMPRESSION adds to the structures of kernels."""

RECORDED_ALLOCATION = "3p"
COMPRESSED_TENSORS = "p"
"""What such a build adds to RECORDING_MICRO_ALLOCATOR and to SUBGRAPH."""
