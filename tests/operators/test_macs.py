import pytest

from arenite.model import ElementType, Operator, Tensor
from arenite.operators.macs import macs


def operator(code, *inputs, output, **options):
    tensors = tuple(None if shape is None else Tensor("", shape, ElementType.INT8) for shape in inputs)
    return Operator(code, tensors, (Tensor("", output, ElementType.INT8),), options)


LSTM = [(1, 7, 3), *[(4, 3)] * 4, *[(4, 4)] * 4, *[None] * 3, *[(4,)] * 4, None, None, (1, 4), (1, 4)]
"""Shapes of its inputs: a sequence, weights of four gates, biases, and both states."""


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (operator("CONV_2D", (1, 8, 8, 3), (16, 3, 3, 3), (16,), output=(1, 4, 4, 16)), 4 * 4 * 16 * 27),
        (operator("CONV_2D", (1, 8, 8, 4), (16, 1, 1, 2), None, output=(1, 8, 8, 16)), 8 * 8 * 16 * 2),
        (operator("DEPTHWISE_CONV_2D", (1, 8, 8, 3), (1, 5, 3, 6), output=(1, 8, 8, 6)), 8 * 8 * 6 * 15),
        (operator("TRANSPOSE_CONV", (4,), (16, 3, 3, 8), (1, 4, 4, 8), output=(1, 8, 8, 16)), 4 * 4 * 8 * 9 * 16),
        (operator("CONV_3D", (1, 4, 4, 4, 2), (3, 3, 3, 2, 5), output=(1, 4, 4, 4, 5)), 64 * 5 * 27 * 2),
        (operator("CONV_3D_TRANSPOSE", (5,), (2, 2, 2, 5, 3), (1, 2, 2, 2, 3), output=(1, 4, 4, 4, 5)), 24 * 40),
        (operator("FULLY_CONNECTED", (2, 10), (4, 10), (4,), output=(2, 4)), 2 * 10 * 4),
        (operator("BATCH_MATMUL", (3, 2, 5), (3, 5, 7), output=(3, 2, 7)), 3 * 2 * 7 * 5),
        (operator("BATCH_MATMUL", (3, 5, 2), (3, 5, 7), output=(3, 2, 7), adj_x=True), 3 * 2 * 7 * 5),
        (operator("SVDF", (2, 10), (6, 10), (6, 8), None, (2, 48), output=(2, 3), rank=2), 2 * 6 * 18),
        (operator("RNN", (2, 10), (4, 10), (4, 4), (4,), (2, 4), output=(2, 4)), 2 * 56),
        (
            operator("UNIDIRECTIONAL_SEQUENCE_LSTM", *LSTM, output=(1, 7, 4)),
            7 * 4 * (12 + 16),
        ),
        (operator("ADD", (1, 4), (1, 4), output=(1, 4)), 0),
        (operator("MAX_POOL_2D", (1, 4, 4, 1), output=(1, 2, 2, 1)), 0),
        (operator("NEW_OPERATOR", (1, 4), output=(1, 4)), 0),
        (operator("CONV_2D", output=(1, 4)), 0),
        (operator("FULLY_CONNECTED", (1, 4), (), output=(1, 4)), 0),
    ],
    ids=lambda value: value.code if isinstance(value, Operator) else "",
)
def test_macs(entry, expected):
    assert macs(entry) == expected


def test_an_operator_without_outputs_counts_nothing():
    assert macs(Operator("CONV_2D", (), ())) == 0
