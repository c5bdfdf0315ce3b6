"""Small int8 networks whose operators request scratch of other sizes with each set of kernels; made to be planned."""

from __future__ import annotations

import struct

from hand_made import graph, model

from arenite.model import Data, ElementType, Operator, Quantization, Tensor

INT8, INT32 = ElementType.INT8, ElementType.INT32
FUSED = {"fused_activation_function": 0}
STEPS = {"padding": 0, "dilation_h_factor": 1, "dilation_w_factor": 1, **FUSED}


class Network:
    """Adds operators to images of height, width and channels; `wide` is the tensor that each of them gives back."""

    def __init__(self, *shape):
        self.operators = []
        self.count = 0
        self.source = self._new(shape)

    def conv(self, image, channels, size=3):
        weights = self._constant((channels, size, size, image.shape[3]), channels)
        return self._add("CONV_2D", (image, weights), (*image.shape[1:3], channels), {**STEPS, **_strides(1)})

    def depthwise(self, image, size=3):
        weights = self._constant((1, size, size, image.shape[3]), image.shape[3])
        options = {**STEPS, **_strides(1), "depth_multiplier": 1}
        return self._add("DEPTHWISE_CONV_2D", (image, weights), image.shape[1:], options)

    def upsampled(self, image, channels):
        """TRANSPOSE_CONV with a stride of 2."""
        height, width = 2 * image.shape[1], 2 * image.shape[2]
        shape = Tensor(f"shape{self.count}", (4,), INT32, Data(struct.pack("<4i", 1, height, width, channels)))
        weights = self._constant((channels, 2, 2, image.shape[3]), channels)
        options = {"padding": 0, **_strides(2)}
        return self._add("TRANSPOSE_CONV", (shape, weights, image), (height, width, channels), options)

    def pooled(self, image):
        options = {"filter_height": 2, "filter_width": 2, "padding": 1, **_strides(2), **FUSED}
        _, height, width, channels = image.shape
        return self._add("AVERAGE_POOL_2D", (image,), (height // 2, width // 2, channels), options)

    def sum(self, one, other):
        return self._add("ADD", (one, other), one.shape[1:], FUSED)

    def joined(self, one, other):
        shape = (*one.shape[1:3], one.shape[3] + other.shape[3])
        return self._add("CONCATENATION", (one, other), shape, {"axis": 3, **FUSED})

    def model(self, *outputs, name="scratch"):
        return model(graph([self.source], outputs, self.operators), name=name)

    def _add(self, code, inputs, shape, options):
        result = self._new(shape)
        self.operators.append(Operator(code, inputs, (result,), options))
        return result

    def _new(self, shape):
        self.count += 1
        return Tensor(f"t{self.count}", (1, *shape), INT8, quantization=Quantization((0.5,), (0,)))

    def _constant(self, shape, scales):
        self.count += 1
        size = shape[0] * shape[1] * shape[2] * shape[3]
        return Tensor(f"w{self.count}", shape, INT8, Data(bytes(size)), Quantization((0.5,) * scales, (0,) * scales))


def _strides(step):
    return {"stride_h": step, "stride_w": step}


def random_network(rng, operators):
    """A network of so many operators, with branches that are joined again."""
    network = Network(rng.choice((2, 4)), 4, rng.choice((4, 8, 16)))
    images = [network.source]
    for _ in range(operators):
        image = rng.choice(images[-3:])
        alike = [other for other in images if other.shape == image.shape and other is not image]
        joins = [other for other in images if other.shape[1:3] == image.shape[1:3] and other is not image]
        kinds = ["conv", "depthwise", "pooled", "upsampled", "sum" if alike else "conv", "joined" if joins else "conv"]
        kind = rng.choice(kinds)
        if kind == "pooled" and min(image.shape[1:3]) < 2:
            kind = "conv"
        if kind == "upsampled" and max(image.shape[1:3]) > 8:
            kind = "pooled"
        match kind:
            case "conv" | "upsampled":
                image = getattr(network, kind)(image, rng.choice((4, 8, 16, 24)))
            case "sum":
                image = network.sum(image, rng.choice(alike))
            case "joined":
                image = network.joined(image, rng.choice(joins))
            case _:
                image = getattr(network, kind)(image)
        images.append(image)
    read = {id(tensor) for operator in network.operators for tensor in operator.inputs}
    return network.model(*(image for image in images if id(image) not in read))
