"""The picture of a frontier."""

import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace

from arenite.report.explore_plot import draw
from arenite.report.picture import PictureFile


def point(kib, macs):
    return SimpleNamespace(arena_bytes=1024 * kib, head_bytes=512 * kib, macs=macs)


def test_labels_of_near_points_do_not_lie_on_each_other():
    found = SimpleNamespace(
        source=SimpleNamespace(name="net"),
        target=SimpleNamespace(name="tflm"),
        minimize="arena",
        before=point(100, 1000),
        points=(point(99, 1000), point(98, 1001), point(50, 1100)),
    )
    root = ET.fromstring(draw(found, PictureFile(Path("x.svg"))))
    texts = ["".join(each.itertext()) for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"0, 1", "2"} <= set(texts)
    assert "net for target tflm" in texts
