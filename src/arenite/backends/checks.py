"""Building blocks for kernel limits: checks of one operator that return the reason for a refusal as text.

A place is the position of an input, or `OUTPUT` for the first output. A check passes if the operator lacks the place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from arenite.model import ElementType, Operator, Tensor

    Check = Callable[[Operator], str | None]
    """Returns why the kernel refuses the operator, as text; None if no reason is known."""

OUTPUT = -1
"""Place of the first output."""


def at(operator: Operator, place: int) -> Tensor | None:
    """The tensor at a place; None if the operator lacks the place."""
    if place == OUTPUT:
        return operator.outputs[0] if operator.outputs else None
    return operator.inputs[place] if place < len(operator.inputs) else None


def types(place: int, *allowed: ElementType) -> Check:
    """Check: the tensor at `place` has one of these types."""

    def check(operator: Operator) -> str | None:
        tensor = at(operator, place)
        if tensor is None or tensor.type in allowed:
            return None
        return f"{_name(place)} is {tensor.type.name}, but must be {_either([kind.name for kind in allowed])}"

    return check


def together(places: tuple[int, ...], *allowed: tuple[ElementType, ...]) -> Check:
    """Check: the tensors at these places have one of the allowed combinations of types."""

    def check(operator: Operator) -> str | None:
        found = [at(operator, place) for place in places]
        kinds = tuple(tensor.type for tensor in found if tensor is not None)
        if len(kinds) < len(places) or kinds in allowed:
            return None
        names = ", ".join(f"{_name(place)} is {kind.name}" for place, kind in zip(places, kinds, strict=True))
        return f"{names}, but must be {_either([' and '.join(kind.name for kind in row) for row in allowed])}"

    return check


def alike(*places: int) -> Check:
    """Check: the tensors at these places have the same type."""

    def check(operator: Operator) -> str | None:
        found = {place: tensor.type.name for place in places if (tensor := at(operator, place)) is not None}
        if len(set(found.values())) < 2:
            return None
        names = " and ".join(f"{_name(place)} is {kind}" for place, kind in found.items())
        return f"{names}, but they must be of one type"

    return check


def all_alike(operator: Operator) -> str | None:
    """Check: all inputs have the output's type."""
    return alike(*range(len(operator.inputs)), OUTPUT)(operator)


def rank(place: int, least: int, most: int) -> Check:
    """Check: the tensor at `place` has `least` to `most` dimensions."""

    def check(operator: Operator) -> str | None:
        tensor = at(operator, place)
        if tensor is None or least <= len(tensor.shape) <= most:
            return None
        allowed = (
            f"{least}" if least == most else f"at most {most}" if len(tensor.shape) > most else f"at least {least}"
        )
        return f"{_name(place)} has {len(tensor.shape)} dimensions, but must have {allowed}"

    return check


def ranks(most: int) -> Check:
    """Check: all inputs have at most `most` dimensions."""

    def check(operator: Operator) -> str | None:
        found = (rank(place, 0, most)(operator) for place in range(len(operator.inputs)))
        return next((why for why in found if why), None)

    return check


def constant(*places: int) -> Check:
    """Check: the inputs at these places are constants."""

    def check(operator: Operator) -> str | None:
        for place in places:
            tensor = at(operator, place)
            if tensor is not None and not tensor.constant:
                return f"{_name(place)} is computed, but must be a constant"
        return None

    return check


def inputs(most: int) -> Check:
    """Check: the operator has at most `most` inputs."""

    def check(operator: Operator) -> str | None:
        count = len(operator.inputs)
        return None if count <= most else f"it has {count} inputs, but may have at most {most}"

    return check


def no_activation(operator: Operator) -> str | None:
    """Check: the operator has no fused activation."""
    return "an activation is fused into it" if operator.options.get("fused_activation_function", 0) else None


def no_offset(*places: int) -> Check:
    """Check: the tensors at these places have the zero point 0 where they are quantized."""

    def check(operator: Operator) -> str | None:
        for place in places:
            tensor = at(operator, place)
            if tensor is not None and tensor.quantization is not None and any(tensor.quantization.zero_point[:1]):
                return f"{_name(place)} has the zero point {tensor.quantization.zero_point[0]}, but must have 0"
        return None

    return check


def one_scale(place: int) -> Check:
    """Check: the tensor at `place` is quantized per tensor, not per channel."""

    def check(operator: Operator) -> str | None:
        tensor = at(operator, place)
        if tensor is None or tensor.quantization is None or len(tensor.quantization.scale) < 2:
            return None
        return f"{_name(place)} is quantized for each channel, but must be quantized as a whole"

    return check


def scales(place: int, channels: int) -> Check:
    """Check: the tensor at `place` has one scale, or one per element of its dimension `channels`."""

    def check(operator: Operator) -> str | None:
        tensor = at(operator, place)
        if tensor is None or not -len(tensor.shape) <= channels < len(tensor.shape):
            return None
        found = len(tensor.quantization.scale) if tensor.quantization is not None else 0
        if found in (1, tensor.shape[channels]):
            return None
        return f"{_name(place)} has {found} scales, but must have 1 or {tensor.shape[channels]}"

    return check


def never(reason: str) -> Check:
    """Check that refuses every operator, for `reason`."""
    return lambda _: reason


def same_scale(*kinds: ElementType) -> Check:
    """Check, for outputs of these types: inputs of the same type have the output's scale and zero point."""

    def check(operator: Operator) -> str | None:
        output = at(operator, OUTPUT)
        if output is None or output.type not in kinds or output.quantization is None:
            return None
        for place, tensor in enumerate(operator.inputs):
            if tensor is None or tensor.type is not output.type or tensor.quantization is None:
                continue
            if _affine(tensor) != _affine(output):
                return f"{_name(place)} is quantized in another way than the output"
        return None

    return check


def _affine(tensor: Tensor) -> tuple[tuple[float, ...], tuple[int, ...]] | None:
    found = tensor.quantization
    return None if found is None else (found.scale[:1], found.zero_point[:1])


def _name(place: int) -> str:
    return "the output" if place == OUTPUT else f"input {place}"


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def where(kind: ElementType, check: Check) -> Check:
    """Apply a check only to operators whose output has the type `kind`."""

    def limited(operator: Operator) -> str | None:
        output = at(operator, OUTPUT)
        return check(operator) if output is not None and output.type is kind else None

    return limited


def each(codes: str, *checks: Check) -> dict[str, tuple[Check, ...]]:
    """Map each operator kind in `codes`, separated by spaces, to these checks."""
    return dict.fromkeys(codes.split(), checks)
