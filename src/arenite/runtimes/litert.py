"""Runs a model in LiteRT, with its default or its reference kernels. For use in the child process only."""

from __future__ import annotations

from typing import Any

from arenite.runtimes.run import Job, Run


def run(job: Job) -> Run:
    """Outputs of one new interpreter over all rounds; LiteRT plans its own arena.

    Raises:
        Exception: any error that LiteRT raises for the model or its inputs.
    """
    from ai_edge_litert.interpreter import Interpreter

    return _run(Interpreter(model_content=job.content, num_threads=1), job)


def run_reference(job: Job) -> Run:
    """Like `run`, with the reference kernels, which define the results of integer arithmetic bit for bit.

    Raises:
        Exception: any error that LiteRT raises for the model or its inputs.
    """
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    kernels = OpResolverType.BUILTIN_REF
    return _run(Interpreter(model_content=job.content, num_threads=1, experimental_op_resolver_type=kernels), job)


def _run(interpreter: Any, job: Job) -> Run:
    interpreter.allocate_tensors()
    inputs = [details["index"] for details in interpreter.get_input_details()]
    outputs = [details["index"] for details in interpreter.get_output_details()]
    results = []
    for arrays in job.rounds:
        for index, array in zip(inputs, arrays, strict=True):
            interpreter.set_tensor(index, array)
        interpreter.invoke()
        results.append(tuple(interpreter.get_tensor(index).copy() for index in outputs))
    return Run(tuple(results))
