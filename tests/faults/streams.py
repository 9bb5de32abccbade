"""Chats that are followed over kills: no event lost or repeated, nothing that was shown taken back, every message answered or marked."""

import threading
from itertools import pairwise
from typing import Any

import httpx
from follow import Reader
from ground import Ground, until
from verdict import Check, exactly

from jumou.testing import ModelServer, Request, Words, good_answers
from jumou.testing.serving import Serving, open_chat, read_events

_QUESTION = "政府投资基金可以有返投要求吗？"


def _script(request: Request) -> Any:
    if request.body.get("response_format") or isinstance(request.body.get("tool_choice"), dict):
        return good_answers(request)
    return Words("返投要求逐步取消[1]。" * 40)


def chats(ground: Ground, kind: str) -> str:
    """Chats with a slow model, each followed by a reader that is cut and comes back; the server is killed under all of them."""
    many, kills = ground.size(8, 3), ground.size(10, 2)
    with ModelServer(_script, pace=0.05, piece=8) as model:
        settings = {"JUMOU_LLM": "openai:scripted", "JUMOU_LLM_BASE_URL": model.url}
        serving = ground.serving(ground.database(kind), **settings)
        with serving, serving.client() as client:
            opened = [open_chat(client) for _ in range(many)]
            readers = [
                Reader(f"{serving.address}/v1/chats/{chat}/events?stay=true", frozenset(), ground.chance, most=15)
                for chat in opened
            ]
            acknowledged: dict[str, int] = dict.fromkeys(opened, 0)
            for reader in readers:
                reader.start()
            for number in range(kills):
                timer = threading.Timer(ground.chance.uniform(0.2, 6.0), _again, (serving,))
                timer.start()
                for chat in opened:
                    acknowledged[chat] += _said(client, chat, f"{number}")
                timer.join()
                for chat in opened:  # what is left half said is marked, so that the next message is taken
                    until(lambda: not client.get(f"/v1/chats/{chat}").json()["answering"], 120, "the answer to end")
            for chat in opened:
                acknowledged[chat] += _said(client, chat, "last")
                until(lambda: not client.get(f"/v1/chats/{chat}").json()["answering"], 120, "the answer to end")
            whole = [read_events(client, chat) for chat in opened]
            for reader, events in zip(readers, whole, strict=True):
                until(lambda: len(reader.seen) >= len(events), 30, "the readers to have it all")
                reader.wait(0)
            said = [client.get(f"/v1/chats/{chat}").raise_for_status().json()["messages"] for chat in opened]
    pairs = list(zip(readers, whole, strict=True))
    other = sum(
        [number for number, _, _ in reader.seen] != [event["id"] for event in events] for reader, events in pairs
    )
    text = sum(
        _text([data for _, kind_, data in reader.seen if kind_ == "token"])
        != _text([event["data"] for event in events if event["kind"] == "token"])
        for reader, events in pairs
    )
    persons = [sum(message["role"] == "user" for message in messages) for messages in said]
    unanswered = sum(one["role"] == other_["role"] for messages in said for one, other_ in pairwise(messages))
    endings = [message["ending"] for messages in said for message in messages if message["role"] == "assistant"]
    ground.check(
        exactly("kills", kills, kills),
        exactly(
            "messages acknowledged and lost, or kept twice",
            sum(a != b for a, b in zip(persons, acknowledged.values(), strict=True)),
            0,
        ),
        exactly(
            "messages without an answer or a mark",
            unanswered + sum(messages[-1]["role"] == "user" for messages in said),
            0,
        ),
        Check("answers", len(endings)),
        Check("of them, marked as broken off", endings.count("interrupted")),
        exactly(
            "readers that lost an event or got one twice",
            sum(reader.lost + reader.repeated > 0 for reader in readers),
            0,
        ),
        exactly("readers whose record differs from the store's", other + text, 0),
        Check("times readers came back", sum(reader.connections - 1 for reader in readers), at_least=many),
        exactly("tracebacks of the server", ground.defects(), 0),
    )
    return f"{many} chats with a slow model on {kind}, each followed by a reader that leaves and comes back with Last-Event-ID; SIGKILL {kills} times in the middle of the answers"


def _again(serving: Serving) -> None:
    serving.kill()
    serving.start()


def _said(client: httpx.Client, chat: str, key: str) -> int:
    """1 once the message is acknowledged, under one key however often it is sent."""

    def sent() -> bool:
        answer = client.post(f"/v1/chats/{chat}/messages", json={"text": _QUESTION}, headers={"Idempotency-Key": key})
        return answer.status_code == 202

    until(sent, 120, "the message to be taken")
    return 1


def _text(tokens: list[dict[str, Any]]) -> str:
    return "".join(str(token["text"]) for token in tokens)
