"""Generated C whose inputs and outputs are outside of its arena gives what it gives with all of them in the arena."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hand_made import conditional, loop
from hypothesis import given, settings
from hypothesis import strategies as st
from strip_networks import FLOAT, INT8, INT16, networks, paced_plans, plans

from arenite import zoo
from arenite.backends.generated_c.memory_places import in_memory
from arenite.backends.target import C, find_target
from arenite.codegen.assemble import assembled
from arenite.codegen.loops import rolled
from arenite.codegen.prepare import prepared
from arenite.codegen.program import Address, Call, Loop
from arenite.errors import OptionError, UnsupportedError
from arenite.model import ElementType, Graph, Model, Operator, Outside, Tensor
from arenite.rewrite import Prune
from arenite.rewrite.integer_ends import with_integer_ends
from arenite.rewrite.outside import Ends, with_ends
from arenite.rewrite.strips import SplitRows, region_of, strip_plan, why_not
from arenite.runtimes.inputs import random_inputs
from arenite.search.c_export import export_c, exported
from arenite.search.relocation import arena
from arenite.search.runnable import refusals
from arenite.tflite.read import read_bytes
from arenite.tflite.write import write_bytes
from arenite.zoo.builder import Builder

from .harness import STRICT, arena_size, compiler, run_c, self_tested, sources
from .operators_at_random import KINDS, Maker, make
from .outside_harness import outside, run_outside
from .programs_at_random import program
from .test_cmsis_nn import stand_in
from .test_codegen_variables import named, streaming

PLACES = ("arena", "rows", "memory")
ALL = [Ends(*pair) for pair in product(PLACES, PLACES) if pair != ("arena", "arena")]


def same(sources_, models, folder, *, rounds=2, **options):
    """Run models with their ends outside of the arena, and what they were made of without."""
    assert len(sources_) == len(models)
    inputs = [random_inputs(model, rounds, 5) for model in sources_]
    for name in ("outside", "inside"):
        (folder / name).mkdir()
    ours = run_outside(models, inputs, folder / "outside", **options)
    different = dict(zip(sources_, inputs, strict=True))
    others = dict(zip(different, run_c(list(different), list(different.values()), folder / "inside"), strict=True))
    for model, one in zip(sources_, ours, strict=True):
        other = others[model]
        for mine, theirs in zip(one, other, strict=True):
            for a, b in zip(mine, theirs, strict=True):
                np.testing.assert_array_equal(a, b, err_msg=model.name)


def can_be(model, ends):
    """Whether an input and an output can be where `ends` says."""
    try:
        return outside(model, ends) is not None
    except OptionError:
        return False


@st.composite
def cases(draw):
    """A random network, the same with its ends elsewhere, and perhaps in strips; None where C cannot be made of it."""
    source = draw(networks(types=(INT8, INT8, INT16, FLOAT)))
    if refusals(source, C):
        return None
    ends = draw(st.sampled_from(ALL))
    if not can_be(source, ends):
        return None
    model = with_ends(source, ends).model
    strips = draw(st.sampled_from((st.none(), plans(model), paced_plans(model), paced_plans(model))))
    plan = draw(strips)
    return source, in_memory(Prune().run(model if plan is None else SplitRows(plan).run(model)))


def test_random_networks(tmp_path_factory):
    seen = set()

    @settings(max_examples=4)
    @given(st.lists(cases(), min_size=10, max_size=10))
    def check(found):
        pairs = [pair for pair in found if pair is not None]
        seen.update(tensor.outside for _, model in pairs for tensor in (*model.main.inputs, *model.main.outputs))
        if pairs:
            same(*map(list, zip(*pairs, strict=True)), tmp_path_factory.mktemp("networks"))

    check()
    assert seen == {None, *Outside}


def small(number=0):
    """A network of few operators whose input and output have rows."""
    net = Builder("small", number)
    x = net.conv(net.input(24, 5, 3), 4, "conv", kernel=3)
    return net.model(net.conv(net.depthwise(x, "depthwise", stride=2), 6, "project"))


def in_strips(model, number, halo="keep"):
    """All operators from the first on that can be, in strips."""
    operators = model.main.operators
    end = next((place for place, each in enumerate(operators) if why_not(each, C)), len(operators))
    return in_memory(SplitRows(strip_plan(region_of(model, operators[:end]), number, halo=halo)).run(model))


def test_all_pairs_of_ends_whole_and_in_strips(tmp_path):
    source = small()
    whole = [outside(source, ends) for ends in ALL]
    strips = [in_strips(with_ends(source, ends).model, 5) for ends in ALL]
    models = [*whole, *strips]
    same([source] * len(models), models, tmp_path)
    for ends, model in zip(ALL, whole, strict=True):
        expected = {"arena": None, "rows": Outside.ROWS, "memory": Outside.MEMORY}
        found = [tensor.outside for tensor in (*model.main.inputs, *model.main.outputs)]
        assert found == [expected[ends.inputs], expected[ends.outputs]]
    in_both = next(model for ends, model in zip(ALL, whole, strict=True) if ends == Ends("memory", "memory"))
    assert arena_size(sources(in_both, "m")) < arena_size(sources(source, "m"))


def test_rows_of_uint8(tmp_path):
    """TFLM has no SLICE and no CONCATENATION of uint8, so such strips are for C alone."""
    source = with_integer_ends(small(), "uint8").model
    assert "UINT8" in why_not(source.main.operators[0])
    ends = with_ends(source, Ends("rows", "rows")).model
    models = [in_strips(ends, 5), in_strips(ends, 5, halo="recompute")]
    same([source] * 2, models, tmp_path)
    assert "int m_read_rows(void *context, int32_t first, int32_t count, uint8_t *destination);" in "".join(
        sources(models[0], "m").values()
    )


def several():
    """Two inputs with rows, one without, two outputs, of which one is read again."""
    net = Builder("several", 1)
    x, y = net.input(12, 4, 3, name="one"), net.input(12, 4, 3, name="two")
    a, b = net.conv(x, 4, "a", kernel=3), net.conv(y, 4, "b", kernel=3)
    total = net.add(a, b, "sum")
    model = net.model(net.conv(total, 2, "end"))
    return replace(model, graphs=(replace(model.main, outputs=(*model.main.outputs, total)),))


def test_several_inputs_and_outputs(tmp_path):
    source = several()
    models = [outside(source, ends) for ends in ALL]
    same([source] * len(ALL), models, tmp_path)
    text = sources(outside(source, Ends("rows", "rows")), "m")["m.h"]
    for function in ("m_read_rows_0", "m_read_rows_1", "m_write_rows_0", "m_write_rows_1"):
        assert re.search(rf"\bint {function}\(void \*context, int32_t first, int32_t count, ", text)


def test_models_of_one_operator(tmp_path):
    """All kinds of operators and types with all ends in memory, batches among them: kernels get other pointers."""
    found = [
        make(kind, name, 0) for kind, names in KINDS.items() if kind in (INT8, ElementType.INT32) for name in names
    ]
    sources_ = [model for model in found if can_be(model, Ends("memory", "memory"))]
    models = [outside(model, Ends("memory", "memory")) for model in sources_]
    assert len(models) > len(found) / 2
    same(sources_, models, tmp_path, rounds=1)


def test_control_flow(tmp_path):
    memory = Ends("memory", "memory")
    found = [*map(program, range(5)), conditional(), loop()]
    able = [model for model in found if can_be(model, memory)]
    assert len(able) > 4
    same(able, [outside(model, memory) for model in able], tmp_path)


def counting():
    """An output that is what the variable was before the input was assigned to it."""
    m = Maker(0)
    source, output = m.tensor(1, 2, 5), None
    output = m.like(source, 1, 2, 5)
    handle = Tensor(m.name(), (), ElementType.RESOURCE)
    operators = (
        named(handle),
        Operator("READ_VARIABLE", (handle,), (output,)),
        Operator("ASSIGN_VARIABLE", (handle, source), ()),
    )
    return Model("counting", (Graph("main", (source, handle, output), (source,), (output,), operators),))


def test_variables_stay_in_the_arena(tmp_path):
    """Addresses in the arena and in memory of the caller's may be equal numbers, and still are two places."""
    memory = Ends("memory", "memory")
    found = [counting(), streaming(1), streaming(2, early=True)]
    same(found, [outside(model, memory) for model in found], tmp_path, rounds=4)
    moves = re.findall(r"arenite_move\(.*\);", sources(outside(counting(), memory), "m")["m.c"])
    assert moves == [
        "arenite_move((int8_t *)(void *)(output_0_bytes + 0), (const void *)(arena + 0), 10);",
        "arenite_move((void *)(arena + 0), (const int8_t *)(void *)(input_0_bytes + 0), 10);",
    ]


def test_calls_of_the_application_are_in_loops(tmp_path):
    source = small()
    model = in_strips(with_ends(source, Ends("rows", "rows")).model, 12)
    text = sources(model, "m", may_move=False)["m.c"]
    loops = re.findall(r"for \(int(?:32_t)? .*?\n  }\n", text, re.DOTALL)
    assert any("m_read_rows(context" in each and "m_write_rows(context" in each for each in loops), text
    assert text.count("m_read_rows(") < 12 > text.count("m_write_rows(")
    same([source], [model], tmp_path)


@pytest.mark.parametrize("functions", [("one", "two", "two"), ("one",) * 3])
@pytest.mark.parametrize("bases", [("arena", "input_0_bytes", "arena"), ("arena",) * 3])
def test_calls_that_differ_in_function_or_memory_are_not_alike(functions, bases):
    """A loop over calls of two functions, or with pointers into two memories, keeps them apart."""
    calls = [
        Call(i, "", (8 * i, 8, Address(16 * i, "int8_t", base=bases[i % 3])), application=functions[i % 3])
        for i in range(24)
    ]
    steps = rolled(calls)
    assert [type(step) for step in steps] == [Loop]
    found = [(each.application, each.arguments[2].base) for _ in range(steps[0].count) for each in steps[0].body]
    assert found == [(each.application, each.arguments[2].base) for each in calls]


def test_moves_within_the_arena(tmp_path):
    """Relocation counts addresses anew; views of what is outside stay where they are."""
    source = small()
    found = [in_strips(with_ends(source, Ends(*pair)).model, 3) for pair in product(PLACES[1:], PLACES[1:])]
    assert all("M_MOVED_BYTES" in sources(model, "m", moves_worth=0)["m.h"] for model in found)
    same([source] * len(found), found, tmp_path, moves_worth=0)


@pytest.mark.parametrize("core", ["cortex-m4", "cortex-m55"])
def test_with_cmsis_nn(core, tmp_path):
    source = zoo.build("mobilenet-v1", resolution=32)
    models = [outside(source, Ends("rows", "memory")), outside(source, Ends("memory"))]
    same([source] * 2, models, tmp_path, rounds=1, target=find_target(f"c-cmsis-nn/{core}"), also=stand_in(core))


def unusual():
    """An input that nothing reads, one whose rows nothing reads, and a tensor with the name of the arena."""
    net = Builder("unusual", 2)
    x, _, _ = net.input(6, 4, 3), net.input(5, 4, 3, name="unread"), net.input(4, 4, 3, name="arena")
    return net.model(net.conv(x, 4, "arena/conv"))


def only_copied():
    """A model that computes nothing: rows go from the input to the output."""
    x = Tensor("x", (1, 5, 2, 3), INT8)
    y = replace(x, name="y")
    return Model("copied", (Graph("main", (x, y), (x,), (y,), (Operator("RESHAPE", (x,), (y,)),)),))


SELF_TESTED = {
    "small": small,
    "several": several,
    "unusual": unusual,
    "copied": only_copied,
    "strips": lambda: in_strips(small(3), 5),
}


@pytest.mark.parametrize("name", SELF_TESTED)
@pytest.mark.parametrize("ends", [Ends("rows", "rows"), Ends("memory", "memory"), Ends("rows", "memory")], ids=str)
def test_the_self_test(name, ends, tmp_path):
    files = export_c(SELF_TESTED[name](), "m", ends=ends)
    assert "m_test.c" in files
    done = self_tested(files, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    own = sorted(file for file in files if file.endswith(".c") and not file.startswith("arenite_"))
    as_cpp = [compiler("g++"), "-x", "c++", "-std=c++11", *STRICT, "-fsyntax-only", *own]
    subprocess.run(as_cpp, check=True, cwd=tmp_path)


def test_the_self_test_fails_where_rows_come_twice(tmp_path):
    strips = in_strips(with_ends(small(), Ends("rows")).model, 4)
    files = export_c(read_bytes(write_bytes(strips), "strips"), "m", ends=Ends("rows"))
    broken, changes = re.subn(r"(m_read_rows\(context), [^,]+,", r"\1, 0,", files["m.c"])
    assert changes
    codes = []
    for text in (files["m.c"], broken):
        for file, content in {**files, "m.c": text}.items():
            (tmp_path / file).write_text(content)
        found = sorted(file for file in files if file.endswith(".c"))
        subprocess.run([compiler(), "-std=c99", *found, "-o", "test"], check=True, cwd=tmp_path)
        codes.append(subprocess.run([str(tmp_path / "test")], capture_output=True, check=False).returncode)
    assert codes[0] == 0 != codes[1]


def test_the_header_says_what_the_application_does():
    model = in_strips(with_ends(small(), Ends("rows", "memory")).model, 6)
    header = sources(model, "m")["m.h"]
    words = " ".join(re.sub(r"[\n *]+", " ", header).split())
    assert "1. call m_invoke(output_0, context), 2. read the outputs." in words
    assert "'input' comes in rows: define m_read_rows(), which an inference calls." in words
    assert re.search(r"At most \d+ of the 24 rows are in the arena at a time", words)
    assert "Another value ends the inference, which returns it." in words
    assert "M_INPUT_0_OFFSET" not in header
    assert "#define M_INPUT_0_ROWS 24\n#define M_INPUT_0_ROW_LENGTH 15 /* elements */\n" in header
    assert "int m_invoke_in(void *arena, int8_t *output_0, void *context);" in header


def test_rows_that_are_taken_twice_are_refused():
    """Whatever made the model: an application cannot hand over rows again."""
    model = with_ends(small(), Ends("rows")).model
    source = model.main.inputs[0]
    again = replace(model.main.operators[0], outputs=(replace(model.main.operators[0].outputs[0], name="again"),))
    main = replace(model.main, operators=(*model.main.operators, again), tensors=(*model.main.tensors, *again.outputs))
    twice = prepared(replace(model, graphs=(main,)))
    assert source in twice.main.operators[-1].inputs
    with pytest.raises(UnsupportedError, match="the rows of 'input' are not read once"):
        assembled(twice, "m", arena(twice), C)


def test_an_export_says_which_arena_it_has():
    made = exported(small(), "m", ends=Ends("memory", "memory")).program
    assert [port.symbol for port in made.in_memory] == ["input_0", "output_0"]
    assert made.memory.size == arena_size(export_c(small(), "m", ends=Ends("memory", "memory")))
