"""A script that answers every task of the drafter properly: it reads the ids, figures and quotes it is shown, and uses them.

Its texts are the drafts it is shown with an opening of its own, so that one sees which sentences it wrote.
"""

import html
import re
from collections.abc import Mapping
from typing import Any, Final

from jumou.testing.model_server import Request, Words

_TASK: Final = re.compile(r'<task id="([\w/]+)"')
_ITEM: Final = re.compile(
    r'<item id="([^"]+)" title="([^"]*)" longest="(\d+)">\n<draft>(.*?)</draft>\n(.*?)</item>', re.DOTALL
)
_QUOTED: Final = re.compile(r'<quoted passage="([^"]+)">(.*?)</quoted>', re.DOTALL)
_FAILED: Final = re.compile(r'<failed id="([^"]+)"')
_CANDIDATE: Final = re.compile(r'<candidate id="([^"]+)">')


def task_of(request: Request) -> str:
    """The id of the prompt a request was made from; empty when it is none of ours."""
    found = _TASK.search(request.text)
    return found[1] if found else ""


def items_of(request: Request) -> list[dict[str, Any]]:
    """The items a request asks for: id, title, longest, draft, quotes. Of a repair, only those that failed."""
    failed = set(_FAILED.findall(request.text))
    return [
        {
            "id": html.unescape(name), "title": title, "longest": int(longest), "draft": draft,
            "quotes": [{"passage": passage, "quote": quote} for passage, quote in _QUOTED.findall(rest)],
        }
        for name, title, longest, draft, rest in _ITEM.findall(request.last)
        if not failed or name in failed
    ]  # fmt: skip


def good_answers(request: Request) -> Mapping[str, Any] | Words:
    """The proper answer to a request of the drafter, to the probe of abilities, and a sentence to anything else."""
    task = task_of(request)
    if task == "probe":
        return {"word": "聚谋", "number": 4}
    if task == "position/choose":
        return {"id": _CANDIDATE.findall(request.last)[0]}
    items = items_of(request)
    if items:
        chinese = "\n任务：" in request.last
        return {"items": [good_item(item, chinese=chinese) for item in items]}
    if request.body.get("tools"):
        tool = request.body["tools"][0]["function"]
        return Words(calls=((tool["name"], dict.fromkeys(tool["parameters"].get("required", ()), "产业")),))
    return Words("好。")


def good_item(item: Mapping[str, Any], *, chinese: bool = True) -> dict[str, Any]:
    """A text for one item: its draft behind an opening, when that is not too long, and its quotes."""
    draft = str(item["draft"])
    opening = "经研判，" if chinese else "On review: "
    text = draft if len(draft) + 3 * len(opening) > int(item["longest"]) else opening + draft
    return {"id": item["id"], "text": text, "quotes": item["quotes"]}
