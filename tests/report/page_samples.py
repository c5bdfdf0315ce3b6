"""Values of pages for tests: of plans, and of two files that were not compared."""

from functools import cache

from hand_made import chain

from arenite import Options, zoo
from arenite.backends.target import TFLM
from arenite.report.optimize import as_json
from arenite.report.page import two_models
from arenite.runtimes.verification import not_verified
from arenite.search.optimization import optimize


@cache
def values_of(family, **options):
    """What `optimize --json` says of a model of the zoo."""
    return as_json(optimize(zoo.build(family), Options(effort="low", verify=False, **options)))


def values_of_files(source, result):
    """A page of two models without a search."""
    return two_models(source, result, TFLM, not_verified("not asked for"))


def long_chain(operators):
    """A chain with names as long as converters give."""
    made = chain([16] * (operators + 1))
    for number, tensor in enumerate(made.main.tensors):
        object.__setattr__(
            tensor, "name", f"functional_1/stage_{number // 100}/block_{number}/conv2d/Relu6;bias_{number}"
        )
    return made
