"""What a target cannot run, as commands say it: which operators, why, and with which kernels."""

import json
from dataclasses import replace

import pytest
from one_operator import alone, cases, new, product, retyped
from typer.testing import CliRunner

from arenite.backends.target import TARGETS, find_target
from arenite.cli import app
from arenite.errors import UnsupportedError
from arenite.model import ElementType, Graph, Model, Operator
from arenite.search.c_export import export_c
from arenite.search.fitting import check, fit
from arenite.search.optimization import Options, optimize
from arenite.search.runnable import Refusal, refusals, why_not
from arenite.tflite.write import write_bytes

TFLM, C = TARGETS["tflm"], TARGETS["c"]


def signs(count):
    """A chain of an operator that TFLM has no kernel for."""
    tensors = [new(1, 4) for _ in range(count + 1)]
    operators = [Operator("SIGN", (tensors[i],), (tensors[i + 1],)) for i in range(count)]
    return Model("signs", (Graph("main", tuple(tensors), (tensors[0],), (tensors[-1],), tuple(operators)),))


def run(path, command, *arguments):
    return CliRunner().invoke(app, [command, str(path), *arguments], env={"COLUMNS": "200"})


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "signs.tflite"
    path.write_bytes(write_bytes(signs(2)))
    return path


def test_a_kind_of_operators_is_refused_once():
    assert refusals(signs(3), TFLM) == (Refusal("SIGN", "there is no kernel for it", ((0, 0), (0, 1), (0, 2))),)
    (seven,) = refusals(signs(7), TFLM)
    assert str(seven) == "SIGN (operators 0, 1, 2, 3, 4 and 2 more): there is no kernel for it"
    assert str(Refusal("IF", "it is so", ((1, 3),))) == "IF (operator 3 of graph 1): it is so"


def test_scratch_in_a_graph_that_nothing_runs_is_refused():
    """TFLM sizes scratch as it walks the operators that run; what others request is never given a size."""
    scratched = next(alone(*case) for case in cases() if any(TFLM.scratch(alone(*case).main.operators[0])))
    label, plain = scratched.main.operators[0].label, alone("RELU", [new(4)], [new(4)], {})
    assert refusals(scratched, TFLM) == ()
    (refusal,) = refusals(Model("two signatures", (*plain.graphs, *scratched.graphs)), TFLM)
    assert (refusal.name, refusal.operators) == (label, ((1, 0),))
    assert "requests scratch in graph 1, which nothing runs" in refusal.reason
    assert refusals(Model("two signatures", (*scratched.graphs, *plain.graphs)), TFLM) == ()


def test_where_only_some_kernels_refuse_they_are_named():
    operator = alone(*product(5)).main.operators[0]
    sets = "cmsis-nn/scalar, cmsis-nn/dsp, cmsis-nn/mve"
    assert why_not(operator, TFLM) == f"input 0 has 5 dimensions, but must have at most 4 (with the kernels {sets})"
    assert why_not(operator, find_target("tflm-reference")) is None
    assert why_not(operator, find_target("tflm-cmsis-nn/cortex-m7")).endswith("but must have at most 4")


def test_c_refuses_what_its_export_refuses():
    """Every kind of operator with every type: the same verdict, in the same words."""
    kinds = (ElementType.FLOAT32, ElementType.INT8, ElementType.INT16, ElementType.BOOL)
    verdicts = set()
    for case in cases():
        floats = [place for place, tensor in enumerate([*case[1], *case[2]]) if tensor.type is ElementType.FLOAT32]
        for kind in kinds:
            model = retyped(case, floats, kind)
            if any(tensor.type is ElementType.BOOL for tensor in (*model.main.inputs, *model.main.outputs)):
                continue  # the export minds the interface as well
            why = why_not(model.main.operators[0], C)
            verdicts.add(why is None)
            if why is not None:
                with pytest.raises(UnsupportedError) as refused:
                    export_c(model, "model")
                assert f": {why}; nothing was written" in str(refused.value)
    assert verdicts == {True, False}


def test_a_model_that_cannot_run_does_not_fit():
    found = check(signs(2), arena=1 << 20)
    assert (found.missing, found.runs, found.fits) == (0, False, False)
    assert not any(board.fits or board.fits_after for board in fit(signs(2)))


def test_optimize_says_so():
    assert (
        "tflm cannot run SIGN (operators 0, 1): there is no kernel for it"
        in optimize(signs(2), Options(rounds=1)).notes
    )


def test_optimize_names_operators_by_their_places_in_the_source():
    model = signs(2)
    unread = Operator("RELU", model.main.inputs, (new(1, 4),))
    graph = replace(
        model.main,
        tensors=(*model.main.tensors, *unread.outputs),
        operators=(unread, *model.main.operators),
    )
    longer = replace(model, graphs=(graph,))
    plan = optimize(longer, Options(verify=False))
    assert len(plan.model.main.operators) == 2
    assert "tflm cannot run SIGN (operators 1, 2): there is no kernel for it" in plan.notes


def test_inspect_and_check_say_so(path):
    line = "Warning: tflm cannot run SIGN (operators 0, 1): there is no kernel for it\n"
    assert line in run(path, "inspect").stdout
    result = run(path, "check", "--arena", "1M")
    assert (result.exit_code, line in result.stdout) == (1, True)
    assert result.stderr == f"arenite: error: {path}: {line.removeprefix('Warning: ')}"
    expected = {
        "name": "SIGN",
        "reason": "there is no kernel for it",
        "operators": [{"graph": 0, "index": 0}, {"graph": 0, "index": 1}],
    }
    for command in (["inspect"], ["check", "--arena", "1M"]):
        assert json.loads(run(path, *command, "--json").stdout)["cannot_run"] == [expected]
    assert "cannot run" in run(path, "fit").stdout


def test_strips_are_tried_where_optimize_does_not_suffice(tmp_path):
    from arenite import zoo

    path = tmp_path / "chain.tflite"
    path.write_bytes(write_bytes(zoo.build("mobilenet-v2", width=0.35, resolution=48)))
    alone_ = json.loads(run(path, "check", "--arena", "1K", "--json").stdout)
    assert alone_["split"]["saved_bytes"] >= alone_["optimized"]["saved_bytes"]
    assert alone_["split"]["missing_bytes"] == alone_["split"]["arena"]["declare_bytes"] - 1024
    assert "`arenite optimize --split` would save" in run(path, "check", "--arena", "1K").stdout
    enough = str(alone_["optimized"]["arena"]["declare_bytes"])
    assert json.loads(run(path, "check", "--arena", enough, "--json").stdout)["split"] is None
