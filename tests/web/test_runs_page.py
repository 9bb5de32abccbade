"""The list of runs in a browser: how far they are, why they failed, cancelled and tried again."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from .conftest import connected

PROFILE = {"name": "常山县", "industry": "轴承"}


@pytest.fixture
def failed(server: Any) -> str:
    """A run that failed: its plan ends before it begins."""
    asked = {"profile": PROFILE, "start_year": 2031, "horizon": 2030, "created_by": "安工"}
    assert httpx.post(f"{server.url}/v1/plans", json=asked, timeout=120).status_code == 422
    found = httpx.get(f"{server.url}/v1/runs", params={"state": "failed", "kind": "plan"}, timeout=60).json()["runs"]
    return str(found[0]["id"])


def test_a_failed_run_says_why_and_is_tried_again(visit: Callable[..., Any], server: Any, failed: str) -> None:
    told = httpx.get(f"{server.url}/v1/runs/{failed}", timeout=60).json()["failure"]
    page = visit("/")
    page.locator("nav a", has_text="任务").click()
    page.locator(".filters a", has_text="失败").click()
    row = page.locator(f"#run-{failed}")
    row.locator(".state.rejected").wait_for()
    assert told["message_zh"] in row.inner_text()
    assert "常山县" in row.inner_text()
    page.goto(f"{server.url}/runs")
    connected(page)
    row.get_by_role("button", name="重做").click()
    row.get_by_text("第 2 次").wait_for()
    row.locator(".state.rejected").wait_for()  # the reason is still there, and so is the failure
    assert httpx.get(f"{server.url}/v1/runs/{failed}", timeout=60).json()["attempt"] == 2
    english = visit("/runs?state=failed", language="en")
    assert told["message_en"] in english.locator(f"#run-{failed}").inner_text()


def test_a_run_under_way_shows_how_far_it_is_and_is_cancelled(visit: Callable[..., Any], server: Any) -> None:
    """A batch that is long enough to be met under way; what it had drafted stays."""
    asked = {"profiles": [{**PROFILE, "name": f"第{n}县"} for n in range(400)]}
    accepted = httpx.post(f"{server.url}/v1/project-lists:batch", json=asked, timeout=120)
    batch = accepted.json()["batch"]["id"]
    page = visit("/runs?state=running", language="en")
    row = page.locator(f"#run-{batch}")
    row.locator("[role=progressbar][aria-valuemax='400']").wait_for()
    connected(page)
    row.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Cancel the run").click()
    row.wait_for(state="detached")  # it is none of those under way any more
    page.goto(f"{server.url}/runs?state=cancelled")
    row.get_by_text("projects.xlsx").wait_for()
    assert row.get_by_role("button", name="Retry").count() == 1
    assert httpx.get(f"{server.url}/v1/runs/{batch}", timeout=60).json()["state"] == "cancelled"


def test_times_are_the_readers_own(visit: Callable[..., Any], server: Any, failed: str) -> None:
    accepted = datetime.fromisoformat(httpx.get(f"{server.url}/v1/runs/{failed}", timeout=60).json()["created_at"])
    for zone in ("Asia/Shanghai", "America/New_York"):
        page = visit("/runs?state=failed", zone=zone)
        shown = page.locator(f"#run-{failed} time").first
        shown.and_(page.locator("[title]")).wait_for()
        assert shown.inner_text() == f"{accepted.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
        assert shown.get_attribute("title") == f"{accepted:%Y-%m-%d %H:%M} UTC"


def test_a_plan_that_is_done_is_a_step_away(visit: Callable[..., Any], plan: dict[str, Any]) -> None:
    page = visit("/runs?state=done", width=390)
    row = page.locator(f"#run-{plan['id']}")
    row.get_by_role("link").first.click()
    page.wait_for_url(f"**/plans/{plan['id']}")


def test_words_say_so_where_there_is_nothing(visit: Callable[..., Any]) -> None:
    page = visit("/runs?state=waiting", language="en")
    page.get_by_text("No runs in this state").wait_for()
