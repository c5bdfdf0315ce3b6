"""CIRCULAR_BUFFER in C: of several inferences only one runs to its end, as in TFLM."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest
from hand_made import graph, model, with_custom_options

from arenite.errors import UnsupportedError
from arenite.model import ElementType, Graph, Model, Operator, Quantization, Tensor

from .harness import STRICT, compiler, run_c, sources

ROWS, ROW = 4, (1, 1, 2, 3)


def int8(name, *shape):
    return Tensor(name, shape, ElementType.INT8, quantization=Quantization((0.5,), (7,)))


def parts(rows=ROWS):
    source, held, output = int8("row", *ROW), int8("held", 1, rows, 2, 3), int8("out", 1, rows, 2, 3)
    buffer = Operator("CUSTOM", (source,), (held,), custom_code="CIRCULAR_BUFFER")
    return source, output, (buffer, Operator("RELU", (held,), (output,)))


def streaming(rows=ROWS, **options):
    """A row is added to those before, all of which go through RELU."""
    source, output, steps = parts(rows)
    each = model(graph([source], [output], steps), name="streaming")
    return with_custom_options(each, options) if options else each


@pytest.mark.parametrize(
    ("each", "period"), [(streaming(cycles_max=3), 3), (streaming(cycles_max=1), 1), (streaming(), 2)]
)
def test_every_so_often_all_is_run(each, period, tmp_path):
    """The first rows are zero points; without the option TFLM's period is 2 for four rows."""
    random = np.random.default_rng(1)
    rows = [random.integers(-128, 128, ROW).astype(np.int8) for _ in range(10)]
    held = np.full((1, ROWS, 2, 3), 7, np.int8)
    for number, (row, results) in enumerate(
        zip(rows, run_c([each], [[[row] for row in rows]], tmp_path)[0], strict=True)
    ):
        held = np.concatenate([held[:, 1:], row], axis=1)
        if number % period == period - 1:
            np.testing.assert_array_equal(results[0], np.maximum(held, 7))


MAIN = """
#include "m.h"
int main(void) {
  m_reset();
  for (int i = 0; i < 7; i++) {
    if (m_invoke() != (i % 3 == 2 ? 0 : 1)) return 1;
  }
  m_reset();
  return m_invoke() == 1 ? 0 : 2;
}
"""


def test_the_status_says_whether_there_is_a_result(tmp_path):
    files = sources(streaming(cycles_max=3), "m")
    assert "1 if it waits for the next input" in files["m.h"]
    assert "int m_invoke(void)" in files["m.h"]
    assert "void m_invoke(void)" in sources(streaming(cycles_max=1), "m")["m.h"]
    for name, text in {**files, "main.c": MAIN}.items():
        (tmp_path / name).write_text(text)
    c_files = sorted(str(each) for each in tmp_path.glob("*.c"))
    subprocess.run([compiler(), "-std=c99", *STRICT, *c_files, "-o", "program"], check=True, cwd=tmp_path)
    assert subprocess.run([str(tmp_path / "program")], check=False).returncode == 0


def test_what_is_refused():
    with pytest.raises(UnsupportedError, match="waits for 256 inferences"):
        sources(streaming(cycles_max=256), "m")
    source, output, steps = parts()
    condition = Tensor("condition", (), ElementType.BOOL)
    x, y = int8("x", *ROW), int8("y", 1, ROWS, 2, 3)
    branch = Operator("IF", (condition, x), (y,), {"then_subgraph_index": 1, "else_subgraph_index": 1}, graphs=(1, 1))
    main = Graph("main", (condition, x, y), (condition, x), (y,), (branch,))
    inner = Graph("inner", (source, steps[0].outputs[0], output), (source,), (output,), steps)
    with pytest.raises(UnsupportedError, match="in the main graph only"):
        sources(Model("nested", (main, inner)), "m")
