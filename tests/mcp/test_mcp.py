"""The official SDK's client against `jumou mcp`, over stdio and over streamable HTTP."""

import asyncio
import sqlite3
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from jumou.domain.quoting import stands_in
from jumou.testing.serving import Serving
from mcp import Client, StdioServerParameters

PROFILE = {"name": "瓦房店市", "industry": "轴承", "background": "轴承企业集中，保持架依赖外购。"}
READING = {
    "search",
    "read_document",
    "read_passage",
    "analyse_region",
    "draft_project_list",
    "list_samples",
    "read_sample",
}

Work = Callable[[Client], Coroutine[Any, Any, Any]]


class OverStdio:
    """Starts `jumou mcp` for each conversation, as assistants do."""

    def __init__(self, home: Path, database: Path, *options: str) -> None:
        environment = Serving(home, database).environment
        command = ["-m", "jumou.cli.main", "mcp", *options]
        self.server = StdioServerParameters(command=sys.executable, args=command, env=environment)

    def __call__(self, work: Work) -> Any:
        """What `work` gives."""
        return asyncio.run(self._talk(work))

    async def _talk(self, work: Work) -> Any:
        async with Client(self.server, read_timeout_seconds=120) as client:
            return await work(client)


class OverHttp:
    """Talks to one server that stays."""

    def __init__(self, address: str) -> None:
        self.address = address

    def __call__(self, work: Work) -> Any:
        """What `work` gives."""
        return asyncio.run(self._talk(work))

    async def _talk(self, work: Work) -> Any:
        async with Client(self.address, read_timeout_seconds=120) as client:
            return await work(client)


@pytest.fixture(scope="module")
def http(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OverHttp]:
    """A server over HTTP."""
    database = tmp_path_factory.mktemp("mcp") / "jumou.db"
    with Serving(home, database, command=("mcp", "--http"), ready="") as serving:
        yield OverHttp(f"{serving.address}/mcp")


@pytest.fixture(params=["stdio", "http"])
def talk(request: pytest.FixtureRequest, home: Path, tmp_path: Path) -> Any:
    """A way to talk to the server."""
    return OverStdio(home, tmp_path / "jumou.db") if request.param == "stdio" else request.getfixturevalue("http")


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """What a tool answers."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    found: dict[str, Any] = result.structured_content
    return found


def test_a_case_is_found_and_read_and_its_quote_stands(talk: Any) -> None:
    async def work(client: Client) -> None:
        found = await call(client, "search", query="合肥以投带引引进京东方", k=3, kinds=["case"])
        assert found["enough"]
        first = found["passages"][0]
        document = await call(client, "read_document", document_id=first["document_id"])
        assert stands_in(first["text"], document["text"])
        passage = await call(client, "read_passage", passage_id=first["passage_id"])
        assert passage["text"] == first["text"]

    talk(work)


def test_a_region_is_analysed_and_a_project_list_drafted(http: OverHttp) -> None:
    async def work(client: Client) -> None:
        found = await call(client, "analyse_region", profile=await call(client, "read_sample", name="changchun"))
        assert found["region"] == "长春市"
        assert found["indicators"]
        assert len(found["modes"]) == 5
        drafted = await call(client, "draft_project_list", profile=PROFILE, horizon=2030)
        assert {project["closes_gap"] for project in drafted["projects"]} <= {gap["id"] for gap in drafted["gaps"]}
        assert len(drafted["projects"]) >= 8

    http(work)


def test_what_no_document_answers_is_said_so(http: OverHttp) -> None:
    found = http(lambda client: call(client, "search", query="火星基地的制氧工艺路线"))
    assert not found["enough"]


def test_errors_say_what_is_wrong(http: OverHttp) -> None:
    async def work(client: Client) -> list[str]:
        results = [
            await client.call_tool("read_document", {"document_id": "none"}),
            await client.call_tool("analyse_region", {"profile": {"industry": "轴承"}}),
            await client.call_tool("search", {"query": ""}),
        ]
        assert all(result.is_error for result in results)
        return [str(getattr(result.content[0], "text", "")) for result in results]

    document, profile, query = http(work)
    assert "没有文献 none" in document
    assert "区域名称" in profile
    assert "query" in query


def test_it_only_reads_unless_it_is_started_otherwise(http: OverHttp, home: Path, tmp_path: Path) -> None:
    async def tools(client: Client) -> Any:
        return (await client.list_tools()).tools

    offered = http(tools)
    assert {tool.name for tool in offered} == READING
    assert all(tool.annotations.read_only_hint for tool in offered)

    async def keep(client: Client) -> None:
        added = {tool.name for tool in (await client.list_tools()).tools} - READING
        assert added == {"keep_plan_draft"}
        made = await call(client, "keep_plan_draft", profile=PROFILE, created_by="助手")
        with sqlite3.connect(tmp_path / "jumou.db") as database:
            assert database.execute("SELECT id FROM plans").fetchall() == [(made["id"],)]

    OverStdio(home, tmp_path / "jumou.db", "--allow-writes")(keep)
