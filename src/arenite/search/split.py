"""Task, Decision without strips -> Decision: executes stretches in strips or channel groups to save more memory.

The result is never larger than the decision without strips, measured by what the objective minimizes.

    stretches (`partial/`) --estimated costs--> choices --layout of the whole model--> candidates --> best
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

from arenite.backends.generated_c.sums import summing
from arenite.backends.tflm.head import plan_obstacle
from arenite.backends.tflm.unpacking import packed
from arenite.errors import FitError
from arenite.formulate.order import runs_as_filed
from arenite.operators.liveness import head_bytes
from arenite.operators.macs import macs
from arenite.operators.peak import peak_memory
from arenite.rewrite import Prune
from arenite.rewrite.channels import wide_regions
from arenite.rewrite.strips import why_not
from arenite.search.candidate import Candidate, best_of, start_of
from arenite.search.layout_policy import LayoutPolicy
from arenite.search.moving import moved, with_moves
from arenite.search.objective import Objective
from arenite.search.partial.choose import neighbors
from arenite.search.partial.costs import Costs, Floors
from arenite.search.partial.layout import lowered_by_cp_sat
from arenite.search.partial.line import Line
from arenite.search.partial.search import any_head, partial, promising, search, size
from arenite.search.strips import reported_strips
from arenite.search.task import LEAST_STEPS, Decision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from arenite.backends import Backend
    from arenite.model import Model
    from arenite.search.options import Options
    from arenite.search.partial.choose import Choice
    from arenite.search.partial.search import Partial
    from arenite.search.task import Task

MOST_EXTRA = 0.10
"""Multiply-accumulates that strips may add, as a share of the model's, if `max_extra_macs` is not given."""
MOST_EXTRA_TO_FIT = 1.0
"""The same share if an arena size has to be reached: fitting matters more than speed then."""
_TRIED = 8
"""Choices that get a layout of the whole model, the most promising first; each layout takes budget from the next."""
_MOST_TRIED = 24
"""Choices that get a layout while none has reached the requested arena size."""
_IMPROVED = 5_000
"""Operators laid out in all neighbors of the best choice together, after which the local search ends; counted in
operators because a layout costs more the more of them there are."""
_COUNTED = 300
"""Operators that one neighbor counts at most, so that large models get at least 16 neighbors: with 10,
MobileNetV2-1.0 at 224 kept 1 % more."""
_SLACK = 0.03
"""Try neighbors whose predicted size is up to 3 % above the best one: predictions err high."""
_SLACK_OF_CHOICES = 0.1
"""Look for choices whose predicted head is up to 10 % above the smallest predicted size: predictions err high, and
choices with larger heads never became the best one."""
_SHARE_OF_LAYOUTS = 0.3
"""Share of the remaining budget that is held back for layouts of whole choices, so that the search for stretches cannot
use it up."""
_SHARE_OF_SUMS = 0.5
"""Share of the whole budget that must be left for the search that counts on sums over strips to begin, and the share of
what is left that it may use."""
_SHARE_OF_FLOORS = 1 / 6
"""Budget of the search by floors and its layouts as a share of the budget of all other searches. It is its own, since
those often leave nothing. It takes a second or two, as most that it needs is known from them."""
_SHARE_OF_ONE = 0.5
"""Share of the remaining budget that one layout may use, so that later choices get a layout as well."""


def search_partial(task: Task, whole: Decision) -> Decision:
    """The best decision with or without strips; `whole` is the decision without.

    Raises:
        FitError: the requested arena size was not reached, or unknown operators make the arena's size unknown.
        VerificationError: the best layout is not valid (a defect of Arenite).
    """
    objective = objective_of(task.options)
    unknown = task.options.runs_on.arena(whole.model).unknown
    if objective.enough is not None and unknown:
        raise FitError(
            f"{task.source.name}: cannot say whether an arena of {objective.enough:,} bytes can be reached: it is not "
            f"known what these operators allocate: {', '.join(unknown)}; nothing was written"
        )
    if objective.enough is not None:
        first = _candidate(task, whole)
        if first.fits(objective) or moved(task, first).fits(objective):
            return whole
    best = best_of(_all_candidates(task, whole, objective), objective)
    if best.choice is not None:
        layout_policy(task).check(best.decision.model)
    if not best.fits(objective):
        raise FitError(
            f"{task.source.name}: an arena of {objective.enough:,} bytes was not reached; the smallest found is "
            f"{best.arena:,}, with {100 * _share(task, best):.1f} % more multiply-accumulates; nothing was written"
        )
    return best.decision


def _all_candidates(task: Task, whole: Decision, objective: Objective) -> Iterator[Candidate]:
    """The candidates of the search for the objective, and those without the arena to reach.

    The search for the least work that reaches an arena can miss what the search for the least memory finds, and the
    other way round. So both are made, with the same budget, unless the first one reaches the arena without extra work.
    """
    steps = task.budget.left
    found = list(candidates(task.with_steps(steps), whole, objective))
    yield from found
    best = best_of(found, objective)
    if objective.enough is None or (best.fits(objective) and not best.extra_macs):
        return
    least = objective_of(replace(task.options, arena=None))
    others = list(candidates(task.with_steps(steps), whole, least))
    yield from others
    yield moved(task, best_of(others, least))


def objective_of(options: Options) -> Objective:
    """The objective that options describe."""
    most = options.max_extra_macs
    if most is None:
        most = MOST_EXTRA if options.arena is None else MOST_EXTRA_TO_FIT
    return Objective(options.minimize, most, options.arena)


def layout_policy(task: Task) -> LayoutPolicy:
    """What the layouts of models in parts have to satisfy: no limits of single sets of kernels."""
    return LayoutPolicy(task.options.runs_on, task.options.keep_inputs, {}, progress=task.report)


def candidates(task: Task, whole: Decision, objective: Objective) -> Iterator[Candidate]:
    """The model without strips, promising choices of strips, neighbors of the best, each with its layout.

    Then the best of them with a layout that CP-SAT lowered, and for generated C those whose tensors move.
    """
    first = without(task, whole)
    yield first
    if obstacle(task) is not None:
        return
    found: list[Candidate] = []
    last = start = PartialSearch(task, whole, first, objective)
    for ways in start.searches():
        last = ways
        for candidate in searched(ways, tuple(found)):
            found.append(candidate)
            yield candidate
    if task.options.runs_on.generated and objective.minimize == "arena":
        yield from with_moves(last, best_of((first, *found), objective))


def searched(ways: PartialSearch, known: Sequence[Candidate]) -> Iterator[Candidate]:
    """The candidates of one search; `known` are those of searches before it, which its own have to beat."""
    task, objective, found = ways.task, ways.objective, list(known)
    choices = promising(ways.choices(ways.useful), objective, ways.tail)
    for number, choice in enumerate(choices[:_MOST_TRIED]):
        if number and task.budget.over:
            break
        if number >= _TRIED and (objective.enough is None or any(candidate.fits(objective) for candidate in found)):
            break
        most = min(len(choices), _TRIED if objective.enough is None else _MOST_TRIED)
        best = min(each.size(objective) for each in (ways.first, *found))
        task.progress(f"strips: {best:,} bytes, layout {number + 1} of at most {most}")
        limit = ways.head_to_beat(choice, start_of(found, objective)) if found else None
        candidate = ways.candidate(choice, limit)
        if candidate is not None:
            found.append(candidate)
            yield candidate
    if len(found) > len(known) and start_of(found, objective) not in known:
        near = list(ways.better_than(start_of(found, objective)))
        yield from near
        last = None if task.budget.over else ways.lowered(start_of((*found, *near), objective))
        if last is not None:
            yield last


def without(task: Task, whole: Decision) -> Candidate:
    """The candidate without strips.

    Its decision notes why the model cannot run in strips. If it can, the lower bound is weakened to one that also holds
    for execution in parts.
    """
    reason = obstacle(task)
    if reason is not None:
        return _candidate(task, replace(whole, notes=(*whole.notes, f"nothing is executed in strips: {reason}")))
    return _candidate(task, replace(whole, lower_bound=_least(task.base), proofs=()))


class PartialSearch:
    """Searches for stretches to execute in parts; the operators keep the order that was found without strips."""

    def __init__(self, task: Task, whole: Decision, first: Candidate, objective: Objective) -> None:
        """Start from the decision without strips, `whole`, and the same as a candidate, `first`."""
        self.task = task
        self.whole = whole
        self.first = first
        self.objective = objective
        base = Prune().run(whole.model.with_plan(None))
        self._packed = packed(base)
        self.base = self._packed.model
        options = task.options
        self.tail = options.runs_on.arena(base).tail_bytes
        self._policy = layout_policy(task)
        self._rooms = tuple(dict.fromkeys((options.runs_on.backend, options.runs_on.charged)))
        """Room for the largest scratch of all sets of kernels, and for that of the charged set alone."""
        self._costs = Costs(Line(self.base, options.keep_inputs), options.runs_on)

    def searches(self) -> Iterator[PartialSearch]:
        """This search, and then another for C, of stretches that may end with what reads sums of strips.

        Estimates for the longer stretches of that one are lower than what layouts of the whole model keep to, so it
        comes second.
        """
        yield self
        budget = self.task.budget
        sums = summing(self.base.main) if self.task.options.runs_on.generated else {}
        if sums and budget.left > _SHARE_OF_SUMS * self.task.options.steps:
            search = copy(self)
            search.task = replace(self.task, budget=budget.part(_SHARE_OF_SUMS))
            search._costs = Costs(self._costs.line, self._costs.target, sums)
            yield search

    def choices(self, useful: Callable[[Choice], float] = any_head) -> list[Choice]:
        """Choices of stretches that are Pareto-optimal in head, tail and extra work, by estimated costs.

        `useful`: the largest head in bytes that is still of use once a choice is known.
        """
        budget = self.task.budget.part(1 - _SHARE_OF_LAYOUTS)
        return search(self._costs, self._most_extra, budget, useful=useful, report=self.task.progress)

    @property
    def in_rows(self) -> bool:
        """Whether an input comes in rows."""
        return self._costs.comes_in_rows

    def by_floors(self) -> PartialSearch:
        """Another search, by the bytes that are alive at once, which is what layouts with moves come close to."""
        search = copy(self)
        search.task = self.task.with_steps(_SHARE_OF_FLOORS * self.task.options.steps)
        search._costs = Floors(self._costs)
        return search

    def useful(self, choice: Choice) -> float:
        """The largest head in bytes with which another choice may be better than this one."""
        return inf if self.objective.enough is not None else size(choice, self.objective) * (1 + _SLACK_OF_CHOICES)

    def better_than(self, best: Candidate) -> Iterator[Candidate]:
        """Local search: each candidate is a neighbor of the one before and better than it.

        Segments share one arena, so a layout of the whole model may rank choices differently than the segments' own
        costs do. The first improvement is taken. Neighbors get the room for scratch with which `best` was the lowest.
        """
        tried: set[tuple[object, ...]] = set()
        operators = 0
        while best.choice is not None:
            near = neighbors(self._costs, best.choice, self._most_extra)
            for choice in promising(near, self.objective, self.tail):
                if choice.mark in tried or not self._hopeful(choice, best):
                    continue
                if operators > _IMPROVED or self.task.budget.over:
                    return
                tried.add(choice.mark)
                self.task.progress(f"strips: {best.size(self.objective):,} bytes, another layout from near there")
                candidate = self.candidate(choice, self.head_to_beat(choice, best), best.room)
                operators += min(_COUNTED, len((candidate or best).decision.model.main.operators))
                if candidate is not None and start_of((best, candidate), self.objective) is candidate:
                    best = candidate
                    yield best
                    break
            else:
                return

    def lowered(self, candidate: Candidate) -> Candidate | None:
        """The candidate with a lower layout that an exact search found; None if it found none."""
        model = candidate.decision.model
        shared = lowered_by_cp_sat(
            model.with_plan(None), self._policy, candidate.head, self.task.budget.part(_SHARE_OF_ONE)
        )
        if shared is None:
            return None
        head = self.task.options.runs_on.planned_head(shared.model)
        decision = replace(candidate.decision, model=shared.model, head=head)
        found = Candidate(decision, candidate.sets, candidate.extra_macs, candidate.choice)
        return found if found.no_worse(self.first, self.objective) else None

    def _hopeful(self, choice: Choice, best: Candidate) -> bool:
        """Whether a choice is predicted to be better than a candidate, or nearly so."""
        objective = self.objective
        expected = size(choice, objective) + (self.tail if objective.minimize == "arena" else 0)
        if best.fits(objective) and objective.enough is not None:
            return expected <= objective.enough and choice.extra_macs < best.extra_macs
        limit = self.head_to_beat(choice, best)
        return expected < best.size(objective) * (1 + _SLACK) and (
            limit is None or self._costs.least_of(choice) < limit
        )

    def head_to_beat(self, choice: Choice, best: Candidate) -> int | None:
        """Bytes that a choice's head must stay below to be better than a candidate; None if heads do not decide."""
        if self.objective.minimize == "arena" or self.objective.enough is not None:
            return None
        return best.head + (choice.extra_macs < best.extra_macs)

    @property
    def _most_extra(self) -> int:
        """Multiply-accumulates that strips may add."""
        return int(self.objective.most_extra_macs * sum(macs(operator) for operator in self.base.main.operators))

    def candidate(self, choice: Choice, limit: int | None = None, room: Backend | None = None) -> Candidate | None:
        """A choice with its layout, for a part of the budget; with room for the scratch of one set of kernels if given.

        None if no layout meets the policy, if the head is not below `limit` bytes, or if some set of kernels of the
        target needs more than without strips.
        """
        budget, rooms = self.task.budget.part(_SHARE_OF_ONE), self._rooms if room is None else (room,)
        found = partial(self._packed, self._policy, choice, budget, rooms=rooms, limit=limit)
        if found is None:
            return None
        decision = self._decision(found, choice)
        candidate = Candidate(decision, self.first.sets, choice.extra_macs, choice, found.room)
        return candidate if candidate.no_worse(self.first, self.objective) else None

    def _decision(self, found: Partial, choice: Choice) -> Decision:
        model = found.shared.model
        return replace(
            self.whole,
            model=model,
            peak=peak_memory(model),
            head=self.task.options.runs_on.planned_head(model),
            lower_bound=_least(self.task.base),
            proofs=(),
            strips=tuple(reported_strips(self.task, self.base, choice)),
            sources=found.sources,
        )


def _candidate(task: Task, decision: Decision) -> Candidate:
    return Candidate(decision, task.options.runs_on.sets)


def _least(model: Model) -> int:
    """A lower bound in bytes on the head for any execution in parts.

    All inputs are alive at the start, and all outputs at the end.
    """
    graph = model.main
    return max(sum(map(head_bytes, dict.fromkeys(tensors))) for tensors in (graph.inputs, graph.outputs))


def obstacle(task: Task) -> str | None:
    """Why nothing is executed in strips, as a clause for a note; None if strips are possible."""
    source, options = task.source, task.options
    reasons = (
        (source.compiled_by_vela, "it was compiled by Vela"),
        (options.plan == "respect" and source.plan is not None, "its plan is respected"),
        (not options.reorder and not runs_as_filed(source), "its operators are filed out of order"),
        (task.budget.left < LEAST_STEPS, "nothing was left of the budget"),
    )
    reason = next((reason for holds, reason in reasons if holds), None) or plan_obstacle(source)
    by_rows = any(why_not(operator, options.runs_on) is None for operator in task.base.main.operators)
    if reason is None and not by_rows and next(wide_regions(task.base), None) is None:
        return "none of its operators can be; `arenite inspect --why`, or `cannot_split` of an inspection, says why"
    return reason


def _share(task: Task, candidate: Candidate) -> float:
    work = sum(macs(operator) for operator in task.source.main.operators)
    return candidate.extra_macs / work if work else 0.0
