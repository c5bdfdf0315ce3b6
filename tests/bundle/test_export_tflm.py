"""The bundle for TFLM as text: what each file says, and what is refused."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

import arenite
from arenite.backends.target import TARGETS, TFLM
from arenite.bundle import export_tflm
from arenite.bundle.resolver import Operators, operators, resolver_header
from arenite.errors import ModelError, OptionError
from arenite.model import ElementType, Graph, Model, Operator, Tensor
from arenite.tflite.read import read_bytes
from arenite.tflite.write import write_bytes
from arenite.zoo import build


def chain(*kinds):
    """A model whose operators are of these kinds, each (code, custom code)."""
    tensors = [Tensor(f"t{number}", (1, 4), ElementType.INT8) for number in range(len(kinds) + 1)]
    made = [
        Operator(code, (tensors[number],), (tensors[number + 1],), custom_code=custom)
        for number, (code, custom) in enumerate(kinds)
    ]
    return Model("chain.tflite", (Graph("main", tuple(tensors), (tensors[0],), (tensors[-1],), tuple(made)),))


def array(source):
    return bytes(int(each, 16) for each in re.findall(r"0x([0-9a-f]{2}),", source))


def test_files_and_model():
    model = build("resnet8")
    files = export_tflm(model, "resnet", TFLM)
    ends = (".cpp", ".h", "_arena.h", "_model.cpp", "_model.h", "_resolver.h", "_test.cpp")
    assert files.keys() == {"CMakeLists.txt", *(f"resnet{end}" for end in ends)}
    content = write_bytes(model)
    assert array(files["resnet_model.cpp"]) == content
    assert f"#define RESNET_MODEL_BYTES {len(content)}u" in files["resnet_model.h"]
    assert all("alignas(16)" in files[f"resnet_model.{end}"] for end in ("h", "cpp"))


def test_a_file_that_was_read_stays_what_it_was():
    content = write_bytes(build("paper"))
    files = export_tflm(read_bytes(content, "paper.tflite"), "paper", TFLM)
    assert array(files["paper_model.cpp"]) == content


@pytest.mark.parametrize("name", ["tflm", "tflm-reference", "tflm-cmsis-nn/cortex-m55"])
def test_the_arena_is_the_targets(name):
    model, target = build("mobilenet-v1", alpha=0.25, resolution=96), TARGETS[name]
    header = export_tflm(model, "net", target)["net_arena.h"]
    host, device = (int(each) for each in re.findall(r"#define NET_ARENA_BYTES (\d+)u", header))
    assert device == target.arena(model).declare_bytes
    assert host > device
    assert f"for the target {name}." in header
    assert "CAUTION" not in header


def test_a_plan_that_computes_wrong_results_on_the_target_is_refused():
    """What is planned for exported C, or for other kernels, overlaps as TFLM's kernels may not."""
    model = build("mobilenet-v1", alpha=0.25, resolution=96)
    in_c = arenite.optimize(model, arenite.Options(target="c", rounds=1)).model
    reference = arenite.optimize(model, arenite.Options(target="tflm-reference", rounds=1)).model
    assert export_tflm(reference, "net", TARGETS["tflm-reference"])
    for planned in (in_c, reference):
        with pytest.raises(OptionError, match=r"plan, made for \S+, gives wrong results .* for target tflm"):
            export_tflm(planned, "net", TARGETS["tflm-cmsis-nn/cortex-m55"])


def test_operators_that_are_filed_out_of_order_are_refused():
    """TFLM would run them in the order of the file, on bytes that nothing has written yet."""
    model = build("chain", length=3)
    main = model.main
    backwards = replace(model, graphs=(replace(main, operators=main.operators[::-1]),))
    with pytest.raises(ModelError, match="filed out of order, which TFLM runs wrongly; optimize the model"):
        export_tflm(backwards, "net")
    assert export_tflm(arenite.optimize(backwards, arenite.Options(rounds=1)).model, "net")


@pytest.mark.parametrize("name", ["c", "c-cmsis-nn/cortex-m4"])
def test_generated_c_is_no_target_of_a_bundle(name):
    with pytest.raises(OptionError, match="no TFLM"):
        export_tflm(build("paper"), "net", TARGETS[name])


def test_the_arena_says_why_it_is_larger_than_what_stays():
    model = build("chain", length=40, resolution=8, channels=1)
    arena = TFLM.arena(model)
    assert arena.declare_bytes > arena.total_bytes + 16
    header = export_tflm(model, "net", TFLM)["net_arena.h"]
    assert (
        f"// {arena.declare_bytes - arena.total_bytes:,} bytes more are needed while the interpreter starts" in header
    )
    small = export_tflm(build("resnet8"), "net", TFLM)["net_arena.h"]
    assert "bytes more" not in small


def test_the_arena_says_what_is_not_known():
    header = export_tflm(chain(("CUSTOM", "My\nOp")), "net", TFLM)["net_arena.h"]
    assert "// CAUTION: what these operators allocate is not known, so that more may be needed: My\\nOp.\n" in header


def test_resolver_holds_each_kind_once():
    model = chain(("RELU", None), ("CONV_2D", None), ("CUSTOM", "SignalRfft"), ("RELU", None), ("BATCH_MATMUL", None))
    used = operators(model)
    assert used == Operators(("AddBatchMatMul", "AddConv2D", "AddRelu", "AddRfft"), ())
    header = resolver_header(used, "net")
    assert "MicroMutableOpResolver<4>;" in header
    assert re.findall(r"resolver\.(\w+)\(\)", header) == list(used.methods)


def test_resolver_holds_the_operators_of_every_graph():
    first, second = chain(("RELU", None)).main, chain(("TANH", None)).main
    assert operators(Model("two", (first, second))).methods == ("AddRelu", "AddTanh")


def test_custom_operators_of_the_application():
    used = operators(chain(("CUSTOM", 'a"b'), ("CUSTOM", "a b"), ("CUSTOM", "é??/")))
    header = resolver_header(used, "net")
    assert "MicroMutableOpResolver<3>;" in header
    assert re.findall(r"^TFLMRegistration\* (\w+)\(\);", header, re.MULTILINE) == [
        "net_register_a_b",
        "net_register_a_b_2",
        "net_register_custom",
    ]
    assert 'AddCustom("a b", net_register_a_b())' in header
    assert 'AddCustom("a\\042b", net_register_a_b_2())' in header
    assert 'AddCustom("\\303\\251\\077\\077/", net_register_custom())' in header


def test_no_operators():
    header = resolver_header(operators(chain()), "net")
    assert "MicroMutableOpResolver<1>;" in header
    assert "(void)resolver;" in header


def test_an_operator_of_tensorflow_is_not_left_to_the_application():
    with pytest.raises(ModelError, match=r"TFLM has no kernel for FlexErf: .* convert again without SELECT_TF_OPS"):
        operators(chain(("CUSTOM", "FlexErf"), ("RELU", None)))


def test_an_operator_that_tflm_lacks():
    with pytest.raises(ModelError, match=r"TFLM has no kernel for ATAN2, TILE; ") as error:
        export_tflm(chain(("TILE", None), ("RELU", None), ("ATAN2", None)), "net", TFLM)
    assert "chain.tflite" in str(error.value)


@pytest.mark.parametrize("name", ["", "7net", "net work", "a__b", "_net", "né", "string"])
def test_a_name_that_cpp_does_not_take(name):
    """With `string.h` in the bundle, TFLM's sources would not find the library's."""
    with pytest.raises(OptionError, match="cannot be a prefix of C identifiers"):
        export_tflm(chain(("RELU", None)), name, TFLM)


def test_variables_have_a_place():
    assert "ResourceVariables" not in export_tflm(chain(("RELU", None)), "net", TFLM)["net.cpp"]
    tensors = tuple(Tensor("h", (1,), ElementType.RESOURCE) for _ in range(3))
    handles = [
        Operator("VAR_HANDLE", (), (tensor,), {"container": "", "shared_name": name})
        for tensor, name in zip(tensors, ("a", "b", "a"), strict=True)
    ]
    model = Model("variables", (Graph("main", tensors, (), (), tuple(handles)),))
    source = export_tflm(model, "net", TFLM)["net.cpp"]
    assert "MicroResourceVariables::Create(allocator, 2);" in source
    assert "int net_run(void) {" in source


def test_the_header_has_types_sizes_and_scales():
    model = build("resnet8")
    header = export_tflm(model, "net", TFLM)["net.h"]
    assert "int net_run(const int8_t *input_0, int8_t *output_0);" in header
    (source,), (output,) = model.main.inputs, model.main.outputs
    for which, tensor in (("INPUT", source), ("OUTPUT", output)):
        assert f"#define NET_{which}_0_LENGTH {tensor.bytes}\n" in header
        assert f"#define NET_{which}_0_ZERO_POINT {tensor.quantization.zero_point[0]}\n" in header
    assert " x ".join(map(str, source.shape)) in header


def test_a_type_that_c_does_not_have_is_handed_over_as_bytes():
    half, number = Tensor("half", (3,), ElementType.FLOAT16), Tensor("number", (3,), ElementType.FLOAT32)
    cast = Operator("CAST", (half,), (number,))
    files = export_tflm(Model("half", (Graph("main", (half, number), (half,), (number,), (cast,)),)), "net", TFLM)
    assert "int net_run(const uint8_t *input_0, float *output_0);" in files["net.h"]
    assert "#define NET_INPUT_0_LENGTH 6\n" in files["net.h"]
