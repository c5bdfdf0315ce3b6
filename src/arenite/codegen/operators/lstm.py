"""UNIDIRECTIONAL_SEQUENCE_LSTM."""

from __future__ import annotations

import math

from arenite.codegen.interpolation import sigmoids
from arenite.codegen.operators.convolution import bias, values_of
from arenite.codegen.operators.options import number, real
from arenite.codegen.program import Field, Structure
from arenite.codegen.quantized import Scale, fit_wide_sums, quantize_multiplier, scale_of, single, zero_point_of
from arenite.codegen.types import TYPES
from arenite.codegen.unit import Unit, require
from arenite.model import ElementType, Operator, Tensor

TANH = 4
"""The activation of the cell gate (ActivationFunctionType in the schema)."""
GATES = ("input", "forget", "cell", "output")
"""Gates in the order of their weights (inputs 1 to 4), recurrent weights (5 to 8) and biases (12 to 15)."""
VARIANTS = (9, 10, 11, 16, 17, 20, 21, 22, 23)
"""Inputs of peepholes, projections and layer normalization, which TFLM does not have."""
HIDDEN, CELL = 18, 19
"""Inputs that are the states."""
SUM_SCALE, GATE_SCALE = 2.0**-12, 2.0**-15
"""Scales of a gate's sum before and after its activation."""
_OFFSETS = "int16 zero points must be 0"
_KINDS = {
    ElementType.INT8: (ElementType.INT8, ElementType.INT16),
    ElementType.INT16: (ElementType.INT8, ElementType.INT16),
    ElementType.FLOAT32: (ElementType.FLOAT32, ElementType.FLOAT32),
}
"""Types of weights and of the cell state, by type of activations."""


def lstm(unit: Unit, operator: Operator) -> None:
    """UNIDIRECTIONAL_SEQUENCE_LSTM. Goes unit by unit, so it needs no scratch; integers as in TFLM (lstm_eval.cc)."""
    source, hidden, cell = _operands(operator)
    output = operator.outputs[0]
    kind, units = source.type, output.shape[2]
    major = bool(operator.options.get("time_major"))
    batches, times = source.shape[:2][::-1] if major else source.shape[:2]
    own = _fields(unit, operator, source, hidden, cell)
    layer = unit.parameters(
        f"lstm_{TYPES[kind].suffix}",
        batches=batches,
        times=times,
        depth=source.shape[2],
        units=units,
        batch_step=1 if major else times,
        time_step=batches if major else 1,
        **{name: _gate(unit, operator, GATES.index(name), units) for name in ("forget", "input", "cell", "output")},
        **own,
    )
    places = unit.target(hidden), unit.target(cell), unit.target(output)
    unit.call_with(layer, unit.pointer(source), *places)


def _operands(operator: Operator) -> tuple[Tensor, Tensor, Tensor]:
    """The input and both states of an LSTM that TFLM would take (ValidateTensorStatus, ValidateTensorSize)."""
    require(len(operator.inputs) == 24, "it must have 24 inputs")
    require(not any(operator.inputs[place] for place in VARIANTS), "peepholes and projections are not supported")
    require(all(operator.inputs[place] for place in (*range(9), *range(12, 16), HIDDEN, CELL)), "an input is missing")
    activation = number(operator, "fused_activation_function", 0)
    require(activation == TANH, "the activation of the cell gate must be TANH")
    source, hidden, cell, output = operator.input(0), operator.input(HIDDEN), operator.input(CELL), operator.outputs[0]
    require(source.type in _KINDS and source.type is hidden.type is output.type, "there is no kernel for these types")
    weights, states = _KINDS[source.type]
    all_weights = [operator.input(place) for place in range(1, 9)]
    typed = cell.type is states and all(each.type is weights for each in all_weights)
    require(typed, "there is no kernel for these types")
    require(hidden.variable and cell.variable, "the states must be variables")
    require(
        len(source.shape) == len(output.shape) == 3 and source.shape[:2] == output.shape[:2], "the shapes do not fit"
    )
    units, batches = output.shape[2], source.shape[1 if operator.options.get("time_major") else 0]
    fit = all(each.shape == (units, source.shape[2] if place < 4 else units) for place, each in enumerate(all_weights))
    sized = all(state.bytes == batches * units * state.type.bytes for state in (hidden, cell))
    require(fit and sized, "the shapes do not fit")
    return source, hidden, cell


def _gate(unit: Unit, operator: Operator, gate: int, units: int) -> Structure:
    """An `arenite_lstm_..._gate_t`."""
    source, hidden = operator.input(0), operator.input(HIDDEN)
    weights, recurrent, biases = operator.input(1 + gate), operator.input(5 + gate), operator.input(12 + gate)
    narrow = source.type is ElementType.INT16 and biases.type is not ElementType.INT64
    require(not narrow, "the bias must be of type int64_t")
    fields: dict[str, Field] = {
        "weights": values_of(unit, weights, f"{GATES[gate]} weights"),
        "recurrent": values_of(unit, recurrent, f"{GATES[gate]} recurrent weights"),
        "bias": bias(unit, operator, units, source.type, 12 + gate),
    }
    if source.type is not ElementType.FLOAT32:
        first, second = _sum_scale(source, weights), _sum_scale(hidden, recurrent)
        if source.type is ElementType.INT16:
            fit_wide_sums((first, second))
        fields |= {**first.fields(), **second.fields("recurrent_")}
    return Structure(tuple(fields.items()))


def _sum_scale(source: Tensor, weights: Tensor) -> Scale:
    """The factor from products to a gate's sum."""
    require(zero_point_of(weights) == 0, "the zero points of weights must be 0")
    return quantize_multiplier(single(scale_of(source) * scale_of(weights)) / SUM_SCALE)


def _fields(unit: Unit, operator: Operator, source: Tensor, hidden: Tensor, cell: Tensor) -> dict[str, Field]:
    """Fields beside the gates; of integer kernels as in PrepareGateParametersInteger and CreateLstmCellStateInfo."""
    if source.type is ElementType.FLOAT32:
        return {"clip": single(real(operator, "cell_clip", 0.0))}
    state = scale_of(cell)
    power = math.floor(math.log2(state) + 0.5)
    left = 12 + power
    require(-12 <= left <= 13, "the scale of the cell state is out of range")
    require(source.type is ElementType.INT8 or not (zero_point_of(source) or zero_point_of(hidden)), _OFFSETS)
    factors = {
        "forget": quantize_multiplier(GATE_SCALE * state / state),
        "input": quantize_multiplier(GATE_SCALE * GATE_SCALE / state),
        "output": quantize_multiplier(GATE_SCALE * GATE_SCALE / scale_of(hidden)),
    }
    return {
        "table": unit.numbers(TYPES[ElementType.UINT16], sigmoids(), "table"),
        "input_offset": -zero_point_of(source),
        "hidden_offset": -zero_point_of(hidden),
        **{f"{name}_multiplier": factor.multiplier for name, factor in factors.items()},
        **{f"{name}_shift": factor.shift for name, factor in factors.items()},
        "tanh_multiplier": 3 << max(left, 0),
        "tanh_shift": max(-left, 0),
        "clip": int(max(-32768.0, min(32767.0, single(real(operator, "cell_clip", 0.0)) / state))),
    }
