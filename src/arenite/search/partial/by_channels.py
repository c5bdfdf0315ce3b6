"""Channel region -> the way to execute it in groups of channels, and a lower bound in bytes on its head."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from arenite.operators.liveness import align, head_bytes
from arenite.rewrite.channels import channel_plan
from arenite.search.partial.ways import usual_numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

    from arenite.backends import Backend
    from arenite.model import Operator, Tensor
    from arenite.rewrite.channels import ChannelPlan, ChannelRegion
    from arenite.rewrite.channels.plan import Part


class ByChannels:
    """A region in channel groups of about the same size, which recompute nothing.

    `staying`: inputs of the region that later operators read. If `kernels` allow an output to overlap an input that
    ends with the operator, only the larger of the two counts.
    """

    def __init__(self, region: ChannelRegion, staying: Set[Tensor], kernels: Backend) -> None:
        self.region = region
        self.staying = staying
        self.kernels = kernels
        self._floors: dict[int, int] = {}

    @property
    def most(self) -> int:
        """The largest number of groups: the equal pieces that the channels can be cut into."""
        return self.region.pieces

    @property
    def pays(self) -> bool:
        """Whether groups can save memory: some inner tensor is larger than all outputs of the region together."""
        widest = max((tensor.bytes for tensor in self.region.inner), default=0)
        return self.most > 1 and widest > sum(tensor.bytes for tensor in self.region.outputs)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of groups to try."""
        return usual_numbers(self.most)

    def plan(self, number: int) -> ChannelPlan:
        """The plan of `number` groups, which differ by at most one piece."""
        return channel_plan(self.region, number)

    def extra_macs(self, number: int) -> int:
        """0: channel groups recompute nothing."""
        del number
        return 0

    def floor(self, number: int) -> int:
        """The most bytes alive at once in `number` groups, or while their results are joined."""
        if number not in self._floors:
            groups = self.plan(number).groups
            done, most = 0, 0
            for group, part in enumerate(groups):
                most = max(most, done + max(self._group(part, last=group + 1 == len(groups)), default=0))
                done += sum(_bytes(tensor, part) for tensor in self.region.outputs)
            self._floors[number] = max(most, done + self._joined())
        return self._floors[number]

    def _group(self, part: Part, *, last: bool) -> Iterator[int]:
        """Yield the bytes alive at every operator of a group, without the results of earlier groups."""
        region = self.region
        readers = {tensor: operator for operator in region.operators for tensor in operator.inputs if tensor}
        staying = [tensor for tensor in region.inputs if not last or tensor in self.staying]
        alive = {tensor: head_bytes(tensor) for tensor in region.inputs}
        for operator in region.operators:
            output = _bytes(operator.outputs[0], part)
            ending = [
                tensor
                for tensor in dict.fromkeys(operator.inputs)
                if tensor in alive and readers[tensor] is operator and tensor not in (*staying, *region.outputs)
            ]
            shared = max((alive[each] for each in ending if each and self._may_share(operator, each)), default=0)
            yield sum(alive.values()) + output - min(shared, output)
            for tensor in ending:
                del alive[tensor]
            alive[operator.outputs[0]] = output

    def _joined(self) -> int:
        """Bytes alive while results are joined, beside the groups' results.

        A result whose outer dimensions are all 1 needs no copy: its groups are contiguous and lie in it.
        """
        copied = (tensor.bytes for tensor in self.region.outputs if prod(tensor.shape[:-1]) > 1)
        stay = sum(head_bytes(tensor) for tensor in self.region.inputs if tensor in self.staying)
        return stay + max(copied, default=0)

    def _may_share(self, operator: Operator, source: Tensor) -> bool:
        may = self.kernels.overlap(operator, source, operator.outputs[0])
        return may.distance is not None or bool(may.exactly)


def _bytes(tensor: Tensor, part: Part) -> int:
    """Bytes, rounded up, of the given part of a tensor's channels."""
    return align(prod(part.shape(tensor, len(tensor.shape) - 1)) * tensor.type.bytes)
