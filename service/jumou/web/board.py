"""The board: four steps with their states, what the plan rests on, what is still to be collected."""

from jumou.web.plan_page import PlanPage


def build_board(page: PlanPage) -> None:
    """The content of the page."""
    page.section("board")
