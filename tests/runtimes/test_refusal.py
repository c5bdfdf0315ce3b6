"""What is told of a model that a runtime refuses."""

import pytest

from arenite.runtimes import process
from arenite.runtimes.refusal import reason_of, reworded
from arenite.runtimes.run import Failure, Job

DIMENSION = "quantized_dimension must be in range [0, 1). Was 3.Tensor {} has invalid quantization parameters."


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            ValueError("".join(DIMENSION.format(tensor) for tensor in (33, 36))),
            "it refuses the model: quantized_dimension must be in range [0, 1). Was 3 (tensor 33)",
        ),
        (
            RuntimeError(
                "Encountered unresolved custom op: SignalWindow.\nSee instructions: "
                "https://www.tensorflow.org/lite/guide/ops_custom Node number 0 (SignalWindow) failed to prepare."
            ),
            "it refuses the model: there is no kernel for SignalWindow (operator 0, SignalWindow)",
        ),
        (
            RuntimeError("tensorflow/lite/kernels/pad.cc:99 1 != 2 (3 != 4)Node number 4 (PAD) failed to invoke."),
            "it refuses the model: 1 != 2 (3 != 4) (operator 4, PAD)",
        ),
        (
            RuntimeError(
                "TFLM failed to allocate tensors; Didn't find op for builtin opcode 'GELU'; "
                "Failed to get registration from op code GELU"
            ),
            "it refuses the model: there is no kernel for GELU",
        ),
        (
            RuntimeError(
                "TFLM failed to allocate tensors; tensorflow/lite/micro/kernels/concatenation.cc:156 num_inputs <= "
                "kMaxInputNum was not true.; Node CONCATENATION (number 0) failed to prepare with status 1"
            ),
            "it refuses the model: num_inputs <= kMaxInputNum was not true (operator 0, CONCATENATION)",
        ),
        (
            RuntimeError(
                "Select TensorFlow op(s), included in the given model, is(are) not supported by this interpreter. Make"
            ),
            "it refuses the model: it has operators of TensorFlow, which need the Flex delegate",
        ),
        (RuntimeError("TFLM could not"), "it refuses the model: TFLM could not"),
        (ValueError(), "it refuses the model: ValueError"),
        (ImportError("no such library"), "it failed: no such library"),
        (MemoryError(), "it failed: MemoryError"),
    ],
)
def test_a_reason_is_one_sentence(error, reason):
    assert reworded(reason_of(error)) == reason


@pytest.mark.skipif(process.absent("litert") is not None, reason="LiteRT is not installed")
def test_what_litert_refuses(shared):
    content = (shared / "models" / "tflite-micro__person_detect.tflite").read_bytes()
    (refused,) = process.run("litert", [Job(content, (), 1, 0)])
    assert refused == Failure("it refuses the model: quantized_dimension must be in range [0, 1). Was 3 (tensor 33)")
