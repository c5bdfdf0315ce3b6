"""Source, result, options -> Verification: the result compared with its source in the installed runtimes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.backends.reference.scratch import unknown_scratch
from arenite.backends.tflm.head import planned_head
from arenite.checkers.validity import not_for_reference
from arenite.errors import VerificationError
from arenite.rewrite import WidenBias
from arenite.runtimes.verification import verify

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.model import Model
    from arenite.runtimes.verification import Verification
    from arenite.search.options import Options
    from arenite.tflite.write import Written


def compared(
    source: Model, result: Model, written: Written, options: Options, progress: Callable[[str], None] | None = None
) -> Verification:
    """Compare a result with its source, as the options say; `written` is the file of the result.

    Raises:
        VerificationError: outputs differ in a runtime, or TFLM reports another head than was planned.
    """
    against = source
    if result is not source and not_for_reference(source):
        # The reference kernels run here would compute wrong results with the source's plan; compare without it.
        against = source.with_plan(None)
    if options.widen_bias:
        against = WidenBias().run(against)
    verification = verify(
        against,
        written,
        rounds=options.rounds,
        seed=options.seed,
        # TFLM keeps all inputs and outputs in its arena, whatever the plan is for.
        expected_head=None if unknown_scratch(source) or options.ends else planned_head(result),
        integer_ends=options.io is not None,
        stream=options.stream is not None,
        progress=progress,
    )
    if verification.problem is not None:
        raise VerificationError(
            f"{source.name}: the result is not the same as its source; {verification.problem}; nothing was written"
        )
    return verification
