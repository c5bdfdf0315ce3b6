"""The layout of a model in strips that CP-SAT finds where first fit missed a lower one."""

from arenite import zoo
from arenite.backends.target import find_target
from arenite.budget import Budget
from arenite.checkers.validity import is_right
from arenite.problems.placement import Buffer, Layout, PlacementProblem
from arenite.rewrite.strips import SplitRows, region_of, strip_plan
from arenite.search.layout_policy import LayoutPolicy
from arenite.search.partial.choose import Choice
from arenite.search.partial.costs import Costs
from arenite.search.partial.layout import laid_out, lowered_by_cp_sat
from arenite.search.partial.line import Line
from arenite.solve.place.solver import lowered_from

POLICY = LayoutPolicy(find_target("tflm-reference"), keep_inputs=False, limits={})


def in_strips():
    model = zoo.build("densenet")
    region = region_of(model, model.main.operators[:4])
    height = region.outputs[-1].shape[1]
    return SplitRows(strip_plan(region, tuple(height * part // 4 for part in range(5)))).run(model)


def head_of(found):
    return max(found.heads.values())


def test_a_lower_layout_is_found_and_is_valid():
    model = in_strips()
    first = head_of(laid_out(model, POLICY, [POLICY.target.backend], Budget()).shared)
    found = lowered_by_cp_sat(model, POLICY, first, Budget())
    assert head_of(found) < first
    assert is_right(found.model, POLICY.target.backend)
    assert POLICY.target.planned_head(found.model) == head_of(found)


def test_only_a_layout_below_the_given_head_counts():
    model = in_strips()
    found = lowered_by_cp_sat(model, POLICY, 1 << 30, Budget())
    assert lowered_by_cp_sat(model, POLICY, head_of(found) + 1, Budget()) is not None
    assert lowered_by_cp_sat(model, POLICY, head_of(found), Budget()) is None


def test_the_same_layout_is_found_again():
    found = [lowered_by_cp_sat(in_strips(), POLICY, 1 << 30, Budget()).model.plan for _ in range(2)]
    assert found[0] == found[1]


def test_nothing_is_searched_where_the_layout_meets_its_bound(monkeypatch):
    chain = PlacementProblem(tuple(Buffer(str(at), 64, at, at + 1) for at in range(500)), (), 16)
    met = Layout(tuple(64 * (at % 2) for at in range(500)), 128, lower_bound=0)
    monkeypatch.setattr("arenite.solve.place.solver.core_bound", None)  # the search of a long problem would fail
    assert lowered_from(chain, met, least_gain=0.0, effort=1.0, budget=Budget()) is met


def test_what_an_operator_executed_whole_needs_bounds_a_choice():
    model = zoo.build("mobilenet-v1", alpha=0.25, resolution=96)
    target = find_target("tflm-reference")
    costs = Costs(Line(model, keep_inputs=False), target)
    whole = Choice.of(tuple(costs.whole(place) for place in range(len(model.main.operators))))
    alone = [costs.whole(place).head for place in range(len(model.main.operators))]
    assert costs.least_of(whole) == max(alone)
    assert laid_out(model, POLICY, [target.backend], Budget(), limit=costs.least_of(whole)) is None
    assert laid_out(model, POLICY, [target.backend], Budget(), limit=costs.least_of(whole) + 1) is not None
