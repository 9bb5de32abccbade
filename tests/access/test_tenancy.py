"""Nobody sees what is not theirs: every operation of the OpenAPI document, the search, chats, MCP, exports and pages, with other workspaces' ids."""

import base64
import http.client
import itertools
import json
import random
import re
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from jumou.testing.serving import Serving

from .conftest import Province, Side, text_of

DRAWS = 2
"""Random calls of each operation by each workspace against each other one."""

FIXED = {
    "name": ["plan.docx"],
    "step": ["positioning"],
    "item_id": ["vision"],
    "user": ["nobody"],
    "model": ["jumou-rules"],
}
"""Path parameters that name nothing of anybody's."""

NAMES = {"/v1/samples/{name}": ["mouding"], "/v1/schemas/{name}": ["Plan"]}
QUERIES: dict[str, dict[str, str]] = {
    "search": {"query": "蓝鲸计划 补链招商"}, "import_actuals": {"person": ""}, "import_projects": {"reviewer": ""},
}  # fmt: skip
"""Required query parameters, where the schema's example will not do."""

BODIES: dict[str, Any] = {"check_profile": {"name": "某县", "industry": "轴承"}, "evaluate": {"suite": "none"}}
"""Bodies without an example; an evaluation reads the shipped corpus alone and takes minutes."""

SLOW = ("create_plan", "draft_project_list", "create_batch", "complete_chat")
"""Operations that draft and name nothing: called once."""


class Operation:
    """One operation of the OpenAPI document, callable with ids of anybody's."""

    def __init__(self, document: dict[str, Any], path: str, method: str) -> None:
        self.path, self.method = path, method
        self._document = document
        self._described = document["paths"][path][method]
        self.name: str = self._described["operationId"]
        self.holes: list[str] = re.findall(r"{(\w+)}", path)

    def request(self, draw: random.Random, own: Side, other: Side) -> tuple[httpx.Request, bool]:
        """A call with ids drawn from both sides, and whether the path names something of the other's."""
        path, foreign = self.path, False
        for hole in self.holes:
            value, theirs = self._value(draw, hole, own, other)
            foreign = foreign or theirs
            path = path.replace(f"{{{hole}}}", quote(value, safe=""))
        headers = {"If-Match": f'"{draw.choice(other.hashes + own.hashes)}"'}
        query = dict(QUERIES.get(self.name, {}))
        for parameter in self._described.get("parameters", []):
            if (
                parameter["in"] == "query"
                and parameter["name"] in ("before", "after")
                and self.name == "compare_revisions"
            ):
                query[parameter["name"]] = draw.choice(other.ids["revision_id"])
        body: dict[str, Any] = {}
        content = self._described.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            body = {"json": self._body(content["application/json"]["schema"], draw, own, other)}
        elif content:
            body = {"files": {"file": ("list.xlsx", b"PK", "application/octet-stream")}}
        return httpx.Request(self.method.upper(), f"http://x{path}", params=query, headers=headers, **body), foreign

    def _value(self, draw: random.Random, hole: str, own: Side, other: Side) -> tuple[str, bool]:
        if self.path in NAMES:
            return draw.choice(NAMES[self.path]), False
        described = next(one for one in self._described["parameters"] if one["name"] == hole)
        if "enum" in described["schema"]:
            return draw.choice(described["schema"]["enum"]), False
        if hole in FIXED:
            return draw.choice(FIXED[hole]), False
        assert hole in other.ids, f"{self.method} {self.path}: say in conftest.py what {hole} may be"
        side = other if len(self.holes) == 1 or draw.random() < 0.7 else own
        return draw.choice(side.ids[hole]), side is other

    def _body(self, schema: dict[str, Any], draw: random.Random, own: Side, other: Side) -> Any:
        """The example of the schema, with ids of the other side wherever it names something."""
        if self.name in BODIES:
            return BODIES[self.name]
        name = schema.get("$ref", "").rpartition("/")[2]
        described = self._document["components"]["schemas"].get(name, schema)
        assert described.get("examples"), f"{self.method} {self.path}: its body has no example"
        return self._theirs(json.loads(json.dumps(described["examples"][0])), draw, own, other)

    def _theirs(self, value: Any, draw: random.Random, own: Side, other: Side) -> Any:
        if isinstance(value, list):
            return [self._theirs(one, draw, own, other) for one in value]
        if not isinstance(value, dict):
            return value
        made = {}
        for key, held in value.items():
            if key in ("reviewer", "created_by", "author", "person"):
                continue  # the caller's own name stands there
            known = other.ids.get("revision_id" if key == "to_revision" else key)
            made[key] = draw.choice(known) if known and isinstance(held, str) else self._theirs(held, draw, own, other)
        return made


def operations(document: dict[str, Any]) -> list[Operation]:
    return [
        Operation(document, path, method) for path, methods in document["paths"].items() for method in methods
    ]  # fmt: skip


def foreign_marks(text: str, own: Side, province: Province) -> list[str]:
    return [side.mark for side in province.sides.values() if side is not own and side.mark in text]


def test_no_operation_tells_one_workspace_of_another(province: Province) -> None:
    """Every operation, by every workspace, with ids of every other one, mixed at random: no mark crosses, no id is known."""
    draw = random.Random(20261125)  # noqa: S311 - no secret
    document = httpx.get(f"{province.address}/openapi.json", timeout=60).json()
    called, drafted = 0, set[str]()
    for own, other in itertools.permutations(province.sides.values(), 2):
        with own.client(province.address, "admin") as client:
            for operation, _ in itertools.product(operations(document), range(DRAWS)):
                if operation.name in SLOW and operation.name in drafted:
                    continue
                drafted.add(operation.name)
                made, foreign = operation.request(draw, own, other)
                sent = client.build_request(
                    made.method, f"{province.address}{made.url.raw_path.decode()}", content=made.read(),
                    headers={name: value for name, value in made.headers.items() if name in ("content-type", "if-match")},
                )  # fmt: skip
                answer = _send(client, sent, f"{operation.method} {made.url}")
                called += 1
                what = f"{operation.method} {made.url} {answer.status_code} {answer.text[:200]}"
                assert not foreign_marks(text_of(answer), own, province), what
                if foreign:
                    assert answer.status_code in ((404,) if operation.method == "get" else (404, 415, 422)), what
                assert answer.status_code < 500, what
    assert called >= 6 * DRAWS * 60


def _send(client: httpx.Client, sent: httpx.Request, what: str) -> httpx.Response:
    try:
        return client.send(sent)
    except httpx.TimeoutException:
        pytest.fail(f"no answer: {what}")


def test_the_lists_hold_what_is_ones_own_and_nothing_else(province: Province) -> None:
    for side in province.sides.values():
        with side.client(province.address, "planner") as client:
            assert [one["id"] for one in client.get("/v1/plans").json()["plans"]][-1:] == side.ids["plan_id"]
            assert side.ids["chat_id"][0] in [one["id"] for one in client.get("/v1/chats").json()["chats"]]
            assert side.ids["batch_id"][0] in [one["id"] for one in client.get("/v1/batches").json()["batches"]]
            for address in ("/v1/plans", "/v1/chats", "/v1/batches"):
                text = text_of(client.get(address))
                assert not foreign_marks(text, side, province)
            assert side.mark in text_of(client.get("/v1/plans"))


@pytest.mark.parametrize("name", ["plan.docx", "plan.md", "projects.xlsx", "plan.json"])
def test_files_carry_the_marks_of_their_own_workspace_alone(province: Province, name: str) -> None:
    for side in list(province.sides.values())[:1]:
        with side.client(province.address, "viewer" if name != "plan.json" else "planner") as client:
            answer = client.get(f"/v1/plans/{side.ids['plan_id'][0]}/files/{name}")
            if answer.status_code == 404:  # it cites an internal document: none for viewers
                answer = side.client(province.address, "planner").get(
                    f"/v1/plans/{side.ids['plan_id'][0]}/files/{name}"
                )
            text = text_of(answer)
            assert side.mark in text
            assert not foreign_marks(text, side, province)


def test_search_chat_and_completions_find_only_ones_own_documents(province: Province) -> None:
    """All three workspaces have the same words in their documents, each with its own mark."""
    for side in province.sides.values():
        with side.client(province.address, "planner") as client:
            found = client.get("/v1/search", params={"query": "蓝鲸计划 轴承保持架 补链招商", "k": 50})
            assert side.mark in found.text
            assert not foreign_marks(found.text, side, province)
            said = {"model": "jumou", "messages": [{"role": "user", "content": "蓝鲸计划的补链招商口径有什么依据？"}]}
            told = client.post("/openai/v1/chat/completions", json=said)
            assert side.mark in told.text
            assert not foreign_marks(told.text, side, province)
            streamed = client.post("/openai/v1/chat/completions", json={**said, "stream": True})
            assert not foreign_marks(streamed.text, side, province)
            drafted = client.post("/v1/project-lists", json={"profile": {"name": "某县", "industry": "轴承"}})
            assert drafted.status_code == 200
            assert not foreign_marks(drafted.text, side, province)


def test_two_workspaces_may_use_the_same_idempotency_key(province: Province) -> None:
    made = []
    for side in list(province.sides.values())[:2]:
        with side.client(province.address, "planner") as client:
            sent = {"profiles": [{"name": "某县", "industry": "轴承"}]}
            answer = client.post("/v1/project-lists:batch", json=sent, headers={"Idempotency-Key": "same"})
            assert answer.status_code == 202
            made.append(answer.json()["batch"]["id"])
    assert made[0] != made[1]


def test_internal_documents_are_not_for_viewers(province: Province) -> None:
    side = province.sides["jia"]
    internal, public = side.ids["document_id"]
    for role, status in (("viewer", 404), ("planner", 200), ("reviewer", 200), ("admin", 200)):
        with side.client(province.address, role) as client:
            assert client.get(f"/v1/documents/{internal}").status_code == status
            assert client.get(f"/v1/documents/{public}").status_code == 200
            found = client.get("/v1/search", params={"query": "蓝鲸计划 补链招商", "k": 50}).text
            assert (f"{side.mark}internal" in found) == (status == 200)
            assert f"{side.mark}public" in found


def test_mcp_over_http_keeps_workspaces_apart(province: Province) -> None:
    more = {"JUMOU_ACCOUNTS": "on", "JUMOU_DATABASE_URL": province.database}
    with Serving(province.home, province.home / "unused.db", more, ("mcp", "--http", "--allow-writes"), "") as serving:
        assert _tool(serving.address, "", "list_samples").status_code == 401
        for own, other in itertools.permutations(province.sides.values(), 2):
            key = own.keys["planner"]
            found = _tool(serving.address, key, "search", query="蓝鲸计划 补链招商", k=50)
            assert own.mark in found.text
            assert not foreign_marks(found.text, own, province)
            for tool, name in (("read_document", "document_id"), ("read_passage", "passage_id")):
                for taken in other.ids[name]:
                    answer = _tool(serving.address, key, tool, **{name: taken})
                    assert '"isError":true' in answer.text.replace(" ", "")
                    assert not foreign_marks(answer.text.replace(taken, ""), own, province)
                assert own.mark in _tool(serving.address, key, tool, **{name: own.ids[name][0]}).text
        viewer = province.sides["jia"].keys["viewer"]
        kept = _tool(serving.address, viewer, "keep_plan_draft", profile={"name": "某县", "industry": "轴承"})
        assert '"isError":true' in kept.text.replace(" ", "")


def _tool(address: str, key: str, tool: str, **arguments: Any) -> httpx.Response:
    headers = {"Accept": "application/json, text/event-stream"} | ({"Authorization": f"Bearer {key}"} if key else {})
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
    return httpx.post(f"{address}/mcp", json=call, headers=headers, timeout=120)


def test_pages_show_ones_own_and_nothing_else(province: Province) -> None:
    """Logged in with a key of one workspace: lists, library and search hold its marks alone, a foreign plan is not there."""
    for own, other in itertools.permutations(province.sides.values(), 2):
        with httpx.Client(base_url=province.address, timeout=120, follow_redirects=True) as browser:
            origin = {"Origin": province.address}
            assert browser.post("/login", data={"key": own.keys["planner"]}, headers=origin).status_code in (200, 503)
            pages = ["/", "/corpus", "/search?q=蓝鲸计划", f"/plans/{other.ids['plan_id'][0]}", f"/plans/{other.ids['plan_id'][0]}/history"]  # fmt: skip
            for page in pages:
                text = _page(browser, page)
                assert not foreign_marks(text, own, province), page
            assert own.mark in _page(browser, "/")
            assert own.mark in _page(browser, f"/plans/{own.ids['plan_id'][0]}/positioning")


def test_a_socket_without_a_session_is_refused(province: Province) -> None:
    """The pages' socket, with nobody's cookie, a forged one, and that of somebody logged in."""
    with httpx.Client(base_url=province.address, timeout=120) as browser:
        key = province.sides["jia"].keys["viewer"]
        cookie = browser.post("/login", data={"key": key}, headers={"Origin": province.address}).headers["set-cookie"]
        _page(browser, "/")  # the pages are loaded
    mine = cookie.partition(";")[0]
    for sent, status in ((None, 403), ("jm_session=forged.x.y", 403), (mine, 101)):
        assert _upgraded(province.address, sent) == status


def _upgraded(address: str, cookie: str | None) -> int:
    """The status with which a request for a websocket is answered."""
    host, port = address.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=30)
    headers = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(b"0123456789abcdef").decode(), "Origin": address,
    }  # fmt: skip
    connection.request("GET", "/_nicegui_ws/socket.io/?EIO=4&transport=websocket", headers=headers | ({"Cookie": cookie} if cookie else {}))  # fmt: skip
    try:
        return connection.getresponse().status
    finally:
        connection.close()


def _page(browser: httpx.Client, path: str) -> str:
    for _ in range(200):
        answer = browser.get(path, headers={"Accept": "text/html"})
        if answer.status_code != 503:
            return answer.text
    raise TimeoutError(path)
