"""Program -> text in C99; prints a program without further decisions."""

from arenite.codegen.text.files import Provenance, printed

__all__ = ["Provenance", "printed"]
