"""Kernels that are written once for several types: which there are, and what their templates become.

A template in `kernels/templates/` is C with names such as $ELEMENT in it. A kernel of the table below is its template
with every such name replaced, so that what is exported is plain C:

    $ELEMENT best = *x;   -->   int8_t best = *x;
"""

from __future__ import annotations

from importlib.resources import files
from re import RegexFlag
from string import Template
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Words = Mapping[str, str]

S8 = {"ELEMENT": "int8_t", "VALUES": "int8", "LOWEST": "-128", "HIGHEST": "127"}
S16 = {"ELEMENT": "int16_t", "VALUES": "int16", "LOWEST": "-32768", "HIGHEST": "32767"}
S32 = {"ELEMENT": "int32_t", "VALUES": "int32", "LOWEST": "-2147483647 - 1", "HIGHEST": "2147483647"}
U8 = {"ELEMENT": "uint8_t", "VALUES": "uint8"}
F32 = {"ELEMENT": "float", "VALUES": "float"}
TYPES = MappingProxyType({"s8": S8, "s16": S16, "s32": S32, "u8": U8, "f32": F32})
"""What types of values are called in C and in comments, and the range of those that saturate; by suffix of kernels."""

EXTREMES = MappingProxyType({"max": ">", "min": "<"})
"""How a value is to the best one so far that is better."""


class _Template(Template):
    """Names are in capitals, so that `$KERNEL_t` is the name KERNEL and then `_t`."""

    idpattern = "[A-Z]+"
    flags = RegexFlag(0)


def expanded(template: str, kernel: str, words: Words) -> str:
    """The text of a template's file for a kernel.

    Args:
        template: the file's name, such as `extreme.h`.
        kernel: the kernel's name, such as `maximum_s8`.
        words: what stands for the names in the template, beside KERNEL and CAPITALS.

    Raises:
        KeyError: the template has a name that nothing stands for.
    """
    text = (files("arenite.codegen") / "kernels" / "templates" / template).read_text("ascii")
    return _Template(text).substitute(words, KERNEL=kernel, CAPITALS=kernel.upper())


def _by_type(kernel: str, *suffixes: str, **words: Words) -> Iterator[tuple[str, Words]]:
    """Kernels `<kernel>_<suffix>`; `words` are further ones by suffix."""
    for suffix in suffixes:
        yield f"{kernel}_{suffix}", {**TYPES[suffix], **words.get(suffix, {})}


def _arg_extremes() -> Iterator[tuple[str, Words]]:
    best = {"max": "largest", "min": "smallest"}
    for which, comparison in EXTREMES.items():
        own = {"OPERATOR": f"ARG_{which.upper()}", "COMPARISON": comparison, "BEST": best[which]}
        for suffix in ("s8", "f32"):
            words = {**TYPES[suffix], **own}
            yield f"arg_{which}_{suffix}", {**words, "INDEX": "int32_t", "NOTE": ""}
            yield f"arg_{which}_{suffix}_s64", {**words, "INDEX": "int64_t", "NOTE": ", to int64"}


def _extremes() -> Iterator[tuple[str, Words]]:
    for which, comparison in EXTREMES.items():
        own = {"OPERATOR": f"{which.upper()}IMUM", "COMPARISON": comparison}
        for suffix in ("s8", "s16", "s32", "f32"):
            yield f"{which}imum_{suffix}", {**TYPES[suffix], **own}


def _reduced_extremes() -> Iterator[tuple[str, Words]]:
    for which, comparison in EXTREMES.items():
        own = {"OPERATOR": f"REDUCE_{which.upper()}", "COMPARISON": comparison}
        for suffix in ("s8", "f32"):
            yield f"reduce_{which}imum_{suffix}", {**TYPES[suffix], **own}


def _requantized() -> Iterator[tuple[str, Words]]:
    pairs = ("s16_s16", "s16_s32", "s16_s8", "s32_s16", "s32_s8", "s8_s16", "s8_s32")
    for source, target in (pair.split("_") for pair in pairs):
        yield f"requantize_{source}_{target}", {**TYPES[target], "SOURCE": TYPES[source]["VALUES"]}


_SMALLEST_FLOAT = "-3.402823466e+38f"
_FINE = {"STEPS": "65536", "BITS": "15", "NOTE": ""}
_COARSE = {"STEPS": "256", "BITS": "23", "NOTE": " The output may lie exactly on the input."}

_KERNELS: Mapping[str, Iterator[tuple[str, Words]]] = {
    "add": _by_type("add", "s8", "s16", s8={"BITS": "20"}, s16={"BITS": "15"}),
    "arg_extreme": _arg_extremes(),
    "arithmetic_f32": iter(
        (
            ("add_f32", {"OPERATOR": "ADD", "SIGN": "+"}),
            ("divide_f32", {"OPERATOR": "DIV", "SIGN": "/"}),
            ("multiply_f32", {"OPERATOR": "MUL", "SIGN": "*"}),
            ("subtract_f32", {"OPERATOR": "SUB", "SIGN": "-"}),
        )
    ),
    "average_pool": _by_type("average_pool", "s8", "s16"),
    "compare": _by_type("compare", "s32", "f32"),
    "dequantize": ((f"{kernel}_f32", words) for kernel, words in _by_type("dequantize", "s8", "s16", "u8")),
    "extreme": _extremes(),
    "max_pool": _by_type(
        "max_pool",
        *("s8", "s16", "f32"),
        s8={"SUM": "int32_t", "LEAST": "-32768"},
        s16={"SUM": "int32_t", "LEAST": "-32768"},
        f32={"SUM": "float", "LEAST": _SMALLEST_FLOAT},
    ),
    "mean": _by_type("mean", "s8", "s16"),
    "multiply": _by_type("multiply", "s8", "s16"),
    "quantize": _by_type("quantize_f32", "s8", "s16"),
    "reduce_extreme": _reduced_extremes(),
    "requantize": _requantized(),
    "softmax": iter((("softmax_s8", {**S8, **_COARSE}), ("softmax_s8_s16", {**S16, **_FINE}))),
    "squared_difference": _by_type("squared_difference", "s8", "s16", s8={"BITS": "7"}, s16={"BITS": "0"}),
    "svdf": _by_type("svdf", "s8", "s16"),
}

KERNELS: Mapping[str, tuple[str, Words]] = MappingProxyType(
    {kernel: (template, words) for template, found in _KERNELS.items() for kernel, words in found}
)
"""Template and words of each kernel that is not a file of its own."""
