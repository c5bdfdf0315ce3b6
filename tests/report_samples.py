"""Small models made by hand, for what the zoo's do not have."""

from arenite.model import Data, ElementType, Graph, MemoryPlan, Model, Operator, Tensor


def tensor(name, *shape, type=ElementType.INT8, data=None, variable=False):
    return Tensor(name, shape, type, data=data, variable=variable)


def odd():
    """Shared weights, an omitted input, a variable, a dead tensor, a custom operator, an input that nothing reads."""
    weights = Data(b"\x01" * 40)
    x, unread, dead = tensor("x", 1, 10), tensor("unread", 64), tensor("dead", 100)
    first, second = tensor("w1", 4, 10, data=weights), tensor("w2", 4, 10, data=weights)
    state = tensor("state", 4, type=ElementType.FLOAT32, variable=True)
    y, z = tensor("y", 1, 4), tensor("z", 1, 4)
    operators = (
        Operator("FULLY_CONNECTED", (x, first, None), (y,)),
        Operator("CUSTOM", (y, second, state), (z,), custom_code="a\nvery" + "_long" * 20 + "_operator"),
    )
    graph = Graph("main", (x, unread, dead, first, second, state, y, z), (x, unread), (z,), operators)
    return Model("odd.tflite", (graph,))


def branching():
    """IF with two graphs: one is a fully connected layer of 12 MACs, the other does nothing."""
    condition, x, y = tensor("condition", 1, type=ElementType.BOOL), tensor("x", 1, 4), tensor("y", 1, 3)
    a, w, b = tensor("a", 1, 4), tensor("w", 3, 4, data=Data(bytes(12))), tensor("b", 1, 3)
    c = tensor("c", 1, 3)
    main = Graph(
        "main", (condition, x, y), (condition, x), (y,), (Operator("IF", (condition, x), (y,), graphs=(1, 2)),)
    )
    then = Graph("then", (a, w, b), (a,), (b,), (Operator("FULLY_CONNECTED", (a, w, None), (b,)),))
    otherwise = Graph("else", (c,), (c,), (c,), ())
    return Model("branching.tflite", (main, then, otherwise))


def empty():
    """A graph that hands its input through: no operators."""
    x = tensor("x", 5)
    return Model("empty.tflite", (Graph("", (x,), (x,), (x,), ()),))


def reversed_order():
    """Two operators filed in the wrong order."""
    x, y, z = tensor("x", 16), tensor("y", 16), tensor("z", 16)
    operators = (Operator("RELU", (y,), (z,)), Operator("RELU", (x,), (y,)))
    return Model("reversed.tflite", (Graph("main", (x, y, z), (x,), (z,), operators),))


def planned():
    """One operator and an offline plan for it."""
    x, y = tensor("x", 16), tensor("y", 16)
    graph = Graph("main", (x, y), (x,), (y,), (Operator("RELU", (x,), (y,)),))
    return Model("planned", (graph,), plan=MemoryPlan(((16, 0),)))
