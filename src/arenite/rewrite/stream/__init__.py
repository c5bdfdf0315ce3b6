"""Model over a sliding window, axis of time -> model of one new frame at a time, with the rest as state.

    source   window [1, 49, 40] ------------------------------> y
    result   new frame [1, 1, 40], state of earlier runs ------> the same y

The outputs are those that the source computes for the window which ends with the new frame. An output that has time
itself has its newest step only.

    follow     where tensors have time, which steps an operator reads, how it computes some steps of its outputs
    analysis   which steps are new in a run, and which are kept
    emit       the operators

Proof. A tensor with time has at step i of a window that starts at frame f the value V(f + stride * i), where V does not
depend on the window: it holds for the input, and each operator that is followed computes a step from the same steps of
its inputs in the same way (`follow`), none of them padding (`analysis`). So what a variable holds from an earlier run
is what the source would compute again. All other operators get exactly the tensors that they get in the source.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from arenite.errors import OptionError
from arenite.operators.macs import macs_of_model
from arenite.rewrite.edits import check_may_exchange
from arenite.rewrite.interface import Rewritten
from arenite.rewrite.stream.analysis import analysis, named, refusal
from arenite.rewrite.stream.emit import Emitter
from arenite.rewrite.tidy import Tidy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from arenite.model import Model, Operator
    from arenite.rewrite.stream.analysis import Analysis


def streamed(model: Model, axis: int) -> Rewritten:
    """The model whose input has only the new frames along an axis, and whose variables have what it needs of earlier
    ones. It has no plan. The messages say which operators still take whole windows.

    Raises:
        OptionError: that would not be exact, or save no work; the message names the operator that stands in the way.
    """
    found = analysis(model, axis)
    emitter = Emitter(model, found)
    graphs = emitter.graphs()
    description = "; ".join(filter(None, (model.description, _description(model, found, axis))))
    graphs = (graphs[0], *model.graphs[1:], *graphs[1:])
    raw = replace(model, graphs=graphs, description=description, plan=None, target=None)
    check_may_exchange(model, raw, "cannot be streamed: other parts of the file name its tensors")
    _check_gain(model, raw, found)
    tidy = Tidy().run(raw)
    stands_for = {**emitter.stands_for, **_effects(raw, tidy, emitter.stands_for)}
    return Rewritten(tidy, tuple(_sentences(found)), stands_for)


def _description(model: Model, found: Analysis, axis: int) -> str:
    """What an application has to know, for the description in the file."""
    window, hop = model.main.inputs[0].shape[axis], found.flow.hop
    return f"takes {hop} new of {window} frames along axis {axis}; outputs are right from run {-(-window // hop)} on"


def _sentences(found: Analysis) -> Iterator[str]:
    ends = found.flow.ends
    if ends:
        more = f", and so do {len(ends) - 1} others" if len(ends) > 1 else ""
        yield f"{named(ends[0])} takes its whole window in each run{more}; operators before compute new steps only"


def _check_gain(model: Model, result: Model, found: Analysis) -> None:
    """Raises OptionError if a run of the result has as much work as one of the source."""
    before, after = macs_of_model(model), macs_of_model(result)
    if found.flow.stepwise and after < max(before, 1):
        return
    if not found.flow.ends:
        raise OptionError(f"{model.name}: cannot be streamed: no operator uses its input")
    first = found.flow.ends[0]
    recurrent = ", as recurrent layers do, which begin anew in each window" if first.code == "UNPACK" else ""
    raise refusal(model, first, f"needs a whole window in each run{recurrent}, and no work before it is saved")


def _effects(before: Model, after: Model, stands_for: Mapping[Operator, Operator]) -> dict[Operator, Operator]:
    """What the operators without outputs stand for that read other tensors now; passes keep them in their order."""
    old, new = ([each for each in model.main.operators if not each.outputs] for model in (before, after))
    return {new: stands_for[old] for old, new in zip(old, new, strict=True)}
