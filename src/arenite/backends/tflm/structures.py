"""The C structures that TFLM allocates in the tail, member by member, in the letters of `backends.build.size_of`.

Structures of kernels are in the folders of the sets of kernels. Sources: tensorflow/lite/c/common.h,
core/c/builtin_op_data.h, micro_allocator.h, micro_graph.h, micro_allocation_info.h,
memory_planner/greedy_memory_planner.h, arena_allocator/*.h of TFLM.
"""

from __future__ import annotations

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
"""Bytes of the greedy planner's memory per buffer: its requirements, two sorted lists, a list entry and the offset."""

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
"""Structures into which TFLM converts builtin options at start-up (core/api/flatbuffer_conversions.cc); the kinds that
are not listed have none."""

COMPRESSION = {
    "ASSIGN_VARIABLE": "i",
    "CONCATENATION": "10i",
    "CONV_2D": "2i",
    "DEPTHWISE_CONV_2D": "2i",
    "FULLY_CONNECTED": "2i",
    "TRANSPOSE_CONV": "2i",
}
"""Members that a build with USE_TFLM_COMPRESSION appends to the structures of kernels."""

RECORDED_ALLOCATION = "3p"
COMPRESSED_TENSORS = "p"
"""Members that a build with USE_TFLM_COMPRESSION appends to RECORDING_MICRO_ALLOCATOR and to SUBGRAPH."""
