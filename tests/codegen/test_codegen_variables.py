"""Variables: what generated code keeps between inferences, against the runtimes, round after round."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace

import numpy as np
import pytest

from arenite.backends.generated_c.kept import kept, read_in_place
from arenite.backends.target import C
from arenite.errors import UnsupportedError
from arenite.model import ElementType, Graph, Model, Operator, Tensor
from arenite.rewrite.stream import streamed
from arenite.runtimes.inputs import random_inputs
from arenite.search.c_export import export_c
from arenite.zoo.builder import Builder

from .further_operators import svdf, variable
from .harness import STRICT, arena_size, compiler, run_c, sources
from .operators_at_random import Maker
from .test_codegen_operators import expected

INT8 = ElementType.INT8


def streaming(seed, *, early=False):
    """A window over what came in lately: read, joined with the input, shortened, assigned; then the sum of both.

    `early`: the variable is assigned before the old window is read for the last time.
    """
    m = Maker(seed)
    old, new = m.integer(1, 6), m.integer(1, 3)
    source = m.tensor(1, new, 5)
    window, whole, later = m.like(source, 1, old, 5), m.like(source, 1, old + new, 5), m.like(source, 1, old, 5)
    output = m.like(source, 1, old, 5)
    first = m.values(1, old, 5, quantization=source.quantization)
    handles = [Tensor(m.name(), (), ElementType.RESOURCE) for _ in range(2)]
    begin, size = m.numbers(0, new, 0), m.numbers(1, old, 5)
    read = [
        Operator("CALL_ONCE", (), (), {"init_subgraph_index": 1}, graphs=(1,)),
        named(handles[0]),
        Operator("READ_VARIABLE", (handles[0],), (window,)),
        Operator("CONCATENATION", (window, source), (whole,), {"axis": 1, "fused_activation_function": 0}),
        Operator("SLICE", (whole, begin, size), (later,)),
    ]
    assign = Operator("ASSIGN_VARIABLE", (handles[0], later), ())
    total = Operator("MAXIMUM", (window, later), (output,))
    rest = [assign, total] if early else [total, assign]
    tensors = (source, handles[0], window, whole, later, output, begin, size)
    main = Graph("main", tensors, (source,), (output,), (*read, *rest))
    initial = (named(handles[1]), Operator("ASSIGN_VARIABLE", (handles[1], first), ()))
    return Model("streaming", (main, Graph("once", (handles[1], first), (), (), initial)))


def named(handle, name="window"):
    return Operator("VAR_HANDLE", (), (handle,), {"container": "", "shared_name": name})


def equal(models, folder, rounds=5):
    inputs = [random_inputs(model, rounds, 3) for model in models]
    for ours, others in zip(run_c(models, inputs, folder), expected(models, inputs), strict=True):
        assert others
        for theirs in others.values():
            for one, other in zip(ours, theirs, strict=True):
                np.testing.assert_array_equal(one[0], other[0])


def test_windows_over_what_came_in_lately(tmp_path):
    equal([streaming(seed, early=early) for seed in range(6) for early in (False, True)], tmp_path)


def window(seed):
    """Dilated convolutions over 16 frames, and their mean."""
    net = Builder("window", seed)
    x = net.conv1d(net.conv1d(net.input(16, 1, 4), 3, "a"), 3, "b", dilation=2)
    return net.model(net.mean(x, "mean"))


def test_windows_taken_frame_by_frame(tmp_path):
    """As many runs as replace each kept step."""
    equal([streamed(window(seed), 1).model for seed in range(3)], tmp_path, rounds=20)


def test_what_is_read_lies_in_the_variable_unless_it_is_assigned_meanwhile():
    for seed in range(4):
        model, early = streaming(seed), streaming(seed, early=True)
        assert read_in_place(model) == {model.main.operators[2].outputs[0]}
        assert read_in_place(early) == set()
        with_copy, without = (sources(each, "m")["m.c"].count("arenite_move(") for each in (early, model))
        assert with_copy > without


def test_in_place_would_be_wrong_otherwise(monkeypatch, tmp_path):
    from arenite.search import relocation

    models = [streaming(seed, early=True) for seed in range(4)]
    monkeypatch.setattr(relocation, "read_in_place", lambda model: {model.main.operators[2].outputs[0]})
    with pytest.raises(AssertionError):
        equal(models, tmp_path)


def test_the_arena_holds_plan_and_variables():
    model = streaming(1)
    size = kept(model).size
    assert size == model.main.operators[2].outputs[0].bytes
    files = sources(model, "m")
    (offset,) = re.findall(r"M_KEPT_OFFSET (\d+)", files["m.h"])
    assert f"#define M_KEPT_SIZE {size}\n" in files["m.h"]
    assert int(offset) + size == arena_size(files) <= C.arena(model).declare_bytes
    assert "reset" not in sources(Model("plain", (plain_graph(),)), "m")["m.h"]


def plain_graph():
    m = Maker(0)
    source, output = m.tensor(4), m.tensor(4)
    return Graph("main", (source, output), (source,), (output,), (Operator("RELU", (source,), (output,)),))


def test_a_variable_without_initial_graph_begins_at_its_zero_point(tmp_path):
    model = streaming(2)
    main = replace(model.main, operators=model.main.operators[1:])
    equal([Model("alone", (main,))], tmp_path)


def test_states_of_layers_are_variables(tmp_path):
    m = Maker(5)
    model = svdf()(m)
    assert kept(model).size == model.main.operators[0].inputs[4].bytes
    files = sources(model, "m")
    assert "arenite_fill(" in files["m.c"]


RESET = """
#include <stdlib.h>
#include <string.h>
#include "m.h"
int main(void) {
  static _Alignas(16) uint8_t one[M_ARENA_SIZE], other[M_ARENA_SIZE];
  int8_t first[M_OUTPUT_0_LENGTH];
  m_reset_in(one);
  m_reset_in(other);
  for (int round = 0; round < 3; round++) {
    memset(M_INPUT_0_IN(one), 40 + round, M_INPUT_0_LENGTH);
    m_invoke_in(one);
    if (round == 0) memcpy(first, M_OUTPUT_0_IN(one), sizeof first);
  }
  if (memcmp(first, M_OUTPUT_0_IN(one), sizeof first) == 0) return 1; /* nothing was kept */
  memset(M_INPUT_0_IN(other), 40, M_INPUT_0_LENGTH);
  m_invoke_in(other);
  if (memcmp(first, M_OUTPUT_0_IN(other), sizeof first) != 0) return 2; /* arenas are not apart */
  m_reset_in(one);
  memset(M_INPUT_0_IN(one), 40, M_INPUT_0_LENGTH);
  m_invoke_in(one);
  return memcmp(first, M_OUTPUT_0_IN(one), sizeof first) != 0 ? 3 : 0;
}
"""


def test_a_reset_begins_anew_and_arenas_are_apart(tmp_path):
    files = sources(streaming(3), "m")
    for name, text in {**files, "main.c": RESET}.items():
        (tmp_path / name).write_text(text)
    program = tmp_path / "program"
    c_files = sorted(str(each) for each in tmp_path.glob("*.c"))
    subprocess.run([compiler(), "-std=c11", *STRICT, "-DM_NO_ARENA", *c_files, "-o", str(program)], check=True)
    assert subprocess.run([str(program)], check=False).returncode == 0


def test_the_self_test_resets_first():
    files = export_c(streaming(0), "m")
    if "m_test.c" not in files:
        pytest.skip("no runtime is installed that could have run the model")
    body = files["m_test.c"]
    assert body.index("m_reset();") < body.index("m_invoke();")


def changed(model, graph, **changes):
    graphs = list(model.graphs)
    graphs[graph] = replace(graphs[graph], **changes)
    return replace(model, graphs=tuple(graphs))


def test_what_cannot_be_kept_is_refused():
    model = variable(Maker(0))
    main = model.main
    other = Tensor("other", (3,), INT8, None, main.inputs[0].quantization)
    assign = Operator("ASSIGN_VARIABLE", (main.operators[1].outputs[0], other), ())
    source = Tensor("handle", (), ElementType.RESOURCE)
    read = Operator("READ_VARIABLE", (source,), main.outputs)
    cases = {
        "used in two sizes": changed(model, 0, operators=(*main.operators, assign), inputs=(*main.inputs, other)),
        "has no name": changed(model, 0, operators=(read,)),
    }
    for message, each in cases.items():
        with pytest.raises(UnsupportedError, match=message):
            sources(each, "m")
