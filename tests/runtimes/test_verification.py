from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hand_made import add, chain, conditional, graph, loop, model, tensor

from arenite import zoo
from arenite.backends.tflm.head import memory_plan, planned_head
from arenite.errors import ModelError, OptionError, VerificationError
from arenite.model import Data, ElementType
from arenite.runtimes import process
from arenite.runtimes.run import Failure, Memory, Run
from arenite.runtimes.verification import verify
from arenite.tflite.read import read_model
from arenite.tflite.write import write_bytes

PRESENT = tuple(runtime for runtime in ("litert", "tflm") if not process.absent(runtime))
needs_runtime = pytest.mark.skipif(not PRESENT, reason="no runtime is installed")
needs_tflm = pytest.mark.skipif("tflm" not in PRESENT, reason="tflite-micro is not installed")


def with_operators(source, operators):
    return dataclasses.replace(source, graphs=(dataclasses.replace(source.main, operators=tuple(operators)),))


def damaged(source):
    """The same with the lowest bit of one weight of the last operator that has weights turned over."""
    position, operator = max(
        (place, each)
        for place, each in enumerate(source.main.operators)
        if any(read is not None and read.data and read.type is ElementType.INT8 for read in each.inputs)
    )
    weights = next(read for read in operator.inputs if read.data and read.type is ElementType.INT8)
    content = bytearray(weights.data.content)
    content[0] ^= 0x40
    other = dataclasses.replace(weights, data=Data(bytes(content)))
    operators = list(source.main.operators)
    operators[position] = dataclasses.replace(
        operator, inputs=tuple(other if read is weights else read for read in operator.inputs)
    )
    tensors = tuple(other if each is weights else each for each in source.main.tensors)
    main = dataclasses.replace(source.main, tensors=tensors, operators=tuple(operators))
    return dataclasses.replace(source, graphs=(main,))


@needs_runtime
@pytest.mark.parametrize("build", [lambda: zoo.build("paper"), lambda: chain([4] * 4), conditional, loop])
def test_a_model_is_identical_with_itself(build):
    source = build()
    result = verify(source, write_bytes(source), rounds=2, runtimes=PRESENT, expected_head=planned_head(source))
    assert result.status == dict.fromkeys(PRESENT, "identical")
    assert result.identical
    assert result.problem is None
    if "tflm" in PRESENT:
        before, after = result.memory
        assert before.head == after.head == planned_head(source)
        assert before.arena == before.head + before.tail > before.head


@needs_runtime
def test_one_changed_weight_is_found(tmp_path):
    source = zoo.build("paper")
    paths = [tmp_path / "a.tflite", tmp_path / "b.tflite"]
    for path, each in zip(paths, (source, damaged(source)), strict=True):
        path.write_bytes(write_bytes(each))
    result = verify(*paths, runtimes=PRESENT)
    assert result.status == dict.fromkeys(PRESENT, "different")
    assert not result.identical
    for verdict in result.verdicts:
        assert verdict.difference.name == source.main.outputs[verdict.difference.output].name
        assert verdict.difference.elements > 0
        assert str(verdict.difference) in result.problem or verdict.runtime != PRESENT[0]


@needs_tflm
def test_a_layout_that_overwrites_what_is_alive_is_found():
    source = zoo.build("paper")
    everything_at_0 = dict.fromkeys((each for each in source.main.tensors if each.data is None), 0)
    unsafe = source.with_plan(memory_plan(source, everything_at_0))
    result = verify(source, unsafe, runtimes=("tflm",), expected_head=planned_head(unsafe))
    assert result.verdicts[0].outcome == "different"
    assert result.verdicts[0].difference is not None


@needs_tflm
def test_another_head_than_planned_is_a_difference():
    source = zoo.build("paper")
    result = verify(source, source, rounds=1, runtimes=("tflm",), expected_head=5200)
    assert result.problem == "TFLM: it recorded a head of 5,216 bytes where 5,200 were planned"
    assert not result.identical


@needs_tflm
def test_tflm_has_no_say_on_a_source_out_of_order():
    source = chain([4] * 4)
    backwards = with_operators(source, reversed(source.main.operators))
    verdict = verify(backwards, source, runtimes=("tflm",)).verdicts[0]
    assert verdict.status.startswith("unavailable: the first model's operators are filed out of order")
    assert verdict.memory[1].head == planned_head(source)
    verdict = verify(backwards, source, runtimes=("tflm",), expected_head=16).verdicts[0]
    assert verdict.outcome == "different"


def fake(monkeypatch, *answers):
    """Runtimes that are present and give these lists of results, one each time that a runtime is asked."""
    pending = list(answers)
    monkeypatch.setattr(process, "absent", lambda runtime: None)
    monkeypatch.setattr(process, "run_in_turn", lambda batches: {runtime: pending.pop(0) for runtime in batches})


def ran(*values):
    return Run(((np.array(values, np.float32),),), Memory(64, 100))


def another():
    """The same as `chain([4, 4])` in other bytes."""
    return dataclasses.replace(chain([4, 4]), description="another file")


def one_verdict(monkeypatch, *answers):
    fake(monkeypatch, *answers)
    return verify(chain([4, 4]), another(), runtimes=("tflm",)).verdicts[0]


def test_a_source_that_does_not_run_is_unavailable(monkeypatch):
    verdict = one_verdict(monkeypatch, [Failure("no such operator")])
    assert verdict.status == "unavailable: no such operator"
    verdict = one_verdict(monkeypatch, [Failure("no such operator"), ran(1)])
    assert verdict.status == "unavailable: it runs the second model, but not the first: no such operator"


def test_a_result_that_does_not_run_is_different(monkeypatch):
    verdict = one_verdict(monkeypatch, [ran(1), Failure("TFLM crashed (SIGSEGV)")], [ran(1)])
    assert verdict.outcome == "different"
    assert verdict.reason == "it runs the first model, but not the second: TFLM crashed (SIGSEGV)"


def test_a_source_that_changes_from_run_to_run_is_unavailable(monkeypatch):
    assert one_verdict(monkeypatch, [ran(1), ran(2)], [ran(1)]).outcome == "different"
    assert one_verdict(monkeypatch, [ran(1), ran(2)], [ran(3)]).outcome == "unavailable"
    assert one_verdict(monkeypatch, [ran(1), Failure("crash")], [Failure("crash")]).outcome == "unavailable"


def test_a_source_that_differs_from_itself_in_one_process_is_unavailable(monkeypatch):
    verdict = one_verdict(monkeypatch, [ran(1), ran(2)], [ran(1), ran(5)])
    assert verdict.status == (
        "unavailable: not deterministic on this model: run again, the source's output 0 ('x1') differs in round 0: "
        "1 of 1 elements, by up to 4, first at [0]"
    )
    assert verdict.rounds == 0


def test_the_runtime_is_asked_for_the_source_twice_in_one_process(monkeypatch):
    asked = []

    def run(batches):
        asked.extend((runtime, [job.content for job in jobs]) for runtime, jobs in batches.items())
        return {"tflm": [ran(1), ran(2)] if len(asked) == 1 else [ran(1), ran(1)]}

    monkeypatch.setattr(process, "absent", lambda runtime: None)
    monkeypatch.setattr(process, "run_in_turn", run)
    source, result = write_bytes(chain([4, 4])), write_bytes(another())
    assert verify(source, result, runtimes=("tflm",)).status == {"tflm": "different"}
    assert asked == [("tflm", [source, result]), ("tflm", [source, source])]


@pytest.mark.parametrize(
    ("reference", "statuses"),
    [
        ([[ran(1), ran(1)]], {"litert": "unavailable", "litert-reference": "identical"}),
        ([[ran(1), ran(3)], [ran(1), ran(1)]], {"litert": "different"}),
        ([[ran(1), ran(3)], [ran(1), ran(4)]], {"litert": "different"}),
        ([[Failure("crash")]], {"litert": "different"}),
    ],
)
def test_where_optimized_kernels_differ_the_reference_is_asked(monkeypatch, reference, statuses):
    fake(monkeypatch, [ran(1), ran(2)], [ran(1), ran(1)], *reference)
    found = verify(chain([4, 4]), another(), runtimes=("litert",))
    assert {runtime: status.partition(":")[0] for runtime, status in found.status.items()} == statuses
    assert (found.problem is None) == ("litert-reference" in statuses)
    if found.problem is None:
        assert "its optimized kernels are at fault" in found.status["litert"]
        assert "1 of 1 elements, by up to 1" in found.status["litert"]


def test_optimized_kernels_that_are_not_deterministic_give_way_to_the_reference(monkeypatch):
    fake(monkeypatch, [ran(1), ran(2)], [ran(1), ran(4)], [ran(1), ran(3)], [ran(1), ran(1)])
    found = verify(chain([4, 4]), another(), runtimes=("litert",))
    assert found.status["litert"].startswith("unavailable: not deterministic")
    assert found.status["litert-reference"] == "different"
    assert found.problem.startswith("LiteRT with reference kernels: output 0")


def test_equal_files_are_run_once_and_not_compared(monkeypatch):
    asked = []

    def run(batches):
        asked.append({runtime: len(jobs) for runtime, jobs in batches.items()})
        return {runtime: [ran(1)] for runtime in batches}

    monkeypatch.setattr(process, "absent", lambda runtime: None)
    monkeypatch.setattr(process, "run_in_turn", run)
    found = verify(chain([4, 4]), chain([4, 4]))
    assert asked == [{"litert": 1, "tflm": 1}]
    assert found.equal
    assert found.identical
    assert found.memory == (Memory(64, 100), Memory(64, 100))
    assert verify(chain([4, 4]), chain([4, 4]), expected_head=48).problem.startswith("TFLM: it recorded a head of 64")


def test_how_far_the_runtimes_agree_costs_no_further_run(monkeypatch):
    fake(monkeypatch, [ran(1, 2), ran(1, 2)], [ran(1, 4), ran(1, 4)])
    found = verify(chain([4, 4]), another())
    assert found.status == {"litert": "identical", "tflm": "identical"}
    assert (found.agreement.elements, found.agreement.total) == (1, 2)
    assert found.agreement.relative_error == pytest.approx(0.5)
    fake(monkeypatch, [ran(1), ran(1)], [Failure("crash")])
    assert verify(chain([4, 4]), another()).agreement is None


def test_the_reference_kernels_stand_for_litert_where_the_optimized_ones_are_at_fault(monkeypatch):
    fake(monkeypatch, [ran(1), ran(2)], [ran(3), ran(3)], [ran(1), ran(1)], [ran(3), ran(3)])
    agreement = verify(chain([4, 4]), another()).agreement
    assert (agreement.runtimes, agreement.exact) == (("litert-reference", "tflm"), True)


def test_one_model_is_only_run(monkeypatch):
    fake(monkeypatch, [ran(1)], [Failure("no such operator")])
    found = verify(chain([4, 4]))
    assert found.status == {"litert": "ran", "tflm": "unavailable: no such operator"}
    assert found.compared
    assert not found.identical


def test_rounds_are_said_for_each_runtime(monkeypatch):
    fake(monkeypatch, [ran(1), ran(1)], [Failure("crash")])
    assert verify(chain([4, 4]), another()).rounds == {"litert": 6, "tflm": 0}
    fake(monkeypatch, [ran(1), ran(1)])
    assert verify(chain([4, 4]), another(), rounds=2, runtimes=("tflm",)).rounds == {"tflm": 3}


def test_what_runs_is_told(monkeypatch):
    fake(monkeypatch, [ran(1), ran(2)], [ran(1), ran(1)])
    told = []
    verify(chain([4, 4]), another(), runtimes=("tflm",), progress=told.append)
    assert told[0] == "verifying in TFLM: source and result, 6 rounds of 0.0 M operations"
    assert told[1].startswith("verifying in TFLM: the source twice, since the result differs")


@pytest.mark.parametrize("runtimes", [("litert", "tflm"), ("tflm", "litert")])
def test_litert_runs_before_tflm_in_their_process(monkeypatch, runtimes):
    fake(monkeypatch, [ran(1), ran(1)], [Failure("crash")])
    found = verify(chain([4, 4]), another(), runtimes=runtimes)
    assert list(found.status.items()) == [
        (runtime, {"litert": "identical", "tflm": "unavailable: crash"}[runtime]) for runtime in runtimes
    ]


def test_what_takes_too_much_memory_is_not_run(monkeypatch):
    monkeypatch.setattr(process, "run_in_turn", None)
    status = verify(chain([1 << 28] * 2)).status["tflm"]
    most = "of which verification takes at most 134,217,728"
    assert status == f"unavailable: its inputs and outputs are 2,147,483,648 bytes, {most}"
    x, a, b, y = tensor("x"), tensor("a", 3 << 27), tensor("b", 3 << 27), tensor("y")
    wide = model(graph([x], [y], [add(x, x, a), add(a, a, b), add(b, b, y)]))
    assert "unavailable: its head is 3,221,225,472 bytes" in verify(wide).status["litert"]


@needs_tflm
def test_the_cases_of_issue_10_are_judged_by_whom_can(shared):
    cases = shared / "cases"
    found = verify(cases / "cast_gather.tflite")
    assert found.status == {"litert": "ran", "tflm": "ran"}
    assert found.agreement.exact
    narrow = cases / "conv_int16_bias32.tflite"
    found = verify(narrow, elsewhere(narrow))
    assert found.status["litert"].startswith(
        "unavailable: LiteRT reads the int32 bias of CONV_2D (operator 0) as int64"
    )
    assert found.status["tflm"] == "identical"
    assert found.agreement.elements == found.agreement.total == 1024
    transposed = cases / "transpose_conv_int16_bias32.tflite"
    found = verify(transposed, elsewhere(transposed))
    assert "TFLM reads the int32 bias of TRANSPOSE_CONV" in found.status["tflm"]
    assert found.problem is None
    assert "int64 biases (quantized_bias_type INT64)" in found.notes[0]
    detection = cases / "detection_postprocess.tflite"
    assert verify(detection, elsewhere(detection)).problem is None


def elsewhere(path):
    """The same model with its contents at other places of the file."""
    return write_bytes(dataclasses.replace(read_model(path), description="x" * 100, metadata=()))


def test_nothing_installed_is_not_identical(monkeypatch):
    monkeypatch.setattr(process, "find_spec", lambda name: None)
    result = verify(chain([4, 4]), another())
    assert result.status == {
        "litert": "unavailable: ai-edge-litert is not installed",
        "tflm": "unavailable: tflite-micro is not installed",
    }
    assert not result.compared
    assert not result.identical
    assert result.problem is None
    assert result.memory == (None, None)


def test_models_that_do_not_match():
    with pytest.raises(
        VerificationError, match=r"inputs do not match: short has FLOAT32 \[4\], long has FLOAT32 \[5\]"
    ):
        verify(chain([4, 4], name="short"), chain([5, 5], name="long"))
    x, y, z = tensor("x"), tensor("y"), tensor("z")
    two = model(graph([x], [y, z], [add(x, x, y), add(x, x, z)]))
    with pytest.raises(VerificationError, match="outputs do not match"):
        verify(chain([4, 4]), two)


def test_inputs_that_cannot_be_made():
    words = model(graph([text := tensor("words", 1, ElementType.STRING)], [text], []))
    assert "is of type STRING" in verify(words, words).status["litert"]


def test_bad_arguments(tmp_path):
    with pytest.raises(OptionError, match="'onnx' is not known"):
        verify(chain([4, 4]), chain([4, 4]), runtimes=("onnx",))
    for rounds in (-1, 1001, 10**9):
        with pytest.raises(OptionError, match=f"rounds: {rounds} is out of range; give 0 to 1000"):
            verify(chain([4, 4]), chain([4, 4]), rounds=rounds)
    with pytest.raises(ModelError, match="no such file"):
        verify(tmp_path / "missing.tflite", chain([4, 4]))
    with pytest.raises(ModelError, match="second model"):
        verify(chain([4, 4]), b"not a model")


@needs_runtime
@pytest.mark.parametrize(
    "name",
    [
        "tiny__kws_ref_model",
        "tflite-micro__person_detect",
        "micro-wake-word-models__hey_glados",
        "gen_stateful_vars_float",
        "gen_x_ops_reversed",
        "gen_x_zip_appended",
        "ruhmi-framework-mcu__rnnoise_INT8",
    ],
)
def test_real_models_are_identical_with_themselves(shared, name):
    path = shared / "models" / f"{name}.tflite"
    result = verify(path, path.read_bytes(), rounds=2, runtimes=PRESENT)
    expected = dict.fromkeys(PRESENT, "identical")
    odd = {"tflite-micro__person_detect": "litert", "gen_x_ops_reversed": "tflm"}.get(name)
    if odd in expected:
        assert result.status[odd].startswith("unavailable: ")
        del expected[odd]
    assert {runtime: result.status[runtime] for runtime in expected} == expected
