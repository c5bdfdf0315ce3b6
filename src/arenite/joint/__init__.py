"""Searches order and layout together where the best order alone has no layout as low as its peak."""

from arenite.joint.solution import JointSolution, check, layout_problem
from arenite.joint.solver import solve

__all__ = ["JointSolution", "check", "layout_problem", "solve"]
