"""IF, WHILE and CALL_ONCE that computes, as C: against the runtimes, under sanitizers, round after round."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path
from textwrap import dedent, indent

import hand_made
import numpy as np
import pytest

import arenite
from arenite.backends.generated_c.kept import constants_once, kept, read_in_place
from arenite.backends.target import C
from arenite.codegen.control import inner_graphs
from arenite.errors import ModelError, UnsupportedError
from arenite.model import ElementType, Graph, Model, Operator, Tensor
from arenite.runtimes.inputs import random_inputs
from arenite.search import relocation
from arenite.search.c_export import export_c, target_of
from arenite.search.runnable import refusals

from .harness import STRICT, arena_size, compiler, run_c, sources
from .operators_at_random import Maker
from .programs_at_random import program
from .test_cmsis_nn import fed, same, with_cmsis_nn
from .test_codegen_operators import RUNTIMES, expected
from .test_codegen_variables import RESET, changed, equal, named, streaming

PROGRAMS = 24


def compare(models, folder, rounds=5):
    """What TFLM gives, to the bit; LiteRT has no say, since it takes few of these models."""
    if "tflm" not in RUNTIMES:
        pytest.skip("tflite-micro is not installed")
    inputs = [random_inputs(model, rounds, 3) for model in models]
    for model, ours, others in zip(models, run_c(models, inputs, folder), expected(models, inputs), strict=True):
        for one, other in zip(ours, others["tflm"], strict=True):
            for our_output, their_output in zip(one, other, strict=True):
                np.testing.assert_array_equal(our_output, their_output, err_msg=model.name)


def computing(seed=3):
    """`streaming`, whose variable begins with a sum of constants."""
    model = streaming(seed)
    handle, first = model.graphs[1].tensors
    total = Tensor("total", first.shape, first.type, None, first.quantization)
    add = Operator("ADD", (first, first), (total,), {"fused_activation_function": 0})
    assign = Operator("ASSIGN_VARIABLE", (handle, total), ())
    return changed(model, 1, operators=(named(handle), add, assign), tensors=(handle, first, total))


def test_programs_at_random_are_equal(tmp_path):
    models = [program(seed) for seed in range(PROGRAMS)]
    kinds = {operator.code for model in models for graph in model.graphs[1:] for operator in graph.operators}
    assert {"IF", "WHILE", "CALL_ONCE", "READ_VARIABLE", "ASSIGN_VARIABLE", "PAD", "CONCATENATION"} <= kinds
    compare(models, tmp_path)


def test_models_by_hand_are_equal(tmp_path):
    compare([hand_made.conditional(), hand_made.loop(), computing()], tmp_path)


def test_shared_cases_are_equal(shared, tmp_path):
    compare([arenite.read(shared / "cases" / f"{name}.tflite") for name in ("ifbranch", "while", "callonce")], tmp_path)


def test_optimized_programs_are_equal_and_as_large_as_was_said(tmp_path):
    options = arenite.Options(target="c", rounds=2, effort="low")
    models = [arenite.optimize(each, options).model for each in (*map(program, (0, 1, 2)), hand_made.loop())]
    for model in models:
        assert arena_size(sources(model, "m")) == C.arena(model).declare_bytes
    compare(models, tmp_path)


def test_calls_of_cmsis_nn_in_graphs(tmp_path):
    """Scratch belongs to an operator of a graph, and a graph hands on the status of its calls."""
    models = [program(seed) for seed in range(8)]
    (tmp_path / "own").mkdir()
    own = run_c(models, fed(models), tmp_path / "own")
    for core in ("cortex-m4", "cortex-m55"):
        text = "".join(sources(model, "m", target_of(core))["m.c"] for model in models)
        assert re.search(r"if \(\(status = m_graph_\d+_\w+\(arena\)\) != 0\) return status;", text)
        assert re.search(r"\nstatic int m_graph_.*\n  int status;\n(  .*\n)*.* = arenite_cmsis_", text)
        (tmp_path / core).mkdir()
        same(models, with_cmsis_nn(models, core, tmp_path / core), own)


def test_the_code_reads_as_the_model_does():
    text = sources(hand_made.conditional(), "m")["m.c"]
    then = text.index("static void m_graph_1_then(uint8_t *const arena) {")
    other = text.index("static void m_graph_2_else(uint8_t *const arena) {")
    invoke = text.index("void m_invoke_in(void *memory) {")
    assert then < other < invoke
    lines = [line.strip() for line in text[invoke:].splitlines()]
    assert any(line.startswith("/* 1: IF: ") for line in lines)
    assert lines.index("/* 'a' to 'then0' */") < lines.index("m_graph_1_then(arena);") < lines.index("} else {")
    assert text.count("m_graph_1_then(") == 2


def test_the_documentation_shows_such_code():
    page = Path(__file__).resolve().parents[2] / "docs" / "export.md"
    (shown,) = re.findall(r"^    /\* 1: IF: (?:.*\n)+?(?=\n)", page.read_text("utf-8"), re.MULTILINE)
    assert indent(dedent(shown), "  ") in sources(hand_made.conditional(), "person")["person.c"]


def test_a_graph_is_one_function_however_many_run_it(tmp_path):
    model = hand_made.conditional()
    options = {"then_subgraph_index": 2, "else_subgraph_index": 2}
    same = replace(model.main.operators[1], options=options, graphs=(2, 2))
    once = changed(model, 0, operators=(model.main.operators[0], same, model.main.operators[2]))
    assert inner_graphs(once) == (2,)
    assert "graph_1" not in sources(once, "m")["m.c"]
    compare([once], tmp_path)


def test_nothing_moves_where_graphs_are_run(monkeypatch):
    """Scopes of a graph may pass not at all or many times."""
    monkeypatch.setattr(relocation, "solve_relocation", lambda *_, **__: pytest.fail("moves were sought"))
    sources(hand_made.loop(), "m")


def test_what_a_branch_assigns_does_not_lie_in_its_variable(monkeypatch, tmp_path):
    """The main graph reads a variable, a branch assigns it, and then the main graph wants what it read."""
    m = Maker(0)
    x, old, y, out = m.tensor(8), None, None, None
    old, y, out = m.like(x, 8), m.like(x, 8), m.like(x, 8)
    own, result = m.like(x, 8), m.like(x, 8)
    handles = [Tensor(m.name(), (), ElementType.RESOURCE) for _ in range(2)]
    condition = Tensor("condition", (), ElementType.BOOL)
    branch = (
        named(handles[1]),
        Operator("ASSIGN_VARIABLE", (handles[1], own), ()),
        Operator("RELU", (own,), (result,)),
    )
    choose = {"then_subgraph_index": 1, "else_subgraph_index": 1}
    main = (
        named(handles[0]),
        Operator("READ_VARIABLE", (handles[0],), (old,)),
        Operator("IF", (condition, x), (y,), choose, graphs=(1, 1)),
        Operator("MAXIMUM", (old, y), (out,)),
    )
    graphs = (
        Graph("main", (x, condition, handles[0], old, y, out), (x, condition), (out,), main),
        Graph("both", (handles[1], own, result), (own,), (result,), branch),
    )
    model = Model("branch", graphs)
    assert read_in_place(model) == set()
    compare([model], tmp_path)
    monkeypatch.setattr(relocation, "read_in_place", lambda _: {old})
    with pytest.raises(AssertionError):
        compare([model], tmp_path)


def test_what_is_computed_once_has_a_flag_among_what_is_kept(tmp_path):
    model = computing()
    (call,) = kept(model).flags
    assert call is model.main.operators[0]
    assert kept(model).size == kept(streaming(3)).size + 1
    files = sources(model, "m")
    flag = int(re.search(r"if \(arena\[(\d+)\] == 0\) \{\n    m_graph_1_once\(arena\);\n", files["m.c"])[1])
    assert flag == arena_size(files) - 1 < C.arena(model).declare_bytes
    for name, text in {**files, "main.c": RESET}.items():
        (tmp_path / name).write_text(text)
    program_, c_files = tmp_path / "program", sorted(str(each) for each in tmp_path.glob("*.c"))
    subprocess.run([compiler(), "-std=c11", *STRICT, "-DM_NO_ARENA", *c_files, "-o", str(program_)], check=True)
    assert subprocess.run([str(program_)], check=False).returncode == 0


def test_constants_are_assigned_by_resetting_unless_something_comes_before(tmp_path):
    model = streaming(2)
    once, handle, *rest = model.main.operators
    assert constants_once(model) == (once,)
    assert not kept(model).flags
    assert inner_graphs(model) == ()
    late = changed(model, 0, operators=(handle, rest[0], once, *rest[1:]))
    assert constants_once(late) == ()
    compare([late], tmp_path)


def test_a_self_test_resets_and_passes(tmp_path):
    files = export_c(computing(), "m")
    if "m_test.c" not in files:
        pytest.skip("no runtime is installed that could have run the model")
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    program_, c_files = tmp_path / "program", sorted(str(each) for each in tmp_path.glob("*.c"))
    subprocess.run([compiler(), "-std=c99", *STRICT, *c_files, "-o", str(program_)], check=True)
    assert subprocess.run([str(program_)], check=False).returncode == 0


def test_graphs_that_nothing_runs_are_neither_written_nor_refused():
    model = streaming(0)
    x, y = hand_made.tensor("x", 1000), hand_made.tensor("y", 1000)
    unknown = hand_made.graph([x], [y], [Operator("CUSTOM", (x,), (y,), custom_code="Unknown")], name="nobody's")
    more = replace(model, graphs=(*model.graphs, unknown))
    assert refusals(more, C) == ()
    assert sources(more, "m") == sources(model, "m")
    assert C.arena(more) == C.arena(model)


def test_what_cannot_be_run_is_refused():
    choose, repeat = hand_made.conditional(), hand_made.loop()
    branch, condition = choose.main.operators[1], repeat.graphs[1]
    other, wide = hand_made.scalar("other", ElementType.INT32), hand_made.tensor("wide", 99)
    cases = {
        "must be one BOOL": changed(choose, 0, operators=_with(choose, 1, inputs=(wide, branch.inputs[1]))),
        "of 'condition' are not of one type": changed(repeat, 1, inputs=(other, condition.inputs[1])),
        "holds fewer|are not of one type": changed(choose, 2, outputs=(wide,)),
        "takes or gives 1 tensors, 'then' 0": changed(choose, 1, inputs=()),
        "a graph to run is missing": changed(choose, 0, operators=_with(choose, 1, graphs=(1,))),
        "each be there once": changed(choose, 0, operators=_with(choose, 1, outputs=(branch.outputs * 2))),
        "no inputs and no outputs": changed(computing(), 1, outputs=(computing().graphs[1].tensors[2],)),
        "there is no kernel": changed(choose, 1, operators=_unknown(choose.graphs[1])),
    }
    for message, model in cases.items():
        with pytest.raises(UnsupportedError, match=message):
            sources(model, "m")
        assert any(re.search(message, str(each)) for each in refusals(model, C))


def test_a_graph_that_runs_itself_is_refused():
    model = hand_made.conditional()
    inner = replace(model.main.operators[1], inputs=(hand_made.scalar("c"), model.graphs[1].inputs[0]))
    with pytest.raises(ModelError, match="runs itself"):
        sources(changed(model, 1, operators=(replace(inner, outputs=model.graphs[1].outputs),)), "m")


def _with(model, index, **changes):
    operators = list(model.main.operators)
    operators[index] = replace(operators[index], **changes)
    return tuple(operators)


def _unknown(graph):
    return tuple(replace(each, code="CUSTOM", custom_code="Unknown") for each in graph.operators)


def test_variables_are_still_equal(tmp_path):
    equal([computing(seed) for seed in range(4)], tmp_path)
