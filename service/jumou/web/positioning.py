"""(being built)"""

from jumou.web.plan_page import PlanPage


def build_positioning(page: PlanPage) -> None:
    """The content of the page."""
