"""Values of `optimize --json` -> one HTML page that needs nothing else: the map of addresses, tables, proof, commands.

    Plan, two models, or a saved plan --contents--> values --page--> HTML

Python writes the prose, escaped. The maps and tables are drawn by `page.js` from the data that the page holds.
"""

from arenite.report.page.page import page
from arenite.report.page.saved import read_plan
from arenite.report.page.two_models import two_models

__all__ = ["page", "read_plan", "two_models"]
