"""What people type and drop on pages stands in no log."""

import json
from collections.abc import Callable
from typing import Any

MARKS = {
    name: f"{name}标记词六一九" for name in ("query", "region", "background", "file", "document", "comment", "name")
}


def test_no_text_of_a_page_is_logged(visit: Callable[..., Any], server: Any, plan: dict[str, Any]) -> None:
    """The log is at debug: a search, a file, a rejection with its reason, a page there is not."""
    page = visit(f"/search?q={MARKS['query']}", name=MARKS["name"])
    page.locator("#main article.panel, #main .empty").first.wait_for()
    page.goto(f"{server.url}/corpus")
    content = f"# {MARKS['document']}\n\n支持保持架企业进园区。\n".encode()
    page.locator("input[type=file]").set_input_files(
        [
            {"name": f"{MARKS['file']}.md", "mimeType": "text/markdown", "buffer": content},
            {"name": f"{MARKS['file']}.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 torn"},
        ]
    )
    page.get_by_text(MARKS["document"]).first.wait_for()
    page.goto(f"{server.url}/plans/{plan['id']}/diagnosis")
    item = page.locator('.item[data-item^="gap/"]').first
    item.focus()
    page.keyboard.press("r")
    page.get_by_label("请写明退回理由").fill(MARKS["comment"])
    page.get_by_role("dialog").get_by_role("button", name="退回").click()
    item.locator(".state.rejected").wait_for()
    page.goto(f"{server.url}/{MARKS['region']}?background={MARKS['background']}")
    log = server.log.read_text("utf-8")
    found = [json.loads(line) for line in log.splitlines()]
    assert any(one.get("event") == "request" for one in found)
    said = json.dumps(found, ensure_ascii=False)
    for name, mark in MARKS.items():
        assert mark not in said, name
        assert mark not in log, name
