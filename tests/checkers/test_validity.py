"""With which kernels plans are right: judged pair by pair, with the scratch that TFLM places."""

from __future__ import annotations

import pytest

from arenite import zoo
from arenite.backends.sets import ESP_NN, GENERATED, NO_OVERLAP, REFERENCE
from arenite.backends.target import TARGETS, find_target
from arenite.backends.tflm.head import memory_plan, planned_offsets
from arenite.checkers.validity import (
    JUDGED,
    Validity,
    is_right,
    not_for_reference,
    shared_pairs,
    validity,
)
from arenite.report.validity import validity_line
from arenite.search.optimization import Options, preview


@pytest.fixture(scope="module")
def planned():
    return preview(zoo.build("mobilenet-v1"), Options(target="tflm-reference"))


def test_a_file_without_a_plan_is_right_everywhere():
    assert validity(zoo.build("paper")) == Validity(0, JUDGED)
    assert validity(zoo.build("paper")).in_c == GENERATED


def test_a_byte_decides(planned):
    """The plan is right as it is; with one overlapping output one unit higher it is not."""
    assert is_right(planned, REFERENCE)
    offsets = planned_offsets(planned, planned.plan)
    wrong = 0
    for tensor in offsets:
        moved = {**offsets, tensor: offsets[tensor] + 16}
        wrong += not is_right(planned.with_plan(memory_plan(planned, moved)), REFERENCE)
    assert wrong


def test_pairs_are_counted_one_by_one(planned):
    assert validity(planned).pairs == shared_pairs(planned) > 0
    assert not is_right(planned, NO_OVERLAP)
    apart = preview(zoo.build("mobilenet-v1"), Options(overlap=False))
    assert shared_pairs(apart) == 0
    assert is_right(apart, NO_OVERLAP)


def test_addresses_that_are_not_aligned_are_right_with_no_kernels():
    apart = preview(zoo.build("densenet"), Options(overlap=False))
    assert validity(apart).everywhere
    shifted = {tensor: offset + 1 for tensor, offset in planned_offsets(apart, apart.plan).items()}
    found = validity(apart.with_plan(memory_plan(apart, shifted)))
    assert (found.pairs, found.nowhere) == (0, True)
    assert validity_line(found).endswith("not aligned: valid with no kernels known")


def test_targets_ask_for_their_own_kernels():
    judged = Validity(1, (REFERENCE, ESP_NN))
    chips = {f"tflm-esp-nn{chip}" for chip in ("", "/esp32", "/esp32s3", "/esp32p4")}
    assert {target.name for target in TARGETS.values() if judged.holds(target)} == {"tflm-reference", *chips}
    assert Validity(1, JUDGED).holds(find_target("tflm"))


def test_only_plans_for_other_kernels_are_excused(planned):
    assert not_for_reference(planned) is None
    assert not_for_reference(zoo.build("paper")) is None
