"""Kernels written once for several types or operators: the table of kernels, and the expansion of templates.

A template in `kernels/templates/` is C with names such as $ELEMENT, and with sections for some of its kernels. A
section begins with `$FOR` and the names of its kernels, which may be shell patterns. It ends at the next section or at
`$ALL`, which is followed by lines for all kernels. To expand a kernel of the table below, every name is replaced and
the sections of other kernels are dropped, so that exported files are plain C. For the kernel `mean_s8`:

    $ELEMENT best = *x;                   int8_t best = *x;
    $FOR *_f32
    best /= count;                  -->
    $FOR *_s8
    best = rounded(best, count);          best = rounded(best, count);
    $ALL
    return best;                          return best;
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from importlib.resources import files
from re import RegexFlag
from string import Template
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Words = Mapping[str, str]

_INT = {"SUM": "int32_t", "WIDE": "int32_t", "WEIGHT": "int8_t"}
S8 = {**_INT, "TYPE": "s8", "ELEMENT": "int8_t", "VALUES": "int8", "LOWEST": "-128", "HIGHEST": "127"}
S16 = {**_INT, "TYPE": "s16", "ELEMENT": "int16_t", "VALUES": "int16", "LOWEST": "-32768", "HIGHEST": "32767"}
S16["WIDE"] = "int64_t"
S32 = {**_INT, "ELEMENT": "int32_t", "VALUES": "int32", "LOWEST": "-2147483647 - 1", "HIGHEST": "2147483647"}
S64 = {"ELEMENT": "int64_t", "VALUES": "int64"}
U8 = {"ELEMENT": "uint8_t", "VALUES": "uint8"}
F32 = {"TYPE": "f32", "ELEMENT": "float", "VALUES": "float", "SUM": "float", "WIDE": "float", "WEIGHT": "float"}
TYPES = MappingProxyType({"s8": S8, "s16": S16, "s32": S32, "s64": S64, "u8": U8, "f32": F32})
"""Replacements of template names by value type, by suffix of kernels: the C type and the type's name in comments, the
range of saturated values, the C types of sums, of sums of products with weights, and of the weights."""


class _Template(Template):
    """Template names are capital letters only, so that `$KERNEL_t` is the name KERNEL followed by `_t`."""

    idpattern = "[A-Z]+"
    flags = RegexFlag(0)


def expanded(template: str, kernel: str, words: Words) -> str:
    """Expand a template file for a kernel.

    Args:
        template: name of the file, such as `elementwise.h`.
        kernel: name of the kernel, such as `maximum_s8`.
        words: replacements of the template's names other than KERNEL.

    Raises:
        KeyError: the template has a name without a replacement.
    """
    text = (files("arenite.codegen") / "kernels" / "templates" / template).read_text("ascii")
    lines = "".join(_lines_for(kernel, text))
    return _Template(lines).substitute(words, KERNEL=kernel)


def _lines_for(kernel: str, text: str) -> Iterator[str]:
    """Lines of a template outside sections, and in the sections of the kernel."""
    wanted = True
    for line in text.splitlines(keepends=True):
        word, *patterns = line.split() or [""]
        if word == "$FOR":
            wanted = any(fnmatchcase(kernel, pattern) for pattern in patterns)
        elif word == "$ALL":
            wanted = True
        elif wanted:
            yield line


def _by_type(kernel: str, suffixes: str, **words: str) -> Iterator[tuple[str, Words]]:
    """Kernels `<kernel>_<suffix>`; `words` are the replacements that they share."""
    for suffix in suffixes.split():
        yield f"{kernel}_{suffix}", {**TYPES[suffix], **words}


def _arg_extremes() -> Iterator[tuple[str, Words]]:
    for which, comparison, best in (("max", ">", "largest"), ("min", "<", "smallest")):
        own = {"OPERATOR": f"ARG_{which.upper()}", "COMPARISON": comparison, "BEST": best}
        for kernel, words in _by_type(f"arg_{which}", "s8 f32", **own):
            yield kernel, {**words, "INDEX": "int32_t", "NOTE": ""}
            yield f"{kernel}_s64", {**words, "INDEX": "int64_t", "NOTE": ", to int64"}


_COMPARISONS = "EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER and GREATER_EQUAL"
_BROADCAST = " with broadcasting"
_SLOPE = "; the second input is the slope"


def _elementwise() -> Iterator[tuple[str, Words]]:
    yield from _by_type("add", "s8", OPERATOR="ADD and SUB", DETAIL=_BROADCAST, BITS="20")
    yield from _by_type("add", "s16", OPERATOR="ADD and SUB", DETAIL=_BROADCAST, BITS="15")
    yield from _by_type("add", "s32", OPERATOR="ADD and SUB", DETAIL=f", modulo 2^32,{_BROADCAST}")
    yield from _by_type("add", "f32", OPERATOR="ADD", DETAIL=_BROADCAST)
    yield from _by_type("compare", "s8 s32 s64 u8 f32", OPERATOR=_COMPARISONS, DETAIL=_BROADCAST)
    yield from _by_type("divide", "s8", OPERATOR="DIV", DETAIL=_BROADCAST)
    yield from _by_type("divide", "s32", OPERATOR="DIV", DETAIL=f", toward zero,{_BROADCAST}")
    yield from _by_type("divide", "f32", OPERATOR="DIV", DETAIL=_BROADCAST)
    yield from _by_type("floor_divide", "f32", OPERATOR="FLOOR_DIV", DETAIL=_BROADCAST)
    yield from _by_type("floor_modulo", "f32", OPERATOR="FLOOR_MOD", DETAIL=_BROADCAST)
    yield from _by_type("logical_and", "u8", OPERATOR="LOGICAL_AND", DETAIL=_BROADCAST)
    yield from _by_type("logical_or", "u8", OPERATOR="LOGICAL_OR", DETAIL=_BROADCAST)
    yield from _by_type("maximum", "s8 s16 s32 s64 f32", OPERATOR="MAXIMUM", DETAIL=_BROADCAST)
    yield from _by_type("minimum", "s8 s16 s32 s64 f32", OPERATOR="MINIMUM", DETAIL=_BROADCAST)
    yield from _by_type("multiply", "s8 s16 f32", OPERATOR="MUL", DETAIL=_BROADCAST)
    yield from _by_type("multiply", "s32", OPERATOR="MUL", DETAIL=f", modulo 2^32,{_BROADCAST}")
    yield from _by_type("prelu", "s8 s16 f32", OPERATOR="PRELU", DETAIL=_SLOPE)
    yield from _by_type("squared_difference", "s8", OPERATOR="SQUARED_DIFFERENCE", DETAIL=_BROADCAST, BITS="7")
    yield from _by_type("squared_difference", "s16", OPERATOR="SQUARED_DIFFERENCE", DETAIL=_BROADCAST, BITS="0")
    yield from _by_type(
        "squared_difference", "s32", OPERATOR="SQUARED_DIFFERENCE", DETAIL=f", modulo 2^32,{_BROADCAST}"
    )
    yield from _by_type("squared_difference", "f32", OPERATOR="SQUARED_DIFFERENCE", DETAIL=_BROADCAST)
    yield from _by_type("subtract", "f32", OPERATOR="SUB", DETAIL=_BROADCAST)


FUNCTIONS = ("abs", "ceil", "cos", "elu", "exp", "floor", "log", "neg", "round", "rsqrt", "sin", "sqrt", "square")
"""Functions of one float, whose kernels and operators have the same name."""


def _maps() -> Iterator[tuple[str, Words]]:
    limits = "float lowest, float highest, "
    for kernel in FUNCTIONS:
        yield from _by_type(kernel, "f32", OPERATOR=kernel.upper(), OPTIONS="")
    yield from _by_type("clamp", "f32", OPERATOR="RELU, RELU6 and RELU_N1_TO_1", OPTIONS=limits)
    yield from _by_type("hard_swish", "f32", OPERATOR="HARD_SWISH", OPTIONS="")
    yield from _by_type("leaky_relu", "f32", OPERATOR="LEAKY_RELU", OPTIONS="float slope, ")
    yield from _by_type("logistic", "f32", OPERATOR="LOGISTIC", OPTIONS="")
    yield from _by_type("tanh", "f32", OPERATOR="TANH", OPTIONS="")


def _pools() -> Iterator[tuple[str, Words]]:
    yield from _by_type("average_pool", "s8 s16 f32", OPERATOR="AVERAGE_POOL_2D")
    yield from _by_type("l2_pool", "f32", OPERATOR="L2_POOL_2D")
    yield from _by_type("max_pool", "s8 s16 f32", OPERATOR="MAX_POOL_2D")


def _reductions() -> Iterator[tuple[str, Words]]:
    yield from _by_type("mean", "s8 s16 f32", OPERATOR="MEAN and SUM")
    yield from _by_type("reduce_maximum", "s8 f32", OPERATOR="REDUCE_MAX")
    yield from _by_type("reduce_minimum", "s8 f32", OPERATOR="REDUCE_MIN")
    yield from _by_type("reduce_minimum", "u8", OPERATOR="REDUCE_ALL")


def _requantized() -> Iterator[tuple[str, Words]]:
    pairs = ("s16_s16", "s16_s32", "s16_s8", "s32_s16", "s32_s8", "s8_s16", "s8_s32")
    for source, target in (pair.split("_") for pair in pairs):
        yield f"requantize_{source}_{target}", {**TYPES[target], "SOURCE": TYPES[source]["VALUES"]}


_FINE = {"STEPS": "65536", "BITS": "15", "NOTE": ""}
_COARSE = {"STEPS": "256", "BITS": "23", "NOTE": " The output may lie exactly on the input."}

_KERNELS: Mapping[str, Iterator[tuple[str, Words]]] = {
    "add_pixels": _by_type("add_pixels", "s8 s16"),
    "arg_extreme": _arg_extremes(),
    "average_sums": _by_type("average_sums", "s8 s16"),
    "broadcast_args": _by_type("broadcast_args", "s32 s64"),
    "conv": _by_type("conv", "s8 s16 f32"),
    "depthwise": _by_type("depthwise", "s8 s16 f32"),
    "dequantize": ((f"{kernel}_f32", words) for kernel, words in _by_type("dequantize", "s8 s16 u8")),
    "elementwise": _elementwise(),
    "fully_connected": _by_type("fully_connected", "s8 s16 f32"),
    "lstm": _by_type("lstm", "s8 s16 f32"),
    "map_f32": _maps(),
    "matmul": _by_type("matmul", "s8 s16 f32"),
    "overlap_add": _by_type("overlap_add", "s16 f32"),
    "placed_copy": ((kernel, {}) for kernel in ("slice", "update_slice")),
    "pool": _pools(),
    "quantize": _by_type("quantize_f32", "s8 s16"),
    "real_fft": ((kernel, S16) for kernel in ("signal_rfft_s16", "signal_irfft_s16")),
    "reduce": _reductions(),
    "requantize": _requantized(),
    "resize_bilinear": _by_type("resize_bilinear", "s8 f32"),
    "inverted_bottleneck": iter(
        (f"inverted_bottleneck_{order}s_s8", {"ORDER": order, "PLURAL": f"{order}s"}) for order in ("row", "column")
    ),
    "running_sum": _by_type("running_sum", "s8 f32", OPERATOR="CUMSUM"),
    "softmax": iter((("softmax_s8", {**S8, **_COARSE}), ("softmax_s8_s16", {**S16, **_FINE}))),
    "svdf": _by_type("svdf", "s8 s16"),
    "transpose_conv": _by_type("transpose_conv", "s8 s16 f32"),
}

KERNELS: Mapping[str, tuple[str, Words]] = MappingProxyType(
    {kernel: (template, words) for template, found in _KERNELS.items() for kernel, words in found}
)
"""Template and replacements of each kernel that is expanded from a template."""
