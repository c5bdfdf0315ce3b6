"""Program -> text in C99; prints a program without further decisions."""

from arenite.codegen.text.files import printed
from arenite.codegen.text.provenance import Provenance

__all__ = ["Provenance", "printed"]
