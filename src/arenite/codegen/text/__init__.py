"""Program -> text in C99: prints what was decided, and decides nothing."""

from arenite.codegen.text.files import printed
from arenite.codegen.text.provenance import Provenance

__all__ = ["Provenance", "printed"]
