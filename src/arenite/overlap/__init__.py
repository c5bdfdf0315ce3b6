"""Places buffers of which some may share bytes: an output and the input that it uses up, a view and its whole."""

from arenite.overlap.check import check
from arenite.overlap.problem import OverlapProblem, Relation
from arenite.overlap.relations import overlap_problem
from arenite.overlap.solution import OverlapSolution
from arenite.overlap.solver import solve

__all__ = ["OverlapProblem", "OverlapSolution", "Relation", "check", "overlap_problem", "solve"]
