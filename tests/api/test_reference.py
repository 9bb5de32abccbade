import asyncio
import io
from pathlib import Path

import httpx
import openpyxl
import pytest
from fastapi import FastAPI

from jumou import errors
from jumou.api.app import create_app
from jumou.api.problems import STATUS
from jumou.api.server import loopback
from jumou.settings import Settings


def test_search_answers_with_passages_and_their_documents(client: httpx.Client) -> None:
    hits = client.get("/v1/search", params={"query": "公平竞争审查", "k": 5}).json()["hits"]
    assert 0 < len(hits) <= 5
    passage = hits[0]["passage"]
    found = client.get(f"/v1/passages/{passage['id'].replace('#', '%23')}").json()
    assert found["passage"] == passage
    document = client.get(f"/v1/documents/{passage['document_id']}").json()
    assert document["document"] == hits[0]["document"]
    assert passage in document["passages"]


def test_a_question_nobody_can_answer_is_told_apart(client: httpx.Client) -> None:
    asked = {"query": "招商引资中能否给予特定经营者税收优惠"}
    found = client.get("/v1/search", params=asked).json()
    assert found["answerable"] is True
    assert found["sufficiency"] >= found["cut"]
    lost = client.get("/v1/search", params={"query": "火星基地的制氧工艺路线", "k": 1}).json()
    assert lost["answerable"] is False
    assert len(lost["hits"]) == 1


def test_search_is_narrowed_by_filters(client: httpx.Client) -> None:
    hits = client.get("/v1/search", params={"query": "产业集群", "kind": ["case"], "k": 20}).json()["hits"]
    assert {hit["document"]["kind"] for hit in hits} == {"case"}


@pytest.mark.parametrize("params", [{}, {"query": ""}, {"query": "  "}, {"query": "x", "k": 0}, {"query": "x", "kind": "none"}, {"query": "x", "issued_from": "soon"}])  # fmt: skip
def test_a_search_that_makes_no_sense_is_refused(client: httpx.Client, params: dict[str, str]) -> None:
    assert client.get("/v1/search", params=params).status_code == 422


def test_a_profile_is_checked_as_json_and_as_a_file(client: httpx.Client) -> None:
    assert client.post("/v1/profiles/check", json={"name": "瓦房店市", "industry": "轴承"}).json()["ok"]
    bad = client.post("/v1/profiles/check", json={"industry": "轴承"}).json()
    assert not bad["ok"]
    assert bad["problems"][0]["mend"]
    template = client.get("/v1/profiles/template.xlsx")
    assert len(openpyxl.load_workbook(io.BytesIO(template.content)).sheetnames) > 5
    report = client.post("/v1/profiles/check", files={"file": ("资料.xlsx", template.content)}).json()
    assert not report["ok"]
    broken = client.post("/v1/profiles/check", files={"file": ("资料.xlsx", b"PK no workbook")})
    assert broken.status_code == 200
    assert not broken.json()["ok"]


def test_samples_can_be_sent_back_as_they_are(client: httpx.Client) -> None:
    for name in client.get("/v1/samples").json()["samples"]:
        assert client.post("/v1/profiles/check", json=client.get(f"/v1/samples/{name}").json()).json()["ok"]


def test_every_published_object_has_its_schema(client: httpx.Client) -> None:
    names = client.get("/v1/schemas").json()["schemas"]
    assert {"Plan", "ProjectList", "RegionProfile", "Revision", "Review"} <= set(names)
    for name in names:
        assert client.get(f"/v1/schemas/{name}").json()["title"] == name


def test_every_error_class_has_a_status() -> None:
    def below(kind: type[errors.JumouError]) -> set[type[errors.JumouError]]:
        return {kind}.union(*(below(child) for child in kind.__subclasses__()))

    assert set(STATUS) == below(errors.JumouError)


def test_before_the_index_is_open_the_server_is_alive_and_says_how_far_it_is(tmp_path: Path) -> None:
    app = create_app(Settings(home=tmp_path))  # without its lifespan nothing is opened

    async def ask(path: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
            return await client.get(path)

    assert asyncio.run(ask("/healthz")).status_code == 200
    waiting = asyncio.run(ask("/readyz"))
    assert (waiting.status_code, waiting.json()["status"]) == (503, "preparing")
    for path in ("/v1/plans", "/v1/search?query=x"):
        answer = asyncio.run(ask(path))
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """The OpenAPI document."""
    app: FastAPI = create_app(Settings(home=tmp_path_factory.mktemp("openapi")))
    return app.openapi()


def operations(document: dict[str, dict[str, object]]) -> list[dict[str, object]]:
    return [operation for path in document["paths"].values() for operation in path.values()]  # type: ignore[attr-defined]


def test_operations_have_plain_ids_tags_and_words(document: dict[str, dict[str, object]]) -> None:
    found = operations(document)
    names = [str(operation["operationId"]) for operation in found]
    assert len(set(names)) == len(names)
    assert all(name.islower() and name.isidentifier() for name in names)
    assert all(operation["tags"] and operation["description"] for operation in found)


def test_every_request_body_carries_an_example(document: dict[str, dict[str, object]]) -> None:
    schemas = document["components"]["schemas"]
    for operation in operations(document):
        if "requestBody" in operation:
            content = operation["requestBody"]["content"].get("application/json")  # type: ignore[index]
            if content is None:  # a workbook is its own example
                continue
            name = content["schema"].get("$ref", "").rpartition("/")[2]
            assert content.get("examples") or schemas[name]["examples"], operation["operationId"]  # type: ignore[index]


def test_problems_are_documented_in_their_media_type(document: dict[str, dict[str, object]]) -> None:
    for path, at_path in document["paths"].items():
        media = (
            "application/json" if path.startswith("/openai/") else "application/problem+json"
        )  # there, OpenAI's form
        for operation in at_path.values():  # type: ignore[attr-defined]
            for status, answer in operation["responses"].items():
                if int(status) >= 400 and operation["operationId"] != "readiness":
                    assert list(answer["content"]) == [media], (operation["operationId"], status)


def test_only_this_machine_is_loopback() -> None:
    assert [loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "10.0.0.1", "example.org")] == [  # noqa: S104 - nothing is bound
        True, True, True, False, False, False,
    ]  # fmt: skip
