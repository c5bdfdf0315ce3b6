"""What a firmware engineer reads: provenance, names, the memory map, and what the self-test says."""

from __future__ import annotations

import hashlib
import re
import subprocess
from dataclasses import replace
from fnmatch import filter as matching

import pytest

import arenite
from arenite.backends.sets import GENERATED_C
from arenite.codegen.description import heading, short_name
from arenite.codegen.kernel_templates import KERNELS, expanded
from arenite.codegen.text.lines import WIDTH, comment_lines, filled
from arenite.model import Graph, Model
from arenite.search.c_export import export_c, exported
from arenite.search.optimization import preview
from arenite.search.options import Options
from arenite.tflite.write import write_bytes

from .harness import KERNEL_FOLDER, STRICT, compiler, own_kernels, run_c, sources
from .operators_at_random import INT8, KINDS, make
from .programs_at_random import program


@pytest.fixture(scope="module")
def network():
    return arenite.zoo.build("mobilenet-v1", resolution=32)


@pytest.fixture(scope="module")
def files(network):
    return exported(network, "net", command="arenite export net.tflite --c 'my folder'").files


def test_no_line_is_longer_than_a_screen_is_wide(files, network):
    strips = sources(preview(network, Options(target="c", split=True, effort="low")), "strips")
    everything = [files, strips, *(sources(program(seed), "m") for seed in range(4))]
    everything += [sources(make(kind, name, 0), "m") for kind in KINDS for name in KINDS[kind]]
    long = {
        (name, line)
        for each in everything
        for name, text in each.items()
        for line in text.split("\n")
        if len(line) > WIDTH
    }
    assert not long


def test_files_say_where_they_come_from(files, network):
    digest = hashlib.sha256(write_bytes(network)).hexdigest()
    for name in ("net.h", "net.c", "net_constants.h", "net_constants.c"):
        first = files[name][: files[name].index("*/")]
        assert re.search(rf"{re.escape(name)}: made by Arenite \d+\.\d+\.\d+", first)
        assert "arenite export net.tflite --c 'my folder'" in first
        assert digest in first.replace("\n *   ", "")
    assert "arenite export" not in export_c(network, "net")["net.c"]


def test_constants_have_a_file_of_their_own(files):
    assert "= {" not in files["net.c"]
    definition = re.compile(r"^(?:ARENITE_ALIGNED\(4\) )?ARENITE_FLASH const \w+ (\w+)", re.MULTILINE)
    defined = definition.findall(files["net_constants.c"])
    declared = re.findall(r"^extern const \w+ (\w+)", files["net_constants.h"], re.MULTILINE)
    assert defined == declared
    assert len(set(defined)) == len(defined)
    assert ".stride_y = 2" in files["net_constants.c"]


def test_constants_are_called_after_what_an_operator_makes():
    model = make(INT8, "conv", 0)
    names = re.findall(r"extern const \w+ (\w+)", sources(model, "m")["m_constants.h"])
    output = model.main.outputs[0].name
    assert names == [f"m_{output}{part}" for part in ("_weights", "_bias", "_multiplier", "_shift", "")]


@pytest.mark.parametrize("name", ["arena", "invoke in", "reset", "日本", "", "a*/b", 'a"b\\', "x" * 300])
def test_tensors_may_be_called_anything(name, tmp_path):
    """Names of the interface are taken, and no name ends a comment or a string."""
    model = make(INT8, "conv", 1)
    (operator,) = model.main.operators
    output = replace(operator.outputs[0], name=name)
    graph = Graph(
        name,
        tuple(output if tensor is operator.outputs[0] else tensor for tensor in model.main.tensors),
        model.main.inputs,
        (output,),
        (replace(operator, outputs=(output,)),),
    )
    run_c([Model(name or "m", (graph,))], [()], tmp_path)


def test_short_names():
    assert short_name("a") == "a"
    assert short_name("x/y;z") == "x/y"
    assert short_name("model/" * 9 + "block/conv/Relu") == "model/" * 2 + "block/conv/Relu"
    assert short_name("n" * 99) == "..." + "n" * 29
    assert short_name("") == ""


def test_headings_name_operators_with_shapes(network):
    first = network.main.operators[0]
    (source, target) = first.inputs[0], first.outputs[0]
    shape = "x".join(map(str, first.inputs[1].shape))
    text = heading(first)
    assert text.startswith(f"{first.code} {shape}: {short_name(source.name)} int8[1,32,32,1] -> ")
    assert text.endswith(f"{short_name(target.name)} int8[{','.join(map(str, target.shape))}]")


LINE = re.compile(r"^ \* +([\d,]+) \.\. +([\d,]+) +([\d,]+) +(-|\d+) \.\. (-|\d+) +(.*?)(?: \*/)?$", re.MULTILINE)


def mapped(text):
    """The lines of a memory map: first and last byte, first and last operator, name."""
    for first, last, size, begin, end, what in LINE.findall(text[text.index("/* Memory map") :]):
        low, high = (int(each.replace(",", "")) for each in (first, last))
        assert high - low + 1 == int(size.replace(",", ""))
        yield low, high, begin, end, what


def test_the_memory_map_says_who_has_which_bytes(network):
    files = sources(network, "net", may_move=False)
    size = int(re.search(r"NET_ARENA_SIZE (\d+)", files["net.h"])[1])
    found = list(mapped(files["net.c"]))
    assert max(high for _, high, *_ in found) < size
    operators = GENERATED_C.as_run(network).main.operators
    scratch = sum(bool(GENERATED_C.planned_scratch(operator)) for operator in operators)
    assert len(found) == len({each for operator in operators for each in operator.outputs}) + scratch + 1
    assert found[0][2] == "-"
    assert found[-1][3] == "-"
    for _, _, begin, _, what in found[1:]:
        for line in re.findall(rf"/\* {begin}: (?s:.*?) \*/", files["net.c"]):  # none where a view costs nothing
            heading = re.sub(r"\n +\* +", " ", line)
            assert heading.endswith(f"-> {what} */") or heading.split()[2] == what.removeprefix("scratch of ")


def test_moves_and_graphs_are_in_the_memory_map():
    moving = sources(arenite.zoo.build("darts"), "m", moves_worth=0)["m.c"]
    assert ", moved" in moving
    with_graphs = next(text for text in (sources(program(seed), "m")["m.c"] for seed in range(9)) if "_graph_1" in text)
    assert re.search(r"\* while the graph '\w+' runs:\n", with_graphs)


@pytest.mark.parametrize("kind", ["int", "float"])
def test_the_self_test_says_what_differs(kind, network, tmp_path):
    model = network if kind == "int" else make(next(each for each in KINDS if each.name == "FLOAT32"), "conv", 0)
    files = export_c(model, "net")
    if "net_test.c" not in files:
        pytest.skip("no runtime is installed that could have run the model")
    start = files["net_test.c"].index("output_0[")
    begin = files["net_test.c"].index("{\n", start) + 2
    first = re.compile(r"-?[\d.e+-]+f?").search(files["net_test.c"], begin)
    wrong = "17.5f" if kind == "float" else str(int(first[0]) ^ 1)
    files["net_test.c"] = files["net_test.c"][: first.start()] + wrong + files["net_test.c"][first.end() :]
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    command = [compiler(), "-std=c99", *STRICT, *map(str, tmp_path.glob("*.c")), "-o", str(tmp_path / "test")]
    subprocess.run(command, check=True)
    done = subprocess.run([tmp_path / "test"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.search(rf"^output 0, element 0: expected {re.escape(wrong.rstrip('f'))}, got -?[\d.]+", done.stdout)
    assert re.search(r"^output 0: 1 of \d+ elements differ$", done.stdout, re.MULTILINE)
    assert re.search(r"^net: 1 of 1 outputs differ from those of (TFLM|LiteRT.*)\n\Z", done.stdout, re.MULTILINE)
    silent = subprocess.run([*command, "-DNET_TEST_PRINTS=0"], check=True, capture_output=True)
    assert not silent.stderr
    done = subprocess.run([tmp_path / "test"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")


def test_flash_and_alignment_are_the_build_s(network, tmp_path):
    for name, text in sources(network, "net").items():
        (tmp_path / name).write_text(text)
    own = ['-DARENITE_FLASH=__attribute__((section(".mine")))', "-DARENITE_ALIGNED(bytes)=_Alignas(64)"]
    target = tmp_path / "constants.o"
    constants = str(tmp_path / "net_constants.c")
    subprocess.run([compiler(), "-std=c11", "-Wall", "-Werror", *own, "-c", constants, "-o", str(target)], check=True)
    sections = subprocess.run(
        [compiler("objdump"), "-h", str(target)], capture_output=True, text=True, check=True
    ).stdout
    assert re.search(r"\.mine .* 2\*\*6$", sections, re.MULTILINE)
    assert not re.search(r"\.rodata\s+0*[1-9a-f]", sections)


def test_items_and_comments_fill_lines():
    assert filled(["a", "b"], "  ") == "  a, b"
    assert filled([], "  ") == ""
    assert all(len(line) <= WIDTH for line in filled(["12345"] * 99, "  ").split("\n"))
    text = comment_lines("word " * 60 + "\n\n  " + "path/" * 60, "    ", "  ")
    assert all(len(line) <= WIDTH for line in text.split("\n"))
    assert text.startswith("    /* word")
    assert text.endswith(" */\n")


def test_kernels_are_expanded_to_plain_c():
    files = own_kernels()
    assert not [name for name, text in files.items() if "$" in text]
    assert not [name for name, text in files.items() if any(len(line) > WIDTH for line in text.split("\n"))]
    assert "int8_t best = *x;" in files["arenite_arg_max_s8.c"]
    assert "typedef struct {\n  arenite_broadcast_t shape;\n} arenite_minimum_f32_t;" in files["arenite_minimum_f32.h"]


def test_what_all_kernel_files_have_alike():
    """License, include guard and C linkage are written once; a header without a source has inline functions only."""
    files = own_kernels()
    assert files["arenite_abs_f32.h"].startswith("/* SPDX-License-Identifier: Apache-2.0\n")
    for name, text in files.items():
        assert text.count("SPDX-License-Identifier") == 1, name
        if name.endswith(".h"):
            guard = name.upper().replace(".", "_")
            assert f"#ifndef {guard}\n#define {guard}\n" in text
            assert text.endswith("\n#endif\n"), name
            linked = text.partition('extern "C" {')[2]
            assert bool(linked) == (name.replace(".h", ".c") in files), name
            assert "#include" not in linked, name


def test_sections_of_templates_belong_to_kernels():
    """A pattern that no kernel of its template matches would be a section that is never exported."""
    folder = KERNEL_FOLDER / "templates"
    for path in sorted(folder.iterdir()):
        kernels = [kernel for kernel, (template, _) in KERNELS.items() if template == path.stem]
        assert kernels, f"no kernel is made from {path.name}"
        for line in path.read_text().splitlines():
            if line.startswith("$FOR "):
                unused = [pattern for pattern in line.split()[1:] if not matching(kernels, pattern)]
                assert not unused, f"{path.name}: no kernel is called {unused}"
    text = expanded("elementwise.c", "maximum_s8", KERNELS["maximum_s8"][1])
    assert "*output++ = *a > *b ? *a : *b;" in text
    assert text.count("*output++ =") == 1


def test_a_name_that_nothing_stands_for_is_an_error():
    with pytest.raises(KeyError, match="ELEMENT"):
        expanded("quantize.c", "quantize_f32_s8", {"LOWEST": "-128", "HIGHEST": "127"})
