import json
from typing import Any

import httpx


def etag(client: httpx.Client, plan: dict[str, Any], item: str = "project/P01") -> dict[str, str]:
    answer = client.get(f"/v1/plans/{plan['id']}/steps/projects/items/{item}")
    assert answer.status_code == 200
    return {"If-Match": answer.headers["ETag"]}


def test_an_item_is_edited_approved_locked_and_undone(client: httpx.Client, plan: dict[str, Any]) -> None:
    base = f"/v1/plans/{plan['id']}/steps/projects"
    first = client.get(base).json()["revision"]["id"]
    edit = {"reviewer": "安工", "item_id": "project/P01", "patch": {"merge": {"lead_body": "市发展改革委"}}}
    answer = client.patch(base, json=edit, headers=etag(client, plan))
    assert answer.status_code == 200
    assert answer.json()["touched"] == ["project/P01"]
    assert answer.headers["ETag"] == etag(client, plan)["If-Match"]

    decision = {"reviewer": "本处", "item_id": "project/P01", "decision": "approve"}
    assert client.post(f"{base}/reviews", json=decision, headers=etag(client, plan)).status_code == 201
    lock = {**decision, "decision": "lock"}
    assert client.post(f"{base}/reviews", json=lock, headers=etag(client, plan)).status_code == 201
    refused = client.patch(base, json=edit, headers=etag(client, plan))
    assert refused.status_code in (409, 422)
    client.post(f"{base}/reviews", json={**decision, "decision": "unlock"}, headers=etag(client, plan))

    step = client.get(base)
    undone = client.post(
        f"{base}/undo", json={"reviewer": "安工", "to_revision": first}, headers={"If-Match": step.headers["ETag"]}
    )
    assert undone.status_code == 201
    difference = client.get(
        f"/v1/plans/{plan['id']}/diff", params={"before": first, "after": undone.json()["id"]}
    ).json()
    assert difference["items"] == []
    assert [review["decision"] for review in client.get(f"{base}/reviews").json()["reviews"]] == [
        "edit",
        "approve",
        "lock",
        "unlock",
    ]
    assert len(client.get(f"{base}/revisions").json()["revisions"]) == 3


def test_a_lost_race_answers_409_with_both_versions(client: httpx.Client, plan: dict[str, Any]) -> None:
    base, seen = f"/v1/plans/{plan['id']}/steps/projects", etag(client, plan)
    for body in ("甲局", "乙局"):
        edit = {"reviewer": body, "item_id": "project/P01", "patch": {"merge": {"lead_body": body}}}
        answer = client.patch(base, json=edit, headers=seen)
    assert answer.status_code == 409
    assert answer.json()["versions"]["current"]["lead_body"] == "甲局"
    assert answer.json()["versions"]["seen"]["lead_body"] == plan["projects"][0]["lead_body"]


def test_who_does_not_say_what_was_seen_is_asked_to(client: httpx.Client, kept: dict[str, Any]) -> None:
    decision = {"reviewer": "本处", "decision": "approve"}
    answer = client.post(f"/v1/plans/{kept['id']}/steps/projects/reviews", json=decision)
    assert answer.status_code == 428
    assert "If-Match" in answer.json()["title"]


def test_a_step_is_drafted_again_from_approved_steps(client: httpx.Client, plan: dict[str, Any]) -> None:
    base = f"/v1/plans/{plan['id']}/steps"
    refused = client.post(f"{base}/projects/drafts", json={"reviewer": "安工"})
    assert refused.status_code == 409
    for step in ("diagnosis", "positioning"):
        seen = {"If-Match": client.get(f"{base}/{step}").headers["ETag"]}
        assert (
            client.post(
                f"{base}/{step}/reviews", json={"reviewer": "安工", "decision": "approve"}, headers=seen
            ).status_code
            == 201
        )
    note = {"reviewer": "安工", "decision": "ask_again", "item_id": "project/P01", "comment": "请补充用地来源。"}
    client.post(f"{base}/projects/reviews", json=note, headers=etag(client, plan))
    answer = client.post(f"{base}/projects/drafts", json={"reviewer": "安工"}, headers={"Accept-Language": "en"})
    assert answer.status_code == 201
    assert answer.json()["touched"] == ["project/P01"]
    assert answer.json()["cause"] == "redraft"


def test_remarks_are_kept_and_answered(client: httpx.Client, plan: dict[str, Any]) -> None:
    base = f"/v1/plans/{plan['id']}/steps/diagnosis/comments"
    first = client.post(base, json={"author": "李处", "text": "口径请核对。"})
    assert first.status_code == 201
    client.post(base, json={"author": "安工", "text": "已核对。", "reply_to": first.json()["id"]})
    assert [remark["text"] for remark in client.get(base).json()["comments"]] == ["口径请核对。", "已核对。"]


def test_the_audit_log_is_json_lines_with_the_request_of_each_change(
    client: httpx.Client, plan: dict[str, Any]
) -> None:
    edit = {"reviewer": "安工", "item_id": "project/P01", "patch": {"merge": {"lead_body": "甲局"}}}
    headers = {**etag(client, plan), "X-Request-ID": "request-7"}
    answer = client.patch(f"/v1/plans/{plan['id']}/steps/projects", json=edit, headers=headers)
    assert answer.headers["X-Request-ID"] == "request-7"
    log = client.get(f"/v1/plans/{plan['id']}/audit", params={"format": "jsonl"}).text.splitlines()
    last = json.loads(log[-1])
    assert (last["number"], last["actor"], last["request_id"]) == (len(log), "安工", "request-7")


def test_a_plan_can_be_seen_as_it_was(client: httpx.Client, plan: dict[str, Any]) -> None:
    edit = {"reviewer": "安工", "item_id": "project/P01", "patch": {"merge": {"lead_body": "甲局"}}}
    client.patch(f"/v1/plans/{plan['id']}/steps/projects", json=edit, headers=etag(client, plan))
    now = client.get(f"/v1/plans/{plan['id']}").json()
    then = client.get(f"/v1/plans/{plan['id']}", params={"at_event": plan["event"]}).json()
    assert now["projects"][0]["lead_body"] == "甲局"
    assert then == plan


def test_a_change_sent_again_under_its_key_is_made_once_and_answered_alike(
    client: httpx.Client, plan: dict[str, Any]
) -> None:
    """As a client does that lost the answer: the same bytes, the same If-Match, although the object has changed by it."""
    base = f"/v1/plans/{plan['id']}/steps/projects"
    first = client.get(base)
    edit = {"reviewer": "安工", "item_id": "project/P01", "patch": {"merge": {"lead_body": "市科技局"}}}
    seen = etag(client, plan)
    made = [client.patch(base, json=edit, headers={**seen, "Idempotency-Key": "edit"}) for _ in range(2)]
    assert [one.status_code for one in made] == [200, 200]
    assert made[0].json() == made[1].json()
    assert made[0].headers["ETag"] == made[1].headers["ETag"]

    def twice(path: str, body: dict[str, Any], headers: dict[str, str]) -> None:
        answers = [client.post(f"{base}/{path}", json=body, headers={**headers, "Idempotency-Key": path}) for _ in "12"]
        assert [one.status_code for one in answers] == [201, 201]
        assert answers[0].json() == answers[1].json()

    twice("reviews", {"reviewer": "本处", "item_id": "project/P01", "decision": "approve"}, etag(client, plan))
    twice("comments", {"author": "李处", "text": "请核对。", "item_id": "project/P01"}, {})
    now = {"If-Match": client.get(base).headers["ETag"]}
    twice("undo", {"reviewer": "安工", "to_revision": first.json()["revision"]["id"]}, now)
    assert [one["decision"] for one in client.get(f"{base}/reviews").json()["reviews"]] == ["edit", "approve"]
    assert len(client.get(f"{base}/comments").json()["comments"]) == 1
    assert len(client.get(f"{base}/revisions").json()["revisions"]) == 3
    other = client.post(
        f"{base}/comments", json={"author": "李处", "text": "另一条。"}, headers={"Idempotency-Key": "comments"}
    )
    assert other.status_code == 422
