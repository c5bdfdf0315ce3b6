"""The layout of a model in strips that CP-SAT finds where first fit missed a lower one."""

from arenite import zoo
from arenite.backends.target import find_target
from arenite.budget import Budget
from arenite.check.validity import is_right
from arenite.rewrite.strips import SplitRows, region_of, strip_plan
from arenite.search.layout_policy import LayoutPolicy
from arenite.search.partial.layout import laid_out, lowered_by_cp_sat

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
