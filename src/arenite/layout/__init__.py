"""Places buffers with lifetimes at addresses, in as few bytes as can be proven."""

from arenite.layout.check import check
from arenite.layout.problem import Buffer, Exhausted, Problem, Solution
from arenite.layout.solver import solve

__all__ = ["Buffer", "Exhausted", "Problem", "Solution", "check", "solve"]
