"""The worked example of arXiv 1910.05110 (Liberis and Lane, 2019), figure 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arenite.operators.windows import VALID
from arenite.zoo.builder import Builder

if TYPE_CHECKING:
    from arenite.model import Model


def paper(*, seed: int = 0) -> Model:
    """Seven operators, with a peak of 5,216 bytes as filed and of 4,960 bytes in the best order (1, 4, 6, 2, 3, 5, 7).

    Tensors 0 to 7 have the paper's sizes: 1568, 3136, 1568, 512, 512, 256, 256 and 512 bytes. The paper gives sizes
    only; shapes and kinds of operators are chosen to match them.
    """
    net = Builder("paper", seed)
    tensor0 = net.input(14, 14, 8)
    tensor1 = net.conv(tensor0, 16, "tensor1")
    tensor2 = net.conv(tensor1, 8, "tensor2")
    tensor3 = net.conv(tensor2, 8, "tensor3", kernel=7, padding=VALID)
    tensor4 = net.conv(tensor1, 8, "tensor4", kernel=7, padding=VALID)
    tensor5 = net.conv(tensor3, 4, "tensor5")
    tensor6 = net.conv(tensor4, 4, "tensor6")
    return net.model(net.concat([tensor5, tensor6], "tensor7"))
