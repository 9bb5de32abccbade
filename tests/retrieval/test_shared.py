"""A corpus of several machines: a real PostgreSQL, a real Chroma server, and libraries each with a home of its own."""

import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jumou.corpus.fulltext import FullText
from jumou.corpus.log import Put
from jumou.errors import IndexMismatch, NotFound, ServiceUnavailable
from jumou.retrieval import Entry, Library, SharedLibrary
from jumou.storage import DatabaseCorpusLog, open_database
from jumou.testing import BagEncoder, text_of
from jumou.testing.outside import ChromaServer


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    if not (Path(sys.executable).parent / "chroma").is_file():
        pytest.skip("the chroma command is not beside this Python")
    with ChromaServer(tmp_path_factory.mktemp("chroma")) as server:
        yield server


@pytest.fixture
def url(postgres: Any) -> str:
    name = f"corpus_{uuid.uuid4().hex}"
    postgres.psql(f"CREATE DATABASE {name}")
    return str(postgres.get_uri(name))


class Counted(BagEncoder):
    """Counts what it encodes. Every test has a name of its own, so that the pools of two never meet."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.encoded = 0

    def passages(self, texts: Any) -> Any:
        """As the fake's."""
        self.encoded += len(texts)
        return super().passages(texts)


class Machine:
    """A home, a connection and an encoder; `join` gives its library."""

    def __init__(self, home: Path, url: str, chroma: ChromaServer, texts: list[FullText], encoder: str = "") -> None:
        self.home, self.url, self.chroma, self.texts = home, url, chroma, texts
        self.encoder = Counted(encoder or url[-32:])
        self.library: SharedLibrary | None = None
        self.engine: Any = None

    def join(self, corpus: str = "1", texts: list[FullText] | None = None, *, announce: bool = False) -> SharedLibrary:
        """Its library, following."""
        self.leave()
        self.engine = open_database(self.home, self.url)
        self.library = SharedLibrary.join(
            self.home, DatabaseCorpusLog(self.engine), encoder=self.encoder, chroma_url=self.chroma.url, announce=announce,
            corpus=corpus, documents=[Put(one, one.digest, "") for one in texts or self.texts],
        )  # fmt: skip
        return self.library

    def leave(self) -> None:
        """Lets go of index and database."""
        if self.library is not None:
            self.library.close()
            self.engine.dispose()


@pytest.fixture
def machine(tmp_path: Path, url: str, chroma: ChromaServer, texts: list[FullText]) -> Iterator[Callable[..., Machine]]:
    made: list[Machine] = []

    def another(encoder: str = "") -> Machine:
        made.append(Machine(tmp_path / f"m{len(made)}", url, chroma, texts, encoder))
        return made[-1]

    yield another
    for one in made:
        one.leave()


def seen(wanted: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if wanted():
            return True
        time.sleep(0.05)
    return False


def ids(library: Library, query: str, **more: Any) -> list[str]:
    return [hit.document.id for hit in library.search(query, **more)]


def added(name: str, text: str) -> Entry:
    whole = text_of(name, text, title=f"文件{name}")
    return Entry(whole, whole.digest, f"/{name}")


def test_what_one_machine_adds_and_removes_the_others_see_within_seconds(machine: Callable[..., Machine]) -> None:
    first, second = machine().join(), machine().join()
    assert first.add([added("u_new", "氢能重卡换电站布局方案，换电站每百公里一座。")]) == 1
    assert ids(first, "氢能重卡换电站")[0] == "u_new"
    assert seen(lambda: ids(second, "氢能重卡换电站")[0] == "u_new")
    assert second.edition == first.edition
    assert second.known() == first.known()
    second.remove_document("u_new")
    with pytest.raises(NotFound):
        second.document("u_new")
    assert seen(lambda: "u_new" not in first.known())
    with pytest.raises(NotFound):
        first.remove_document("u_new")


def test_answers_are_the_same_on_every_machine_and_each_text_is_encoded_once(machine: Callable[..., Machine]) -> None:
    one, other = machine(), machine()
    first = one.join()
    encoded = one.encoder.encoded
    assert encoded >= first.size()[1]
    first.add([added("u_a", "轴承检测平台向本地企业开放，收费减半。")])
    second = other.join()
    assert other.encoder.encoded == 0
    assert one.encoder.encoded == encoded + 1
    for query in ("轴承检测平台", "冷链物流补贴", "Wolfsburg suppliers", "收费标准"):
        left, right = first.search(query, limit=20), second.search(query, limit=20)
        assert [(hit.passage.id, round(hit.score, 6)) for hit in left] == [
            (hit.passage.id, round(hit.score, 6)) for hit in right
        ]


def test_a_new_version_of_the_shipped_corpus_comes_from_whoever_has_it_first_and_never_goes_back(
    machine: Callable[..., Machine], texts: list[FullText]
) -> None:
    old = machine().join("1")
    old.add([added("u_mine", "自有文献在新版本语料后仍在。")])
    fresh = [*texts[1:], text_of("newer", "数据要素市场化配置改革试点办法。", kind="policy", title="数据要素办法")]
    upgraded = machine().join("2", fresh)
    assert seen(lambda: old.version == "2")
    assert "old" not in old.known()
    assert ids(old, "数据要素市场化")[0] == "newer"
    assert {"u_mine", "newer"} <= upgraded.known().keys()
    late = machine().join("1")
    assert late.version == "2"
    assert late.known() == old.known() == upgraded.known()


def test_a_search_is_always_of_one_edition(machine: Callable[..., Machine]) -> None:
    """Four documents are replaced together, over and over: no answer may hold texts of two editions, or fewer of them."""
    writer, reader = machine().join(), machine().join()
    names = [f"u_{number}" for number in range(4)]

    def edition(number: int) -> list[Entry]:
        return [added(name, f"海上风电运维母港第{number}版，{name}号泊位。") for name in names]

    writer.add(edition(0))
    assert seen(lambda: set(ids(reader, "海上风电运维母港泊位", limit=4)) == set(names))
    wrong: list[list[str]] = []
    stop, asked = threading.Event(), [0]

    def ask(library: Library) -> None:
        while not stop.is_set():
            hits = library.search("海上风电运维母港泊位", limit=4)
            asked[0] += 1
            versions = {hit.passage.text.split("，")[0] for hit in hits}
            if len(versions) != 1 or {hit.document.id for hit in hits} != set(names):
                wrong.append([hit.passage.text for hit in hits])

    threads = [threading.Thread(target=ask, args=(one,)) for one in (writer, reader, reader)]
    for thread in threads:
        thread.start()
    for number in range(1, 7):
        writer.add(edition(number))
        time.sleep(0.3)
    last = "海上风电运维母港第6版"
    assert seen(lambda: all(last in hit.passage.text for hit in reader.search("海上风电运维母港泊位", limit=4)))
    stop.set()
    for thread in threads:
        thread.join()
    assert asked[0] > 50
    assert wrong == []


def test_a_machine_that_was_down_or_lost_its_index_catches_up(machine: Callable[..., Machine]) -> None:
    one, other = machine(), machine()
    first = one.join()
    other.join().close()
    first.add([added("u_x", "低空经济起降点建设。")])
    first.remove_document("cold")
    assert other.join().known() == first.known()
    assert other.library is not None
    other.library.close()
    for file in (other.home / "index").rglob("*"):
        if file.is_file() and file.name != "lock":
            file.unlink()
    assert other.join().known() == first.known()
    assert other.encoder.encoded == 0


def test_another_database_or_one_from_a_backup_is_followed_as_it_is(
    machine: Callable[..., Machine], postgres: Any, texts: list[FullText]
) -> None:
    one = machine()
    library = one.join()
    library.add([added("u_lost", "备份之后才收入的文献。")])
    library.close()
    name = f"corpus_{uuid.uuid4().hex}"
    postgres.psql(f"CREATE DATABASE {name}")
    one.url = str(postgres.get_uri(name))
    assert set(one.join().known()) == {text.document.id for text in texts}


def test_while_the_vectors_are_away_searches_go_on_nothing_is_added_and_it_mends_itself(
    machine: Callable[..., Machine], chroma: ChromaServer
) -> None:
    first, second = machine().join(), machine().join()
    before = first.edition
    chroma.kill()
    try:
        assert ids(second, "瓦房店轴承")[0] == "bearing"
        with pytest.raises(ServiceUnavailable) as refused:
            first.add([added("u_away", "储能电站并网。")])
        assert "JUMOU_CHROMA_URL" in refused.value.message("zh")
        assert first.edition == before
        assert "u_away" not in first.known()
    finally:
        chroma.start()
    assert first.add([added("u_away", "储能电站并网。")]) == 1
    assert seen(lambda: ids(second, "储能电站并网")[0] == "u_away")


def test_one_machine_with_another_encoder_is_refused_until_it_is_announced(machine: Callable[..., Machine]) -> None:
    first = machine().join()
    other = machine(f"other-{uuid.uuid4().hex}")
    with pytest.raises(IndexMismatch) as refused:
        other.join()
    assert "jumou index --rebuild" in refused.value.message("zh")
    turned = other.join(announce=True)
    assert turned.known() == first.known()
    assert ids(turned, "瓦房店轴承")[0] == "bearing"
    assert ids(first, "瓦房店轴承")[0] == "bearing"
    with pytest.raises(IndexMismatch):
        first.add([added("u_late", "旧编码器不能再写。")])


def test_documents_of_an_index_for_itself_are_published_when_a_machine_joins(
    machine: Callable[..., Machine], texts: list[FullText]
) -> None:
    one = machine()
    with Library.build(one.home, encoder=one.encoder, documents=texts, corpus="1") as alone:
        alone.add([added("u_before", "单机时收入的文献。")])
        alone_encoded = one.encoder.encoded
    first, second = one.join(), machine().join()
    assert "u_before" in first.known()
    assert one.encoder.encoded == alone_encoded  # its vectors go to the pool as they are
    assert second.known() == first.known()


WRITER = """
import sys, time
from pathlib import Path
from jumou.corpus.log import Put
from jumou.retrieval import Entry, SharedLibrary
from jumou.storage import DatabaseCorpusLog, open_database
from jumou.testing import BagEncoder, text_of
home, url, chroma, name = sys.argv[1:]

class Named(BagEncoder):
    def passages(self, texts):
        if any("杀" in text for text in texts):
            print("encoding", flush=True)
            time.sleep(60)
        return super().passages(texts)

encoder = Named()
encoder.name = name
library = SharedLibrary.join(Path(home), DatabaseCorpusLog(open_database(Path(home), url)), encoder=encoder,
                             chroma_url=chroma, corpus="1", documents=[])
print("joined", flush=True)
texts = [text_of(f"u_{n}", text, title="t") for n, text in enumerate(["先写的一篇。", "被杀的一篇。"])]
library.add([Entry(one, one.digest, "/x") for one in texts])
"""


def test_a_writer_killed_midway_leaves_nothing_by_halves_and_does_not_stay_in_the_way(
    machine: Callable[..., Machine], tmp_path: Path, url: str, chroma: ChromaServer
) -> None:
    one = machine()
    library = one.join()
    before = library.known()
    arguments = [str(tmp_path / "killed"), url, chroma.url, one.encoder.name]
    process = subprocess.Popen([sys.executable, "-c", WRITER, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert [process.stdout.readline().strip() for _ in range(2)] == ["joined", "encoding"]
    process.kill()
    process.wait()
    assert library.add([added("u_after", "其他机器随即可以写入。")]) == 1
    assert library.known().keys() - before.keys() == {"u_after"}


FOLLOWER = """
import sys, time
from pathlib import Path
from jumou.retrieval import SharedLibrary
from jumou.retrieval.pool import pool_name
from jumou.retrieval.vectors import VectorStore
from jumou.storage import DatabaseCorpusLog, open_database
from jumou.testing import BagEncoder
home, url, chroma, name = sys.argv[1:]
encoder = BagEncoder()
encoder.name = name
slow = False

class Slow(VectorStore):
    def get(self, ids):
        found = super().get(ids)
        if slow:
            print("fetching", flush=True)
            time.sleep(60)
        return found

library = SharedLibrary.join(Path(home), DatabaseCorpusLog(open_database(Path(home), url)), encoder=encoder,
                             pool=Slow(Path(home), pool_name(encoder), url=chroma), corpus="1", documents=[])
slow = True
print("joined", flush=True)
time.sleep(60)
"""


def test_a_machine_killed_while_it_follows_is_at_one_edition_and_goes_on_from_there(
    machine: Callable[..., Machine], url: str, chroma: ChromaServer
) -> None:
    one, other = machine(), machine()
    library = one.join()
    arguments = [str(other.home), url, chroma.url, one.encoder.name]
    process = subprocess.Popen([sys.executable, "-c", FOLLOWER, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "joined"
    library.add([added(f"u_{number}", f"第{number}篇，跟随中途断电。") for number in range(5)])
    assert process.stdout.readline().strip() == "fetching"
    process.kill()
    process.wait()
    again = other.join()
    assert again.known() == library.known()
    assert [hit.passage.id for hit in again.search("跟随中途断电", limit=9)] == [
        hit.passage.id for hit in library.search("跟随中途断电", limit=9)
    ]


def test_a_second_process_of_the_same_home_follows_too(machine: Callable[..., Machine]) -> None:
    one, twin = machine(), machine()
    twin.home = one.home
    first = one.join()
    second = twin.join()
    first.add([added("u_twin", "同机两个进程共用一个目录。")])
    assert seen(lambda: ids(second, "同机两个进程共用")[0] == "u_twin")
    second.remove_document("u_twin")
    assert seen(lambda: "u_twin" not in first.known())
