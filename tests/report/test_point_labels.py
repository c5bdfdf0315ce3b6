"""Labels of the points of a frontier, of which none lies on another."""

from hypothesis import given
from hypothesis import strategies as st

from arenite.report.point_labels import point_labels


def test_near_points_have_one_label():
    places = [(0, 100), (1, 99), (50, 98), (50.5, 97.5), (51, 97), (51.5, 40)]
    assert point_labels(places, (10, 5)) == [((0, 100), "0, 1"), ((50, 98), "2 to 4"), ((51.5, 40), "5")]


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=20))
def test_no_label_lies_on_another(steps):
    places = [(0, 0)]
    for across, down in steps:
        places.append((places[-1][0] + across, places[-1][1] - down))
    labels = [place for place, _ in point_labels(places, (30, 20))]
    assert all(
        abs(x - right) >= 30 or abs(y - down) >= 20
        for number, (x, y) in enumerate(labels)
        for right, down in labels[:number]
    )
