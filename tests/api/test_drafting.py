import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

PROFILE = {"name": "瓦房店市", "industry": "轴承", "background": "轴承企业集中，保持架依赖外购。"}


def test_a_profile_becomes_a_project_list(client: httpx.Client) -> None:
    answer = client.post("/v1/project-lists", json={"profile": PROFILE})
    assert answer.status_code == 200
    body = answer.json()
    assert (body["region"], body["industry"]) == ("瓦房店市", "轴承")
    assert len(body["projects"]) >= 9
    assert body["quality"]["quotes_unmatched"] == 0


def test_a_list_is_drafted_in_the_language_asked_for(client: httpx.Client) -> None:
    answer = client.post(
        "/v1/project-lists", json={"profile": PROFILE, "language": "en", "start_year": 2026, "horizon": 2030}
    )
    assert answer.json()["provenance"]["language"] == "en"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_bad_profile_is_told_in_the_callers_language(client: httpx.Client, language: str) -> None:
    answer = client.post(
        "/v1/project-lists", json={"profile": {"industry": "轴承"}}, headers={"Accept-Language": language}
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert ("区域" in answer.json()["title"]) == (language == "zh")
    assert answer.json()["problems"][0]["mend"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 422), (b"[]", 422), (b'{"profile": {}}', 422), (b'{"profile": {"name": "x"}, "horizon": 1800}', 422),
        (b'{"profile": {"name": "x", "gdp": NaN}}', 422), (b'{"profile": {"name": "x"}, "start_year": 2050, "horizon": 2030}', 422),
        (b"\xff\xfe", 422), (b"[" * 100_000, 422), (b'{"profile": {"name": "x"}, "surprise": 1}', 422),
        (json.dumps({"profile": {"name": "x" * 2_100_000}}).encode(), 413),
    ],
    ids=["cut", "list", "empty", "year", "nan", "term", "no text", "deep", "unknown", "large"],
)  # fmt: skip
def test_a_bad_request_is_a_problem_not_a_crash(client: httpx.Client, body: bytes, status: int) -> None:
    answer = client.post("/v1/project-lists", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_a_body_of_unknown_length_is_bounded_too(client: httpx.Client) -> None:
    blocks = (b" " * 100_000 for _ in range(30))
    answer = client.post("/v1/profiles/check", content=blocks, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


def test_a_plan_is_kept_with_all_four_steps_awaiting_review(client: httpx.Client, kept: dict[str, Any]) -> None:
    answer = client.get(f"/v1/plans/{kept['id']}")
    assert answer.json() == kept
    assert {step["step"]: step["state"] for step in kept["steps"]} == dict.fromkeys(
        ("diagnosis", "positioning", "projects", "implementation"), "awaiting"
    )
    assert kept["positioning"]["mode"]["key"]
    assert kept["quality"]["references_unresolved"] == 0
    assert kept["created_by"] == "安工"


def test_an_unchanged_plan_need_not_be_sent_again(client: httpx.Client, kept: dict[str, Any]) -> None:
    etag = client.get(f"/v1/plans/{kept['id']}").headers["ETag"]
    assert client.get(f"/v1/plans/{kept['id']}", headers={"If-None-Match": etag}).status_code == 304


def test_one_key_is_one_plan(client: httpx.Client) -> None:
    def ask(_: int) -> httpx.Response:
        return client.post("/v1/plans", json={"profile": PROFILE}, headers={"Idempotency-Key": "once"})

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(ask, range(3)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = client.post("/v1/plans", json={"profile": {**PROFILE, "name": "别市"}}, headers={"Idempotency-Key": "once"})
    assert other.status_code == 422


def events(client: httpx.Client, address: str, headers: dict[str, str] | None = None) -> list[tuple[str, str, Any]]:
    found = []
    with client.stream("GET", address, headers=headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        event = number = ""
        for line in stream.iter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                event = value
            elif name == "id":
                number = value
            elif name == "data":
                found.append((number, event, json.loads(value)))
    return sorted(found, key=lambda row: int(row[0]))


def test_progress_can_be_followed_and_taken_up_again(client: httpx.Client) -> None:
    answer = client.post("/v1/plans", json={"profile": PROFILE}, headers={"Prefer": "respond-async"})
    assert answer.status_code == 202
    told = events(client, answer.json()["events"])
    assert [(event, record.get("step")) for _, event, record in told] == [
        ("step", "diagnosis"), ("step", "positioning"), ("step", "projects"), ("step", "implementation"), ("done", None),
    ]  # fmt: skip
    assert events(client, answer.json()["events"], {"Last-Event-ID": told[2][0]}) == told[3:]
    assert client.get(answer.headers["Location"]).status_code == 200


def test_plans_are_listed_in_pages(client: httpx.Client, kept: dict[str, Any], plan: dict[str, Any]) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        page = client.get("/v1/plans", params={"limit": 1, "cursor": cursor}).json()
        seen += [row["id"] for row in page["plans"]]
        if not (cursor := page["next_cursor"]):
            break
    assert len(seen) == len(set(seen))
    assert {kept["id"], plan["id"]} <= set(seen)


@pytest.mark.parametrize("name", ["plan.json", "plan.md", "plan.docx", "projects.xlsx"])
def test_a_plan_is_handed_out_as_a_file(client: httpx.Client, kept: dict[str, Any], name: str) -> None:
    answer = client.get(f"/v1/plans/{kept['id']}/files/{name}")
    assert answer.status_code == 200
    assert name in answer.headers["content-disposition"]
    if name == "plan.json":
        assert answer.json()["projects"] == kept["projects"]


@pytest.mark.parametrize(
    "path", ["/v1/plans/none", "/v1/plans/none/steps", "/v1/plans/none/progress", "/v1/plans/none/audit", "/v1/plans/none/files/plan.md",
             "/v1/documents/none", "/v1/passages/none%230", "/v1/schemas/none", "/v1/samples/none", "/v1/nothing"],
)  # fmt: skip
def test_what_is_not_there_is_a_problem_404(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
