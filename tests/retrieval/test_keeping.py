"""What the library promises about changes, kills, other processes and other versions of itself."""

import json
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from jumou.corpus.fulltext import FullText
from jumou.errors import IndexLocked, IndexMismatch, NotFound
from jumou.retrieval import Entry, Filter, Library
from jumou.testing import BagEncoder, text_of

MINE = text_of("mine", "本县锅炉铸件企业四十家,缺少精密加工。", title="本县调研", workspace="local")


class Counting(BagEncoder):
    """Remembers how many passages it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0

    def passages(self, texts):  # noqa: ANN001, ANN201 - as the encoder's
        """Counts, then encodes."""
        self.seen += len(texts)
        return super().passages(texts)


def user_entry(text: FullText = MINE) -> Entry:
    return Entry(text, text.digest, "/files/mine.txt")


def first(library: Library, query: str) -> str:
    return library.search(query)[0].document.id


def run(script: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Runs `script` in another process, with `home` and the tests' documents at hand."""
    head = f"""
        import os, signal, sys
        from pathlib import Path
        sys.path.insert(0, {str(Path(__file__).parent)!r})
        from conftest import documents
        from jumou.retrieval import Entry, Filter, Library
        from jumou.testing import BagEncoder, text_of
        home = Path({str(home)!r})
    """
    program = textwrap.dedent(head) + textwrap.dedent(script)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)


# --- changes ----------------------------------------------------------------------------------------------------------


def test_unchanged_documents_are_not_encoded_again(tmp_path: Path, texts: list[FullText]) -> None:
    encoder = Counting()
    Library.build(tmp_path, encoder=encoder, documents=texts, corpus="1").close()
    before = encoder.seen
    changed = [text_of("nation", "国家支持集群发展,新增数字化服务平台。"), *texts[:-1]]
    with Library.build(tmp_path, encoder=encoder, documents=changed, corpus="2") as library:
        assert encoder.seen == before + 1
        assert first(library, "数字化服务平台") == "nation"
        assert library.version == "2"


def test_a_document_that_left_the_corpus_is_gone_and_the_users_stay(tmp_path: Path, texts: list[FullText]) -> None:
    with Library.build(tmp_path, encoder=BagEncoder(), documents=texts, corpus="1") as library:
        library.add([user_entry()])
    with Library.build(tmp_path, encoder=BagEncoder(), documents=texts[:3], corpus="2") as library:
        assert {document.id for document in library.documents()} == {"old", "new", "bearing", "mine"}
        assert first(library, "锅炉铸件") == "mine"


def test_a_changed_document_is_found_by_its_new_words_only(library: Library) -> None:
    library.add([user_entry()])
    assert library.add([user_entry()]) == 0
    changed = text_of("mine", "本县改做食用菌,建有烘干车间。")
    assert library.add([user_entry(changed)]) == 1
    assert first(library, "食用菌烘干") == "mine"
    assert all(hit.parts["bm25"] == 0 for hit in library.search("锅炉铸件") if hit.document.id == "mine")


@pytest.mark.parametrize("which", ["nation", "old", "long"])
def test_a_document_taken_out_is_not_found_any_more(library: Library, which: str) -> None:
    library.remove_document(which)
    hits = library.search("产业集群服务补贴收费", limit=400, diversity=None, include_outdated=True)
    assert which not in {hit.document.id for hit in hits}
    with pytest.raises(NotFound):
        library.document(which)
    with pytest.raises(NotFound):
        library.remove_document(which)


def test_an_empty_library_finds_nothing_and_grows(tmp_path: Path) -> None:
    with Library.build(tmp_path, encoder=BagEncoder(), documents=(), corpus="none") as library:
        assert library.search("轴承") == []
        library.add([Entry(text_of("blank", ""), "0", "x")])
        assert library.search("轴承") == []
        library.add([user_entry()])
        assert first(library, "锅炉铸件") == "mine"
        library.remove_document("mine")
        assert library.search("锅炉铸件") == []


def test_what_was_added_in_pieces_is_ranked_as_if_built_at_once(tmp_path: Path, texts: list[FullText]) -> None:
    with Library.build(tmp_path / "once", encoder=BagEncoder(), documents=texts, corpus="1") as library:
        once = [(hit.passage.id, round(hit.score, 5)) for hit in library.search("轴承检测服务", limit=9)]
    with Library.build(tmp_path / "pieces", encoder=BagEncoder(), documents=(), corpus="1") as library:
        library.add([user_entry()])
        for text in texts:
            library.add([Entry(text, text.digest)])
        library.remove_document("mine")
        assert [(hit.passage.id, round(hit.score, 5)) for hit in library.search("轴承检测服务", limit=9)] == once


# --- opening ----------------------------------------------------------------------------------------------------------


def test_opening_what_was_never_built_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as refused:
        Library.open(tmp_path, encoder=BagEncoder())
    assert "jumou index" in refused.value.message("en")


@pytest.mark.parametrize("ask", [Library.open, Library.ensure])
def test_another_encoder_is_refused_with_the_command_that_mends_it(tmp_path: Path, ask, texts: list[FullText]) -> None:  # noqa: ANN001
    Library.build(tmp_path, encoder=BagEncoder(64), documents=texts, corpus="small").close()
    with pytest.raises(IndexMismatch) as refused:
        ask(tmp_path, encoder=BagEncoder(32))
    assert "bag-64 ≠ bag-32" in str(refused.value)
    assert "jumou index --rebuild" in refused.value.message("zh")


def test_another_corpus_is_refused_on_opening(tmp_path: Path, texts: list[FullText]) -> None:
    Library.build(tmp_path, encoder=BagEncoder(), documents=texts, corpus="1").close()
    with pytest.raises(IndexMismatch) as refused:
        Library.open(tmp_path, encoder=BagEncoder(), corpus="2")
    assert "jumou index" in refused.value.message("en")


def test_building_with_another_encoder_takes_the_users_documents_along(tmp_path: Path, texts: list[FullText]) -> None:
    with Library.build(tmp_path, encoder=BagEncoder(64), documents=texts, corpus="1") as library:
        library.add([user_entry()])
    with Library.build(tmp_path, encoder=BagEncoder(32), documents=texts, corpus="1") as library:
        assert first(library, "锅炉铸件") == "mine"
        assert library.known()["mine"] == (MINE.digest, "/files/mine.txt")
        assert library.encoder_name == "bag-32"
    folders = [path for path in (tmp_path / "index").iterdir() if path.is_dir()]
    assert len(folders) == 1


def test_a_fresh_home_builds_itself_from_the_shipped_corpus(tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    with Library.ensure(tmp_path, encoder=BagEncoder(), progress=lambda *step: told.append(step)) as library:
        documents, passages = library.size()
    assert documents > 30
    assert passages > documents
    assert told[-1][0] == told[-1][1] == documents
    with Library.ensure(tmp_path, encoder=Counting()) as again:
        assert again.encoder.seen == 0  # type: ignore[attr-defined]
        assert again.size() == (documents, passages)


# --- kills, losses and other processes --------------------------------------------------------------------------------

_KILLED = """
    class Deadly(BagEncoder):
        calls = 0
        def passages(self, texts):
            Deadly.calls += 1
            if Deadly.calls > {after}:
                os.kill(os.getpid(), signal.SIGKILL)
            return super().passages(texts)

    many = [text_of(f"d{{n}}", "第%d号文件讲轴承、铸件与检测。" % n) for n in range(400)]
    encoder = Deadly({dimension})
    {work}
"""
MANY = [text_of(f"d{n}", f"第{n}号文件讲轴承、铸件与检测。") for n in range(400)]


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_build_killed_in_the_middle_goes_on_where_it_stopped(tmp_path: Path) -> None:
    work = 'Library.build(home, encoder=encoder, documents=many, corpus="many")'
    killed = run(_KILLED.format(after=2, dimension=64, work=work), tmp_path)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with pytest.raises(NotFound):
        Library.open(tmp_path, encoder=BagEncoder(), corpus="many")
    encoder = Counting()
    with Library.build(tmp_path, encoder=encoder, documents=MANY, corpus="many") as library:
        documents, passages = library.size()
        assert documents == 400
        assert 0 < encoder.seen < passages
        assert first(library, "第399号文件") == "d399"


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_killed_rebuild_leaves_the_old_index_and_the_users_documents(tmp_path: Path, texts: list[FullText]) -> None:
    with Library.build(tmp_path, encoder=BagEncoder(64), documents=texts, corpus="1") as library:
        library.add([user_entry()])
    work = 'Library.build(home, encoder=encoder, documents=many, corpus="many")'
    killed = run(_KILLED.format(after=2, dimension=32, work=work), tmp_path)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with Library.open(tmp_path, encoder=BagEncoder(64), corpus="1") as library:
        assert first(library, "锅炉铸件") == "mine"
    with Library.build(tmp_path, encoder=BagEncoder(32), documents=MANY, corpus="many") as library:
        assert library.size()[0] == 401
        assert first(library, "锅炉铸件") == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_adding_killed_in_the_middle_keeps_what_was_there(tmp_path: Path, texts: list[FullText]) -> None:
    Library.build(tmp_path, encoder=BagEncoder(), documents=texts, corpus="1").close()
    work = """
    with Library.open(home, encoder=encoder, corpus="1") as library:
        library.add(Entry(text, text.digest, "many") for text in many)
    """
    killed = run(_KILLED.format(after=2, dimension=64, work=textwrap.dedent(work).replace("\n", "\n    ")), tmp_path)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with Library.open(tmp_path, encoder=BagEncoder(), corpus="1") as library:
        assert first(library, "瓦房店轴承") == "bearing"
        assert 0 < library.add(Entry(text, text.digest, "many") for text in MANY) < 400
        assert library.size()[0] == 408


def test_a_second_writer_is_refused_while_readers_go_on(library: Library, tmp_path: Path) -> None:
    def meanwhile(done: int, total: int, what: str) -> None:
        del done, total
        if what != "本县调研":
            return
        other = run(
            """
            library = Library.open(home, encoder=BagEncoder(), corpus="small")
            print(library.search("瓦房店轴承")[0].document.id)
            try:
                library.add([Entry(text_of("x", "x"), "x", "x")])
            except Exception as refused:  # of which type it is, is asserted below
                print(type(refused).__name__, refused.message("en"))
            """,
            tmp_path,
        )
        assert other.stdout.splitlines()[0] == "bearing", other.stderr
        assert "IndexLocked" in other.stdout
        assert "Try again when it is done" in other.stdout

    library.add([user_entry()], progress=meanwhile)
    assert first(library, "锅炉铸件") == "mine"


def test_a_build_is_refused_while_another_writes(library: Library, tmp_path: Path) -> None:
    def meanwhile(*_: object) -> None:
        with pytest.raises(IndexLocked):
            Library.build(tmp_path, encoder=BagEncoder(), documents=(), corpus="other")

    library.add([user_entry()], progress=meanwhile)


def test_what_another_process_added_is_found_without_reopening(library: Library, tmp_path: Path) -> None:
    assert first(library, "瓦房店轴承") == "bearing"
    other = run(
        """
        with Library.open(home, encoder=BagEncoder(), corpus="small") as library:
            text = text_of("theirs", "锅炉铸件企业四十家,缺少精密加工。")
            library.add([Entry(text, text.digest, "x")])
        """,
        tmp_path,
    )
    assert other.returncode == 0, other.stderr
    assert first(library, "锅炉铸件") == "theirs"
    library.add([user_entry()])
    assert library.size()[0] == 10


def test_a_rebuild_by_another_process_is_followed(library: Library, tmp_path: Path) -> None:
    library.search("轴承")
    other = run(
        """
        extra = text_of("theirs", "锅炉铸件企业四十家,缺少精密加工。")
        Library.build(home, encoder=BagEncoder(), documents=[*documents(), extra], corpus="2", rebuild=True).close()
        """,
        tmp_path,
    )
    assert other.returncode == 0, other.stderr
    assert first(library, "锅炉铸件") == "theirs"
    assert library.version == "2"


def test_lost_vectors_come_back_from_chroma_without_encoding(tmp_path: Path, texts: list[FullText]) -> None:
    with Library.build(tmp_path, encoder=BagEncoder(), documents=texts, corpus="1") as library:
        expected = [hit.passage.id for hit in library.search("轴承检测", limit=9)]
    (matrix,) = (tmp_path / "index").glob("*/vectors.f32")
    matrix.unlink()
    encoder = Counting()
    with Library.open(tmp_path, encoder=encoder, corpus="1") as library:
        assert [hit.passage.id for hit in library.search("轴承检测", limit=9)] == expected
    assert encoder.seen == 0


def test_lost_vectors_are_encoded_again_when_chroma_is_lost_too(tmp_path: Path, texts: list[FullText]) -> None:
    with Library.build(tmp_path, encoder=BagEncoder(), documents=texts, corpus="1") as library:
        expected = [hit.passage.id for hit in library.search("轴承检测", limit=9)]
        passages = library.size()[1]
    (matrix,) = (tmp_path / "index").glob("*/vectors.f32")
    os.truncate(matrix, 100)
    shutil.rmtree(matrix.parent / "chroma")
    encoder = Counting()
    with Library.open(tmp_path, encoder=encoder, corpus="1") as library:
        assert [hit.passage.id for hit in library.search("轴承检测", limit=9)] == expected
    assert encoder.seen == passages


def test_lost_postings_are_made_again(tmp_path: Path, texts: list[FullText]) -> None:
    with Library.build(tmp_path, encoder=BagEncoder(), documents=texts, corpus="1") as library:
        expected = [hit.passage.id for hit in library.search("轴承检测", limit=9)]
    (state,) = (tmp_path / "index").glob("*/keywords.json")
    state.write_text(json.dumps({"revision": "none"}), encoding="utf-8")
    with Library.open(tmp_path, encoder=BagEncoder(), corpus="1") as library:
        assert [hit.passage.id for hit in library.search("轴承检测", limit=9)] == expected


def test_chroma_holds_every_passage_with_its_fields(tmp_path: Path, texts: list[FullText]) -> None:
    import chromadb  # noqa: PLC0415 - only here

    with Library.build(tmp_path, encoder=BagEncoder(), documents=texts, corpus="1") as library:
        passages = library.size()[1]
        library.remove_document("long")
        left = library.size()[1]
    (folder,) = (tmp_path / "index").glob("*/chroma")
    client = chromadb.PersistentClient(str(folder))
    (collection,) = client.list_collections()
    assert left < passages
    assert collection.count() == left
    found = collection.get(where={"regions": {"$contains": "安徽省"}})
    assert {str(fields["document"]) for fields in found["metadatas"] or []} == {"old", "new"}


def test_the_reranker_has_the_last_word(tmp_path: Path, texts: list[FullText]) -> None:
    from jumou.testing import LengthReranker  # noqa: PLC0415 - only here

    with Library.build(
        tmp_path, encoder=BagEncoder(), reranker=LengthReranker(), documents=texts, corpus="1"
    ) as library:
        hits = library.search("轴承产业集群", limit=5, where=Filter(kinds=("case",)))
        lengths = [hit.parts["rerank"] for hit in hits]
        assert lengths == sorted(lengths, reverse=True)
        assert library.search("冷链物流补贴", limit=400, diversity=None)[-1].outdated
