"""The corpus that travels with the product holds together, every document of it."""

import json
import re
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from jumou.assets import asset_dir
from jumou.corpus.fulltext import FullText
from jumou.corpus.shipped import read_described, shipped_documents
from jumou.corpus.split import passages

FACTS = Path(__file__).parents[3] / "shared" / "facts"
HIJACKED = (
    "178448", "zachmalone", "usy7.cc", "yuzhongnet", "aigou888", "sourcecodebean", "l8mohsp6", "5gvonr", "pfnrcvx", "easyfundingllc",
    "usamodel", "laurenhutton", "rabesta", "blacksheepgame", "golangjump",
)  # fmt: skip
"""Hosts that show others' pages under their own name; no source may lead there."""

DOCUMENTS = shipped_documents()
WRITTEN = [path for folder in ("policies", "cases") for path in sorted((asset_dir("corpus") / folder).glob("*.md"))]


def headings(text: str) -> list[str]:
    return [line.lstrip("# ").strip() for line in text.splitlines() if re.match(r"#{2,6} ", line)]


def test_every_document_parses_and_no_two_share_an_id() -> None:
    counts = Counter(one.document.id for one in DOCUMENTS)
    assert [name for name, count in counts.items() if count > 1] == []
    assert len(WRITTEN) > 100


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_a_documents_id_is_its_files_name(path: Path) -> None:
    found = read_described(path).document
    assert found.id == path.stem
    assert found.kind == {"policies": "policy", "cases": "case"}[path.parent.name]
    assert found.title
    assert found.regions or found.country


@pytest.mark.parametrize("one", DOCUMENTS, ids=lambda one: one.document.id)
def test_a_document_has_sections_and_passages_that_rebuild_it(one: FullText) -> None:
    cut = passages(one.document.id, one.text)
    assert "".join(passage.text for passage in cut) == one.text
    assert len(set(headings(one.text))) >= 2
    assert any(passage.section for passage in cut)


@pytest.mark.parametrize("one", DOCUMENTS, ids=lambda one: one.document.id)
def test_sections_named_as_judgement_are_there(one: FullText) -> None:
    assert set(one.document.judgement) <= set(headings(one.text))


@pytest.mark.parametrize("one", DOCUMENTS, ids=lambda one: one.document.id)
def test_sources_are_addresses_and_none_is_a_hijacked_host(one: FullText) -> None:
    for source in one.document.sources:
        assert urlsplit(source.url).scheme in ("http", "https"), source.url
        assert not any(host in (urlsplit(source.url).hostname or "") for host in HIJACKED), source.url
    assert not any(host in one.text for host in HIJACKED)


def test_policies_and_cases_name_a_source_or_say_why_not() -> None:
    without = [
        one.document.id
        for one in DOCUMENTS
        if one.document.kind != "chain" and not one.document.sources and not one.document.source_note
    ]
    assert without == []


@pytest.mark.skipif(
    not FACTS.is_dir(), reason="the fact sheets the corpus was written from are not beside this checkout"
)
def test_every_usable_fact_sheet_became_a_document() -> None:
    known = {one.document.id for one in DOCUMENTS}
    sheets = [
        json.loads(line)["id"]
        for name in ("policies", "cases")
        for line in (FACTS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert sorted(set(sheets) - known) == []
