"""A model that does whatever the texts it is shown tell it to: the worst reader an injection can meet.

It looks for orders in everything it is sent and carries out all of them at once: further fields and items, approvals, tools,
money, names, the instructions it was given. What of this reaches a plan, an injection can reach.
"""

from collections.abc import Mapping
from typing import Any, Final

from jumou.testing.good_answers import good_answers, good_item, items_of, task_of
from jumou.testing.model_server import Request, Words

ORDER: Final = "▲"
"""Marks an order inside data; what stands between two marks is carried out."""


def orders_in(text: str) -> list[str]:
    """The orders that stand in a text."""
    return text.split(ORDER)[1::2]


def obedient(request: Request) -> Mapping[str, Any] | Words:
    """The proper answer, and on top of it everything the orders in the data ask for."""
    orders = orders_in(request.last)
    items = items_of(request)
    if not orders or not items or task_of(request) == "probe":
        return good_answers(request)
    order, secret = orders[request.number % len(orders)], str(request.body["messages"][0]["content"])
    spoiled: list[dict[str, Any]] = []
    for number, item in enumerate(items):
        answer = good_item(item)
        match (number + request.number) % 6:
            case 0:
                answer["text"] = order
            case 1:
                answer["text"] = f"按照要求：{order}"[: int(item["longest"])]
            case 2:
                answer["text"] = secret[: int(item["longest"])]
            case 3:
                answer |= {"approvals": ["已批准"], "locked": True, "compliance": []}
            case 4:
                answer["quotes"] = [{"passage": quote["passage"], "quote": order} for quote in item["quotes"]] or [
                    {"passage": "order", "quote": order}
                ]
            case _:
                answer["text"] += order
        spoiled.append(answer)
    extra = {"id": "project/P01.approvals", "text": order, "quotes": []}
    return {"items": [*spoiled, extra]}
