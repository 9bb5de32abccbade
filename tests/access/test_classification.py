"""What is internal is marked in everything that leaves, is not for viewers, and is not shown to a language model."""

import asyncio
import io
import json
from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pytest

from jumou.compose import Jumou
from jumou.domain.access import HERE, Principal, Reach, Role
from jumou.domain.batch import BatchResult
from jumou.domain.plan import Plan, ProjectList
from jumou.errors import NotFound
from jumou.export import write_bundle
from jumou.export.batch import write_results
from jumou.retrieval import Library
from jumou.settings import Settings
from jumou.storage import PlanStore, open_database
from jumou.testing_plans import small_plan, small_request
from jumou.workflow.creating import keep_plan
from jumou.workflow.reading import read_plan
from jumou.workflow.review import Person

VIEWING = Reach("default", internal=False)


def internal() -> Plan:
    return small_plan().model_copy(update={"classification": "internal"})


def cited() -> Plan:
    """A plan whose evidence holds an internal document."""
    plan = small_plan()
    first = plan.evidence.passages[0]
    marked = first.model_copy(update={"document": first.document.model_copy(update={"classification": "internal"})})
    evidence = plan.evidence.model_copy(update={"passages": (marked, *plan.evidence.passages[1:])})
    return plan.model_copy(update={"evidence": evidence})


@pytest.mark.parametrize(("plan", "marked"), [(internal(), True), (small_plan(), False)], ids=["internal", "public"])
def test_every_file_of_an_internal_plan_says_so(tmp_path: Path, plan: Plan, *, marked: bool) -> None:
    write_bundle(plan, tmp_path, formats=("json", "md", "docx", "xlsx"))
    word = docx.Document(str(tmp_path / "plan.docx"))
    headers = "".join(one.text for section in word.sections for one in section.header.paragraphs)
    book = openpyxl.load_workbook(tmp_path / "projects.xlsx")
    assert ("内部资料" in headers) == marked
    assert ("内部资料" in word.paragraphs[0].text) == marked  # the cover
    assert all(("内部资料" in str(sheet.oddHeader.center.text)) == marked for sheet in book.worksheets)
    assert ("内部资料" in (tmp_path / "plan.md").read_text(encoding="utf-8")) == marked
    kept = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert kept["classification"] == ("internal" if marked else "public")


def test_one_internal_list_makes_the_workbook_of_a_batch_internal(tmp_path: Path) -> None:
    plan = small_plan()
    made = ProjectList(
        region="甲县", industry="轴承", mode="anchor_firm", themes=(), gaps=(), projects=plan.projects,
        evidence=plan.evidence, quality=plan.quality, provenance=plan.provenance,
    )  # fmt: skip
    lists = (made, made.model_copy(update={"classification": "internal"}))
    results = [
        BatchResult(row=row, source="x", region="甲县", state="drafted", attempt=1, project_list=one)
        for row, one in enumerate(lists, start=1)
    ]  # fmt: skip
    write_results(results, tmp_path, "zh")
    book = openpyxl.load_workbook(io.BytesIO((tmp_path / "projects.xlsx").read_bytes()))
    assert "内部资料" in str(book.worksheets[0].oddHeader.center.text)


@pytest.mark.parametrize("how", ["asked", "cites"])
def test_an_internal_plan_is_there_for_planners_and_not_for_viewers(
    tmp_path: Path, database_url: str, how: str
) -> None:
    engine = open_database(tmp_path, database_url)
    store, viewing = PlanStore(engine, HERE), PlanStore(engine, VIEWING)
    keep_plan(store, "open", small_request(), small_plan(), Person("安工"))
    asked = small_request()
    if how == "asked":
        keep_plan(store, "closed", replace(asked, classification="internal"), small_plan(), Person("安工"))
    else:
        keep_plan(store, "closed", asked, cited(), Person("安工"))
    assert read_plan(store, "closed").classification == read_plan(store, "closed").whole().classification == "internal"
    assert [plan.id for plan in viewing.plans().plans] == ["open"]
    for read in (viewing.plan, viewing.history, viewing.operation, viewing.audit, viewing.classification):
        with pytest.raises(NotFound):
            read("closed")
    engine.dispose()


def test_a_model_is_shown_no_internal_document_unless_it_is_trusted(
    home: Path, tmp_path: Path, library: Library
) -> None:
    del library  # the index is there
    for trusted in (False, True):
        chosen = Settings(
            home=home, database_url=f"sqlite:///{tmp_path / 'j.db'}", llm="openai:m", llm_base_url="http://127.0.0.1:9/v1",
            llm_api_key="x", llm_internal=trusted,
        )  # fmt: skip
        jumou = Jumou(chosen)
        office = jumou.within(HERE)
        assert office.library.reach.internal
        assert office.library_for("rules").reach.internal
        assert office.library_for("llm:m").reach.internal == trusted
        plan_id = f"p{trusted}"
        keep_plan(
            office.store, plan_id, replace(small_request(), classification="internal"), small_plan(), Person("安工")
        )
        assert office.drafter_of(plan_id).name == ("llm:m" if trusted else "rules")
        asyncio.run(jumou.close_chats())
        jumou.index.close()
        jumou.database.dispose()


def test_only_those_who_draft_reach_what_is_internal() -> None:
    assert [Principal(user="x", role=role).reach.internal for role in Role] == [False, True, True, True]
