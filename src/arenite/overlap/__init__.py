"""Orders operators and places buffers where some may share bytes: an output and the input it uses up, views."""

from arenite.overlap.check import check
from arenite.overlap.every_order import every_order_bound, order_bound
from arenite.overlap.jointly import JointOverlapSolution, solve_jointly
from arenite.overlap.limits import pressing, within_limits
from arenite.overlap.ordering import overlap_ordering_problem
from arenite.overlap.problem import OverlapProblem, Relation
from arenite.overlap.relations import overlap_problem, views_of_inputs
from arenite.overlap.reordering import OverlapReordering, reorder_with_overlap
from arenite.overlap.solution import OverlapSolution
from arenite.overlap.solver import solve, solve_within

__all__ = [
    "JointOverlapSolution",
    "OverlapProblem",
    "OverlapReordering",
    "OverlapSolution",
    "Relation",
    "check",
    "every_order_bound",
    "order_bound",
    "overlap_ordering_problem",
    "overlap_problem",
    "pressing",
    "reorder_with_overlap",
    "solve",
    "solve_jointly",
    "solve_within",
    "views_of_inputs",
    "within_limits",
]
