"""What distinguishes two models of one operator: options, shapes and scales that kernels treat differently."""

from __future__ import annotations

from functools import cache

import numpy as np

from .operators_at_random import make

TRIED = 48
"""Models at random that are looked at for each operator and type."""
LEAST = 3
"""Models that are run for each operator and type, be they alike."""

ACTIVATIONS = ("no activation", "RELU", "RELU_N1_TO_1", "RELU6", "TANH")
BIASED = {"CONV_2D": 2, "DEPTHWISE_CONV_2D": 2, "FULLY_CONNECTED": 2, "TRANSPOSE_CONV": 3}
"""Operators with weights, their second input, and where their bias is."""
AXES = {"SPLIT": 0, "SPLIT_V": 2, "MEAN": 1, "ARG_MAX": 1, "ARG_MIN": 1}
FLAGS = (
    *("align_corners", "half_pixel_centers", "keep_dims", "adj_x", "adj_y", "time_major"),
    *("begin_mask", "end_mask", "shrink_axis_mask"),
)


def variants(model):
    """The variants that a model is an example of, by name."""
    operator = model.main.operators[-1]
    options, found = operator.options, set()
    if "fused_activation_function" in options:
        found.add(ACTIVATIONS[options["fused_activation_function"]])
    if "padding" in options:
        found.add(("same", "valid")[options["padding"]])
    if max(options.get("stride_h", 1), options.get("stride_w", 1)) > 1:
        found.add("stride")
    if max(options.get("dilation_h_factor", 1), options.get("dilation_w_factor", 1)) > 1:
        found.add("dilation")
    if "axis" in options:
        found.add(f"axis {options['axis']}")
    elif operator.code in AXES:
        axes = np.frombuffer(operator.inputs[AXES[operator.code]].data.content, np.int32)
        found.add(f"axis {', '.join(map(str, axes))}")
    found |= {name for name in FLAGS if options.get(name)}
    return found | _of_weights(operator) | _of_shapes(operator)


def _of_weights(operator):
    if operator.code not in BIASED:
        return set()
    biases = operator.inputs[BIASED[operator.code] :]
    found = {"bias" if any(biases) else "no bias"}
    weights = operator.inputs[1]
    if weights.quantization:
        found.add("per channel" if len(weights.quantization.scale) > 1 else "per tensor")
        found |= {"scale below zero"} if min(weights.quantization.scale) < 0 else set()
    if operator.code == "CONV_2D" and weights.shape[3] != operator.inputs[0].shape[3]:
        found.add("groups")
    if operator.code == "DEPTHWISE_CONV_2D" and weights.shape[3] != operator.inputs[0].shape[3]:
        found.add("multiplier")
    return found


def _of_shapes(operator):
    """How two inputs without a constant are broadcast, and batches of images."""
    shapes = [each.shape for each in operator.inputs if each is not None and each.data is None]
    found = set()
    if len(shapes) == 2 and len(operator.outputs) == 1:
        found.add("alike" if shapes[0] == shapes[1] else "broadcast")
        found |= {"five dimensions"} if len(operator.outputs[0].shape) > 4 else set()
    if shapes and len(shapes[0]) == 4 and shapes[0][0] > 1:
        found.add("batch")
    return found


@cache
def covering(kind, name):
    """(seeds, variants): a few models that together are examples of all variants that occur at random."""
    examples = {seed: frozenset(variants(make(kind, name, seed))) for seed in range(TRIED)}
    everything = frozenset().union(*examples.values())
    chosen, open_ = [], set(everything)
    while open_:
        best = max(examples, key=lambda seed: len(examples[seed] & open_))
        chosen.append(best)
        open_ -= examples[best]
    chosen += [seed for seed in range(LEAST) if seed not in chosen][: max(0, LEAST - len(chosen))]
    return tuple(chosen), everything
