"""Order of the operators with the smallest peak, with a lower bound and its proof."""

from arenite.schedule.options import SearchOptions
from arenite.schedule.problem import Problem, Tensor
from arenite.schedule.solve import Schedule, Statistics, solve

__all__ = ["Problem", "Schedule", "SearchOptions", "Statistics", "Tensor", "solve"]
