"""The operators that an interpreter needs for a model, and no others, so that no other kernel is linked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arenite.backends.reference.registered import CUSTOM, method, why_flex
from arenite.errors import ModelError

if TYPE_CHECKING:
    from arenite.model import Model


@dataclass(frozen=True, slots=True)
class Operators:
    """Contents of a resolver: TFLM `methods` to call, and the names of custom operators that TFLM lacks."""

    methods: tuple[str, ...]
    custom: tuple[str, ...]

    @property
    def count(self) -> int:
        """Entries of the resolver; at least 1, since C++ has no empty arrays."""
        return max(1, len(self.methods) + len(self.custom))


def operators(model: Model) -> Operators:
    """The operators of all graphs, sorted, since TFLM also looks up operators of graphs that never run.

    Raises:
        ModelError: TFLM has no kernel for builtin operators (the message names all of them) or for one of TensorFlow's.
    """
    used = {(operator.code, operator.custom_code) for graph in model.graphs for operator in graph.operators}
    custom = {name or "" for code, name in used if code == "CUSTOM"}
    builtin = {code for code, _ in used if code != "CUSTOM"}
    methods = {code: method(code) for code in builtin}
    missing = sorted(code for code, name in methods.items() if name is None)
    if missing:
        raise ModelError(f"{model.name}: TFLM has no kernel for {', '.join(missing)}; replace them in the model")
    for name in sorted(custom):
        why = why_flex(name)
        if why is not None:
            raise ModelError(f"{model.name}: TFLM has no kernel for {ascii(name)[1:-1]}: {why}")
    known = {name for name in methods.values() if name} | {CUSTOM[name] for name in custom if name in CUSTOM}
    return Operators(tuple(sorted(known)), tuple(sorted(custom - CUSTOM.keys())))


def resolver_header(used: Operators, name: str) -> str:
    """The header that defines the resolver: `NAME_Resolver` and `NAME_add_operators`."""
    functions = _functions(used, name)
    declarations = "".join(f"TFLMRegistration* {function}();\n" for function in functions.values())
    if declarations:
        declarations = (
            f"// Custom operators that TFLM does not have: the application defines these functions.\n{declarations}\n"
        )
    calls = [f"{method}()" for method in used.methods]
    calls += [f"AddCustom({_literal(custom)}, {function}())" for custom, function in functions.items()]
    body = "".join(f"  TF_LITE_ENSURE_STATUS(resolver.{call});\n" for call in calls) or "  (void)resolver;\n"
    return f"""\
// The operators of {name}, so that no other kernel is linked. Made by Arenite.
#ifndef {name.upper()}_RESOLVER_H_
#define {name.upper()}_RESOLVER_H_

#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"

{declarations}using {name}_Resolver = tflite::MicroMutableOpResolver<{used.count}>;

inline TfLiteStatus {name}_add_operators({name}_Resolver& resolver) {{
{body}  return kTfLiteOk;
}}

#endif
"""


def _functions(used: Operators, name: str) -> dict[str, str]:
    """Function name by custom operator of the application: the operator's name in characters that C allows."""
    functions: dict[str, str] = {}
    for custom in used.custom:
        letters = re.sub(r"[^0-9A-Za-z]+", "_", custom).strip("_") or "custom"
        function, number = f"{name}_register_{letters}", 2
        while function in functions.values():
            function, number = f"{name}_register_{letters}_{number}", number + 1
        functions[custom] = function
    return functions


def _literal(text: str) -> str:
    """A C string literal for any text. Octal escapes have three digits, so a following digit does not extend them."""
    characters = (
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\?' else f"\\{byte:03o}"
        for byte in text.encode("utf-8", "replace")
    )
    return f'"{"".join(characters)}"'
