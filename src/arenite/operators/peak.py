"""Model -> its peak in bytes, without the lifetimes of single tensors; made to be called thousands of times.

A straight graph, which calls no other graph, is walked once, from its last operator to its first. Backwards, the first
operator that uses a tensor is its last consumer, and its producer ends it:

    operator   0     1     2
    a          #######           begins at operator 1, its consumer, and ends at operator 0, its producer
    output           #######     begins at the end of the graph, and ends at operator 1

Where TFLM's lifetimes differ from this drawing (control flow, operators filed before the producer of an input, tensors
with two producers), `lifetimes` computes the peak. The walk exists in Python and in C (`c/straight.c`), with the same
results.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.budget import wanted_core
from arenite.operators.liveness import MOST_SCOPES, head_bytes, lifetimes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from arenite.model import Graph, Model, Tensor

_ENDED = -1
"""Stands for the bytes of a tensor whose producer the walk has passed."""


def peak_memory(model: Model) -> int:
    """Peak of the model in file order, in bytes. A search calls this function thousands of times.

    Equals `lifetimes(model).peak`.

    Raises:
        ModelError: a graph calls itself through control flow, or more operators run than can be planned.
    """
    main = model.graphs[0]
    peak = walked_peak(main) if len(main.operators) <= MOST_SCOPES else None
    return lifetimes(model).peak if peak is None else peak


def straight_peak(graph: Graph) -> int | None:
    """Peak in bytes of a straight graph that runs alone; None where `lifetimes` must compute it."""
    walk = _Walk()
    peak, holds = 0, walk.use(graph.outputs)
    for operator in reversed(graph.operators):
        holds = holds and not operator.graphs and walk.use(operator.inputs) and walk.use(operator.outputs)
        peak = max(peak, walk.alive)
        if not (holds and walk.end(operator.outputs)):
            return None
    holds = walk.use(graph.inputs)
    peak = max(peak, walk.alive)
    return peak if holds and walk.end(graph.inputs) and walk.ended(graph.outputs) else None


class _Walk:
    """The tensors met so far, and the bytes of those that are alive. The methods return whether the drawing holds."""

    def __init__(self) -> None:
        self.alive = 0
        self._met: dict[Tensor, int] = {}

    def use(self, tensors: Iterable[Tensor | None]) -> bool:
        """Begin the tensors that are not alive; none of them may have ended."""
        for tensor in tensors:
            if tensor is not None and tensor.data is None:
                size = self._met.get(tensor)
                if size is None:
                    size = self._met[tensor] = head_bytes(tensor)
                    self.alive += size
                if size < 0:
                    return False
        return True

    def end(self, tensors: Iterable[Tensor]) -> bool:
        """End tensors that are alive; none of them may end twice."""
        for tensor in tensors:
            if tensor.data is None:
                size = self._met[tensor]
                if size < 0:
                    return False
                self.alive -= size
                self._met[tensor] = _ENDED
        return True

    def ended(self, tensors: Iterable[Tensor]) -> bool:
        """Whether all these tensors have ended or are constants."""
        return all(self._met.get(tensor, _ENDED) == _ENDED for tensor in tensors)


def _chosen() -> Callable[[Graph], int | None]:
    """The walk in C where it is installed, unless the core in Python is wanted."""
    if wanted_core() == "python":
        return straight_peak
    try:
        from arenite.operators import _straight
    except ImportError:
        return straight_peak
    return _straight.straight_peak


walked_peak = _chosen()
"""`straight_peak`, in C or in Python."""
