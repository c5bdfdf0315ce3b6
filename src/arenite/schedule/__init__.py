"""Order of the operators with the smallest peak, with a lower bound and its proof."""

from arenite.schedule.options import SearchOptions
from arenite.schedule.problem import Problem, Relief, Tensor
from arenite.schedule.solve import Schedule, Statistics, solve

__all__ = ["Problem", "Relief", "Schedule", "SearchOptions", "Statistics", "Tensor", "solve"]
