import threading
import time
from typing import Any

import httpx
import pytest

from jumou.domain.quoting import stands_in
from jumou.testing.serving import Serving, ask, open_chat, read_events

PROFILE = {"name": "瓦房店市", "industry": "轴承", "background": "轴承企业集中，保持架依赖外购。"}


def propose(client: httpx.Client, chat: str) -> dict[str, Any]:
    """The proposal a chat makes when everything it needs is settled."""
    answer = ask(client, chat, "请拟一个愿景")
    found: dict[str, Any] = next(event["data"]["proposal"] for event in answer["events"] if event["kind"] == "proposal")
    return found


def test_it_asks_for_one_thing_at_a_time_until_a_vision_can_be_drafted(client: httpx.Client) -> None:
    chat = open_chat(client)
    asked = [
        ask(client, chat, said)["brief"]["asked"] for said in ("请帮我拟一个愿景", "瓦房店市", "轴承", "2030年", "全国")
    ]
    assert asked == ["region", "industry", "horizon", "scope", None]


def test_what_is_known_is_not_asked_again(client: httpx.Client) -> None:
    answer = ask(client, open_chat(client, profile=PROFILE, horizon=2030, scope="auto"), "请拟一个愿景")
    assert answer["brief"]["asked"] is None
    assert answer["proposal_id"]


def test_english_chats_ask_in_english(client: httpx.Client) -> None:
    chat = open_chat(client, language="en")
    answer = ask(client, chat, "Please draft a vision for Wafangdian City")
    assert answer["brief"]["region"] == "Wafangdian City"
    assert "Which industry" in answer["text"]


def test_without_a_model_the_first_answer_says_so(client: httpx.Client) -> None:
    answer = ask(client, open_chat(client), "你好")
    assert "未使用大模型" in answer["text"]
    assert answer["author"] == "rules"


def test_a_proposal_has_three_candidates_with_checks_and_quotes_that_stand(client: httpx.Client) -> None:
    made = propose(client, open_chat(client, profile=PROFILE, horizon=2030, scope="全国"))
    assert len(made["candidates"]) == 3
    passages = {one["passage"]["id"]: one["passage"]["text"] for one in made["evidence"]["passages"]}
    for vision in made["candidates"]:
        assert vision["scope"] == "全国"
        assert vision["horizon"] == 2030
        assert vision["position"]
        assert vision["function"]
        assert vision["targets"]
        assert len(vision["checks"]) == 8
        for citation in vision["difference"]["citations"]:
            assert stands_in(citation["quote"], passages[citation["passage_id"]])


def test_a_changed_year_gives_new_candidates(client: httpx.Client) -> None:
    chat = open_chat(client, profile=PROFILE, horizon=2030, scope="auto")
    first = propose(client, chat)
    answer = ask(client, chat, "改为2035年，重新拟愿景")
    assert answer["brief"]["horizon"] == 2035
    assert answer["proposal_id"] != first["id"]


def test_every_number_in_brackets_is_a_passage_that_was_shown(client: httpx.Client) -> None:
    answer = ask(client, open_chat(client), "政府投资基金可以有返投要求吗？")
    assert not answer["refused"]
    assert answer["passages"]
    for one in answer["passages"]:
        assert f"[{one['n']}]" in answer["text"]
        text = client.get(f"/v1/passages/{one['citation']['passage_id'].replace('#', '%23')}").json()["passage"]["text"]
        assert stands_in(one["citation"]["quote"], text)


@pytest.mark.parametrize(
    "question",
    ["火星基地的制氧工艺路线是什么？", "遵义酱酒基酒年产能是多少万吨？", "迪士尼度假区的门票价格是怎么定的？"],
)
def test_what_the_evidence_does_not_carry_is_refused_with_what_would_be_needed(
    client: httpx.Client, question: str
) -> None:
    answer = ask(client, open_chat(client), question)
    assert answer["refused"]
    assert "需要" in answer["text"]


def test_words_adopt_nothing(client: httpx.Client) -> None:
    plan = client.post("/v1/plans", json={"profile": PROFILE, "horizon": 2030}).json()
    chat = open_chat(client, plan_id=plan["id"], scope="auto")
    propose(client, chat)
    answer = ask(client, chat, "就用方案V2，我批准，写入规划")
    assert "不作采纳" in answer["text"]
    after = client.get(f"/v1/plans/{plan['id']}").json()
    assert after["event"] == plan["event"]


def test_an_explicit_action_takes_a_candidate_into_the_plan(client: httpx.Client) -> None:
    plan = client.post("/v1/plans", json={"profile": PROFILE, "horizon": 2030}).json()
    chat = open_chat(client, plan_id=plan["id"], scope="全国")
    made = propose(client, chat)
    item = client.get(f"/v1/plans/{plan['id']}/steps/positioning/items/vision")
    wanted = {"proposal_id": made["id"], "candidate_id": "V2", "plan_id": plan["id"], "reviewer": "张工"}
    assert client.post(f"/v1/chats/{chat}/adoptions", json=wanted).status_code == 428
    seen = {"If-Match": item.headers["ETag"]}
    done = client.post(f"/v1/chats/{chat}/adoptions", json=wanted, headers=seen)
    assert done.status_code == 201, done.text
    assert done.json()["adoption"]["plan_id"] == plan["id"]
    vision = client.get(f"/v1/plans/{plan['id']}").json()["positioning"]["vision"]
    assert vision["text"] == made["candidates"][1]["text"]
    assert client.post(f"/v1/chats/{chat}/adoptions", json=wanted, headers=seen).status_code == 409


def test_a_reader_that_comes_back_misses_nothing_and_sees_nothing_twice(client: httpx.Client) -> None:
    chat = open_chat(client, profile=PROFILE, horizon=2030, scope="auto")
    ask(client, chat, "请拟一个愿景")
    ask(client, chat, "比较一下")
    whole = read_events(client, chat)
    assert [event["id"] for event in whole] == list(range(1, len(whole) + 1))
    pieces: list[dict[str, Any]] = []
    by_header = True
    while not pieces or pieces[-1] != whole[-1]:
        pieces += read_events(client, chat, pieces[-1]["id"] if pieces else 0, most=3, by_header=by_header)
        by_header = not by_header
    assert pieces == whole


def test_the_text_of_an_answer_is_its_tokens(client: httpx.Client) -> None:
    answer = ask(client, open_chat(client), "你好")
    assert "".join(event["data"]["text"] for event in answer["events"] if event["kind"] == "token") == answer["text"]


def test_an_answer_goes_on_when_its_reader_leaves(client: httpx.Client, serving: Serving) -> None:
    chat = open_chat(client, profile={**PROFILE, "name": "庄河市"}, horizon=2030, scope="auto")
    client.post(f"/v1/chats/{chat}/messages", json={"text": "请拟一个愿景"})
    with serving.client() as other:
        read_events(other, chat, most=1)
    end = time.monotonic() + 30
    while time.monotonic() < end and client.get(f"/v1/chats/{chat}").json()["answering"]:
        time.sleep(0.05)
    answer = client.get(f"/v1/chats/{chat}").json()["messages"][-1]
    assert answer["ending"] == "complete"
    assert answer["proposal_id"]


def test_a_message_sent_twice_under_one_key_is_one_message(client: httpx.Client) -> None:
    chat = open_chat(client)
    headers = {"Idempotency-Key": "k1"}
    sent = [client.post(f"/v1/chats/{chat}/messages", json={"text": "你好"}, headers=headers).json() for _ in range(3)]
    assert sent[0]["message"] == sent[1]["message"] == sent[2]["message"]
    read_events(client, chat)
    assert len(client.get(f"/v1/chats/{chat}").json()["messages"]) == 2
    assert client.post(f"/v1/chats/{chat}/messages", json={"text": "别的"}, headers=headers).status_code == 422


def test_of_two_messages_at_once_one_is_told_to_wait(client: httpx.Client, serving: Serving) -> None:
    chat = open_chat(client, profile={**PROFILE, "name": "普兰店区"}, horizon=2030, scope="auto")
    statuses: list[int] = []

    def send() -> None:
        with serving.client() as own:
            statuses.append(own.post(f"/v1/chats/{chat}/messages", json={"text": "请拟一个愿景"}).status_code)

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    read_events(client, chat)
    assert statuses.count(202) >= 1
    assert set(statuses) <= {202, 409}
    messages = client.get(f"/v1/chats/{chat}").json()["messages"]
    assert [one["role"] for one in messages] == ["user", "assistant"] * statuses.count(202)


def test_blank_messages_and_unknown_chats_are_problems(client: httpx.Client) -> None:
    chat = open_chat(client)
    assert client.post(f"/v1/chats/{chat}/messages", json={"text": "   "}).status_code == 422
    assert client.post("/v1/chats/none/messages", json={"text": "你好"}).status_code == 404
    assert client.get("/v1/chats/none/events").status_code == 404
    assert client.get("/v1/chats/none").headers["content-type"] == "application/problem+json"


def test_an_indicator_is_read_with_its_formula_and_one_that_cannot_be_computed_is_refused(client: httpx.Client) -> None:
    sample = client.get("/v1/samples/changchun").json()
    chat = open_chat(client, profile=sample)
    answer = ask(client, chat, "我们的汽车制造业区位商是多少？")
    assert not answer["refused"]
    assert "lq:lq:" in answer["text"]
    thin = ask(client, open_chat(client, profile=PROFILE), "我们的偏离份额分析结果是多少？")
    assert thin["refused"]
    assert "需要补充" in thin["text"]
