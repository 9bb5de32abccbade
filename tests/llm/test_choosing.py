import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jumou.compose import Jumou
from jumou.domain.access import HERE
from jumou.domain.region import RegionProfile
from jumou.drafting.llm import LlmDrafter
from jumou.errors import InvalidRequest
from jumou.llm import LangchainEndpoint, LanguageModel
from jumou.retrieval import Library
from jumou.settings import Settings
from jumou.storage import PlanStore, open_database
from jumou.testing import ModelServer, good_answers
from jumou.workflow import PlanRequest, draft_plan
from jumou.workflow.creating import keep_plan
from jumou.workflow.review import Person


def test_the_model_drafts_where_there_is_one_unless_told(tmp_path: Path) -> None:
    """Settings first, then what is asked for."""
    with_model = Settings(home=tmp_path, llm="openai:qwen3", llm_base_url="http://127.0.0.1:9/v1")
    assert Jumou(Settings(home=tmp_path, llm="")).drafter.name == "rules"
    assert Jumou(with_model).drafter.name == "llm:qwen3"
    assert Jumou(with_model).drafter_named("rules").name == "rules"
    assert Jumou(with_model.model_copy(update={"drafter": "rules"})).drafter.name == "rules"


def test_a_model_that_is_not_set_cannot_draft(tmp_path: Path) -> None:
    """The error names the setting."""
    with pytest.raises(InvalidRequest) as refused:
        Jumou(Settings(home=tmp_path, llm="")).drafter_named("llm")
    assert "JUMOU_LLM" in refused.value.message("zh")


def test_a_kept_plan_records_model_and_prompts_with_every_revision(tmp_path: Path, library: Library) -> None:
    """Id, version and hash of each prompt a step was asked with."""
    request = PlanRequest(RegionProfile(name="瓦房店市", target_industry="轴承"), start_year=2026, horizon=2030)
    with ModelServer(good_answers) as server:
        model = LanguageModel(LangchainEndpoint("openai:scripted", base_url=server.url), tmp_path)
        plan = asyncio.run(draft_plan(request, library, LlmDrafter(model)))
    store = PlanStore(open_database(tmp_path, ""), HERE)
    try:
        keep_plan(store, "p1", request, plan, Person("安工"))
        infos = {info.step: info for info in store.history("p1").revisions}
    finally:
        store.close()
    assert {info.model for info in infos.values()} == {"scripted"}
    assert {info.drafter for info in infos.values()} == {"llm:scripted"}
    assert "diagnose/gaps" in infos["diagnosis"].prompt_id
    assert "design/project@1:" in infos["projects"].prompt_version


def check(home: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """`jumou llm check --json` with these settings."""
    environment = {**os.environ, "JUMOU_HOME": str(home), "JUMOU_LLM": "", **settings}
    return subprocess.run(
        [sys.executable, "-m", "jumou.cli.main", "llm", "check", "--json"], env=environment, capture_output=True, text=True, check=False, timeout=120
    )  # fmt: skip


def test_the_check_tells_abilities_and_latency(tmp_path: Path) -> None:
    """As JSON for programs; exit code 0."""
    with ModelServer(good_answers, abilities=frozenset({"tool"})) as server:
        done = check(
            tmp_path, JUMOU_LLM="openai:scripted", JUMOU_LLM_BASE_URL=server.url, JUMOU_LLM_API_KEY="sk-hidden"
        )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["reachable"], found["structured"], found["tools"]) == (True, "tool", True)
    assert found["first_token_seconds"] >= 0
    assert "sk-hidden" not in done.stdout + done.stderr


def test_the_check_leaves_with_four_when_nothing_answers_and_with_two_when_nothing_is_set(tmp_path: Path) -> None:
    """As the exit codes are documented."""
    assert check(tmp_path, JUMOU_LLM="openai:x", JUMOU_LLM_BASE_URL="http://127.0.0.1:9/v1").returncode == 4
    unset = check(tmp_path)
    assert unset.returncode == 2
    assert "JUMOU_LLM" in unset.stderr
