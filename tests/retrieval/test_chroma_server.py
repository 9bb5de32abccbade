"""Vectors on a Chroma server, a real one."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import chromadb
import httpx
import pytest

from jumou.corpus.fulltext import FullText
from jumou.errors import IndexMismatch, ServiceUnavailable
from jumou.retrieval import Library
from jumou.testing import BagEncoder


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    command = Path(sys.executable).parent / "chroma"
    if not command.is_file():
        pytest.skip("the chroma command is not beside this Python")
    arguments = ["run", "--host", "127.0.0.1", "--port", str(port), "--path", str(tmp_path_factory.mktemp("server"))]
    process = subprocess.Popen([command, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                httpx.get(f"{url}/api/v2/heartbeat", timeout=1).raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def collections(server: str) -> dict[str, int]:
    client = chromadb.HttpClient(host="127.0.0.1", port=int(server.rsplit(":", 1)[1]))
    return {one.name: one.count() for one in client.list_collections()}


def test_vectors_go_to_the_server_and_a_rebuild_leaves_none_behind(
    server: str, tmp_path: Path, texts: list[FullText]
) -> None:
    with Library.build(tmp_path, encoder=BagEncoder(), documents=texts, corpus="1", chroma_url=server) as library:
        assert library.search("瓦房店轴承")[0].document.id == "bearing"
        assert list(collections(server).values()) == [library.size()[1]]
        library.remove_document("long")
        assert list(collections(server).values()) == [library.size()[1]]
    assert not list((tmp_path / "index").glob("*/chroma"))
    with Library.build(
        tmp_path, encoder=BagEncoder(), documents=texts, corpus="1", chroma_url=server, rebuild=True
    ) as library:
        assert list(collections(server).values()) == [library.size()[1]]


def test_an_index_with_its_vectors_elsewhere_is_refused(server: str, tmp_path: Path, texts: list[FullText]) -> None:
    Library.build(tmp_path, encoder=BagEncoder(), documents=texts, corpus="1").close()
    with pytest.raises(IndexMismatch) as refused:
        Library.open(tmp_path, encoder=BagEncoder(), corpus="1", chroma_url=server)
    assert "jumou index --rebuild" in refused.value.message("zh")


def test_a_server_that_does_not_answer_is_named(tmp_path: Path, texts: list[FullText]) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(ServiceUnavailable) as refused:
        Library.build(tmp_path, encoder=BagEncoder(), documents=texts, corpus="1", chroma_url=url)
    assert "JUMOU_CHROMA_URL" in refused.value.message("zh")
