"""Models with control flow, at random: IF and WHILE in each other, CALL_ONCE, variables, views, PAD and CONV_2D."""

from __future__ import annotations

import numpy as np

from arenite.model import Data, ElementType, Graph, Model, Operator, Tensor

from .operators_at_random import Maker

INT32, BOOL, RESOURCE = ElementType.INT32, ElementType.BOOL, ElementType.RESOURCE
SHAPE = (1, 4, 3, 2)
NO_ACTIVATION = {"fused_activation_function": 0}
VARIABLES = ("one", "other")
DEEPEST = 2
"""Graphs in each other, without the main one."""


def program(seed):
    """A model with two images and two conditions as inputs, and two images as outputs."""
    return _Program(seed).model()


class _Program(Maker):
    def __init__(self, seed):
        super().__init__(seed)
        self.graphs = [None]
        self.pattern = self.tensor(*SHAPE)

    def model(self):
        inputs = [self.image(), self.image(), self.condition(), self.condition()]
        self.graphs[0] = self.graph("main", inputs, 2, 0)
        return Model("program", tuple(self.graphs))

    def image(self):
        return self.like(self.pattern, *SHAPE)

    def condition(self):
        return Tensor(self.name(), (), BOOL)

    def graph(self, name, inputs, count, depth, before=()):
        """A graph of some steps; `count` images are its outputs, any of what there is."""
        operators, images = list(before), [each for each in inputs if each.type is self.kind]
        conditions = [each for each in inputs if each.type is BOOL]
        steps = [self.joined, self.convolved, self.viewed, self.read, self.assigned, self.once]
        steps += [self.branched, self.branched, self.repeated] * (depth < DEEPEST)
        for _ in range(self.integer(2, 5)):
            images += self.choice(*steps)(operators, images, conditions, depth)
        outputs = [self.choice(*images[-3:]) for _ in range(count)]
        if depth == 0:
            outputs = self.ended(operators, images, outputs)
        return Graph(name, _tensors(inputs, operators, outputs), tuple(inputs), tuple(outputs), tuple(operators))

    def ended(self, operators, images, outputs):
        """An output of its own each; variables that nothing assigns would hold anything in TFLM."""
        for name in VARIABLES:
            operators.append(Operator("ASSIGN_VARIABLE", (self.handle(operators, name), self.choice(*images)), ()))
        return [self.apply("RELU", operators, each) for each in outputs]

    def apply(self, code, operators, *inputs, **options):
        output = self.image()
        operators.append(Operator(code, inputs, (output,), options))
        return output

    def joined(self, operators, images, *_):
        code = self.choice("ADD", "MAXIMUM", "MINIMUM")
        options = NO_ACTIVATION if code == "ADD" else {}
        return [self.apply(code, operators, self.choice(*images), self.choice(*images), **options)]

    def viewed(self, operators, images, *_):
        """The upper half of one and the lower of another."""
        halves = [self.like(self.pattern, 1, 2, 3, 2) for _ in range(2)]
        for row, half in zip((0, 2), halves, strict=True):
            cut = self.choice(*images), self.numbers(0, row, 0, 0), self.numbers(*half.shape)
            operators.append(Operator("SLICE", cut, (half,)))
        return [self.apply("CONCATENATION", operators, *halves, axis=1, **NO_ACTIVATION)]

    def convolved(self, operators, images, *_):
        source, wide = self.choice(*images), self.like(self.pattern, 1, 6, 5, 2)
        operators.append(Operator("PAD", (source, self.numbers(0, 0, 1, 1, 1, 1, 0, 0, shape=(4, 2))), (wide,)))
        weights = self.weights((2, 3, 3, 2), 0, 18, source.quantization.scale[0], source)
        options = {"padding": 1, "stride_h": 1, "stride_w": 1, "dilation_h_factor": 1, "dilation_w_factor": 1}
        return [self.apply("CONV_2D", operators, wide, weights, None, **options, **NO_ACTIVATION)]

    def handle(self, operators, name=None):
        handle = Tensor(self.name(), (), RESOURCE)
        options = {"container": "", "shared_name": name or self.choice(*VARIABLES)}
        operators.append(Operator("VAR_HANDLE", (), (handle,), options))
        return handle

    def read(self, operators, *_):
        return [self.apply("READ_VARIABLE", operators, self.handle(operators))]

    def assigned(self, operators, images, *_):
        operators.append(Operator("ASSIGN_VARIABLE", (self.handle(operators), self.choice(*images)), ()))
        return []

    def once(self, operators, _, __, depth):
        """A graph that assigns a constant, or something that it computes."""
        number, inner = self.reserve(), []
        value = self.values(*SHAPE, quantization=self.pattern.quantization)
        if self.integer(0, 1):
            value = self.apply("ADD", inner, value, value, **NO_ACTIVATION)
        if self.integer(0, 1):
            value = self.apply("MAXIMUM", inner, value, *self.read(inner))
        self.assigned(inner, [value])
        self.graphs[number] = Graph("once", _tensors((), inner, ()), (), (), tuple(inner))
        operators.append(Operator("CALL_ONCE", (), (), {"init_subgraph_index": number}, graphs=(number,)))
        return []

    def branched(self, operators, images, conditions, depth):
        numbers = [self.reserve() for _ in range(2)]
        inputs = [self.choice(*images), self.choice(*images), *conditions]
        outputs = [self.image() for _ in range(2)]
        for number, name in zip(numbers, ("then", "else"), strict=True):
            own = [self.image(), self.image(), *(self.condition() for _ in conditions)]
            self.graphs[number] = self.graph(name, own, 2, depth + 1)
        if not self.integer(0, 3):
            numbers[1] = numbers[0]
        options = {"then_subgraph_index": numbers[0], "else_subgraph_index": numbers[1]}
        test = self.choice(*conditions)
        operators.append(Operator("IF", (test, *inputs), tuple(outputs), options, graphs=tuple(numbers)))
        return outputs

    def repeated(self, operators, images, conditions, depth):
        numbers = self.reserve(), self.reserve()
        start, count = self.number(self.integer(0, 3)), Tensor(self.name(), (), INT32)
        outputs = [self.image() for _ in range(2)]
        passed = [self.condition() for _ in conditions]
        self.graphs[numbers[0]] = self.until(len(conditions))
        self.graphs[numbers[1]] = self.body(len(conditions), depth)
        options = {"cond_subgraph_index": numbers[0], "body_subgraph_index": numbers[1]}
        inputs = (start, self.choice(*images), self.choice(*images), *conditions)
        operators.append(Operator("WHILE", inputs, (count, *outputs, *passed), options, graphs=numbers))
        return outputs

    def until(self, conditions):
        count, smaller = Tensor(self.name(), (), INT32), self.condition()
        inputs = [count, self.image(), self.image(), *(self.condition() for _ in range(conditions))]
        less = Operator("LESS", (count, self.number(2)), (smaller,))
        return Graph("until", _tensors(inputs, [less], [smaller]), tuple(inputs), (smaller,), (less,))

    def body(self, conditions, depth):
        """Counts, computes, and swaps the conditions."""
        before, after = (Tensor(self.name(), (), INT32) for _ in range(2))
        own = [self.image(), self.image(), *(self.condition() for _ in range(conditions))]
        adds = Operator("ADD", (before, self.number(1)), (after,), {**NO_ACTIVATION, "pot_scale_int16": True})
        graph = self.graph("body", own, 2, depth + 1, [adds])
        inputs, outputs = (before, *own), (after, *graph.outputs, *reversed(own[2:]))
        return Graph("body", _tensors(inputs, graph.operators, outputs), inputs, outputs, graph.operators)

    def number(self, value):
        return Tensor(self.name(), (), INT32, Data(np.int32(value).tobytes()))

    def reserve(self):
        self.graphs.append(None)
        return len(self.graphs) - 1


def _tensors(inputs, operators, outputs):
    used = [each for operator in operators for each in (*operator.inputs, *operator.outputs) if each is not None]
    return tuple(dict.fromkeys([*inputs, *used, *outputs]))
