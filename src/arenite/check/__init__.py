"""Whether an answer is right. Nothing here uses code of the solvers."""
