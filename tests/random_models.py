"""Small random models of operators that overwrite, copy and view their inputs, and all orders of their operators."""

from __future__ import annotations

from hand_made import graph, model
from overlap_cases import add, numbers, relu, rows, split, stacked, tensor

from arenite.formulate.order import data_dependences
from arenite.model import ElementType, Operator

COLUMNS = 4


def random_model(rng, operators):
    """INT8 or FLOAT32 matrices of up to 8 rows: RELU, ADD, SLICE, CONCATENATION, SPLIT, RESHAPE."""
    kind = rng.choice((ElementType.FLOAT32, ElementType.FLOAT32, ElementType.INT8))
    inputs = [_new(rng, f"x{n}", rng.randint(1, 6), kind) for n in range(rng.randint(1, 2))]
    known = list(inputs)
    made = []
    for number in range(operators):
        source = rng.choice(known[-4:])
        found = _operator(rng, number, source, known, kind)
        made.append(found)
        known += found.outputs
    read = {each for operator in made for each in operator.inputs}
    outputs = [each for each in known if each not in read or rng.random() < 0.1]
    return model(graph(inputs, outputs[: rng.randint(1, 3)], made))


def _new(rng, name, count, kind):
    return tensor(name, count, rng.choice((COLUMNS, COLUMNS, COLUMNS, 2, 3)), kind=kind)


def _operator(rng, number, source, known, kind):
    count, columns = source.shape
    same = [each for each in known if each.shape == source.shape]
    wide = [each for each in known if each.shape[1] == columns]
    name = f"t{number}"
    choice = rng.randrange(8)
    if choice == 0 and count > 1:
        first = rng.randrange(count)
        return rows(source, first, tensor(name, rng.randint(1, count - first), columns, kind=kind))
    if choice == 1:
        chosen = [rng.choice(wide) for _ in range(rng.randint(2, 3))]
        return stacked(chosen, tensor(name, sum(each.shape[0] for each in chosen), columns, kind=kind))
    if choice == 2 and count % 2 == 0:
        return split(source, [tensor(f"{name}{half}", count // 2, columns, kind=kind) for half in "ab"])
    if choice == 3:
        return Operator("RESHAPE", (source,), (tensor(name, count, columns, kind=kind),))
    if choice == 4 and columns > 1:
        begin, size = numbers(f"{name} begin", 0, 1), numbers(f"{name} size", count, columns - 1)
        return Operator("SLICE", (source, begin, size), (tensor(name, count, columns - 1, kind=kind),), version=2)
    if choice == 5:
        tall = [each for each in known if each.shape[0] == count]
        chosen = [rng.choice(tall), rng.choice(tall)]
        target = tensor(name, count, sum(each.shape[1] for each in chosen), kind=kind)
        return Operator("CONCATENATION", tuple(chosen), (target,), {"axis": 1, "fused_activation_function": 0})
    if choice == 6 and len(same) > 1:
        return add(source, rng.choice(same), tensor(name, count, columns, kind=kind))
    return relu(source, tensor(name, count, columns, kind=kind))


def every_order(source):
    """Every order in which the operators of the main graph can run."""
    count = len(source.main.operators)
    needs = data_dependences(source.main)

    def extend(done):
        if len(done) == count:
            yield done
        for operator in range(count):
            if operator not in done and all(a in done for a, b in needs if b == operator):
                yield from extend((*done, operator))

    return extend(())
