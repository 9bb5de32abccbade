"""Pictures of the pages for the documentation: `make pictures` writes docs/pictures/web-*.png.

A throw-away server with a sample region, some decisions made, and a browser: what the pictures show is what the pages are.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
from playwright.sync_api import Page, sync_playwright

from conftest import CHROMIUM, Server
from jumou.profile.samples import sample_profile
from jumou.settings import default_home

OUT = Path(__file__).resolve().parents[2] / "docs" / "pictures"


def decide(client: httpx.Client, plan_id: str, step: str, decision: str, item: str = "", comment: str = "") -> None:
    """A decision through the API, so that the pictures show more than one state."""
    place = f"/v1/plans/{plan_id}/steps/{step}"
    etag = client.get(f"{place}/items/{item}" if item else place).headers["ETag"]
    sent = {"decision": decision, "reviewer": "张工", "item_id": item, "comment": comment}
    client.post(f"{place}/reviews", json=sent, headers={"If-Match": etag}).raise_for_status()


def prepare(client: httpx.Client) -> str:
    """Three plans; the first with approved, rejected and stale items."""
    for name in ("mouding", "hefei", "changchun"):
        profile = sample_profile(name).model_dump(mode="json")
        plan = client.post("/v1/plans", json={"profile": profile, "created_by": "张工"}).raise_for_status().json()
    plan_id = str(plan["id"])
    decide(client, plan_id, "diagnosis", "approve")
    decide(client, plan_id, "positioning", "approve")
    for number in range(1, 8):
        decide(client, plan_id, "projects", "approve", f"project/P{number:02d}")
    decide(client, plan_id, "projects", "ask_again", "project/P09", "补充与既有园区的衔接")
    item = client.get(f"/v1/plans/{plan_id}/steps/projects/items/project/P01")
    client.patch(
        f"/v1/plans/{plan_id}/steps/projects", headers={"If-Match": item.headers["ETag"]},
        json={"item_id": "project/P01", "patch": {"merge": {"site": "长春汽车经济技术开发区，按“标准地”方式供应"}}, "reviewer": "李工", "approve": True},
    ).raise_for_status()  # fmt: skip
    chat = client.post("/v1/chats", json={"plan_id": plan_id, "created_by": "张工"}).raise_for_status().json()["id"]
    for text in ("柳州的新能源汽车有什么经验教训？", "请起草一条面向全国的愿景"):
        client.post(f"/v1/chats/{chat}/messages", json={"text": text, "author": "张工"}).raise_for_status()
        client.get(f"/v1/chats/{chat}/events").raise_for_status()  # ends with the answer
    return plan_id


def shoot(page: Page, name: str, *, top: str = "") -> None:
    """One picture of what is in the window, from the panel `top` on."""
    page.locator("#main").first.wait_for()
    page.wait_for_timeout(1200)
    if top:
        page.evaluate("(id) => { const e = document.getElementById(id); scrollTo(0, e.getBoundingClientRect().top + scrollY - 116); }", top)  # fmt: skip
        page.wait_for_timeout(500)
    page.screenshot(path=OUT / f"web-{name}.png")


def main() -> None:
    """All of them."""
    if CHROMIUM is None:
        sys.exit("chromium is not installed: apt install chromium")
    OUT.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="jumou-pictures-"))
    server = Server(default_home(), folder / "jumou.db")
    server.start()
    try:
        with httpx.Client(base_url=server.url, timeout=120) as client, sync_playwright() as playwright:
            plan = f"/plans/{prepare(client)}"
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])

            def visit(
                path: str, *, width: int = 1280, height: int = 860, dark: bool = False, language: str = "zh"
            ) -> Any:
                context = browser.new_context(viewport={"width": width, "height": height})
                chosen = {"jm_name": quote("张工"), "jm_language": language, "jm_dark": "1" if dark else "0"}
                context.add_cookies([{"name": key, "value": value, "url": server.url} for key, value in chosen.items()])
                page = context.new_page()
                page.goto(server.url + path)
                return page

            shoot(visit("/"), "plans")
            shoot(visit(plan), "board")
            shoot(visit(plan, dark=True, language="en"), "board-dark-en")
            shoot(visit(f"{plan}/diagnosis"), "diagnosis", top="special")
            shoot(visit(f"{plan}/diagnosis"), "chain", top="chain")
            shoot(visit(f"{plan}/positioning"), "vision", top="vision")
            shoot(visit(f"{plan}/projects"), "projects")
            shoot(visit(f"{plan}/implementation"), "roadmap")
            shoot(visit(f"{plan}/implementation", dark=True), "roadmap-dark")
            page = visit(f"{plan}/diagnosis")
            page.locator(".src").first.click()
            page.locator(".drawer.open mark").first.wait_for()
            shoot(page, "evidence")
            shoot(visit(plan, width=390, height=844), "board-390")
            shoot(visit(f"{plan}/diagnosis", width=390, height=844), "diagnosis-390")
            browser.close()
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
