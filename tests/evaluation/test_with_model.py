"""The suite of expert plans with a model: its drafts, and the model without the product, against a scripted server."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from jumou.cli.evaluate import app
from jumou.drafting.llm import LlmDrafter
from jumou.errors import InvalidRequest
from jumou.evaluation.gold import read_gold
from jumou.evaluation.likeness import Judgement
from jumou.evaluation.plan_report import write_plan_report
from jumou.evaluation.plans import PlansSuite
from jumou.llm import LangchainEndpoint, LanguageModel
from jumou.retrieval import Library
from jumou.settings import settings
from jumou.testing import ModelServer, Request, good_answers, task_of

ANSWER = {
    "mode": "anchor_firm", "modes_ranked": ["anchor_firm", "innovation", "market_hub", "policy_led", "symbiosis"],
    "themes": ["高端轴承"], "vision": "建成全国轴承基地", "strengths": [], "gaps": ["高端轴承依赖外购"],
    "projects": [{"name": "轴承产业学院", "type": "B3", "content": "与院校共建轴承产业学院。"}],
    "kpis": [{"name": "轴承产值", "unit": "亿元", "target": 320}],
}  # fmt: skip


def script(request: Request) -> Any:
    return ANSWER if task_of(request) == "eval/single_prompt" else good_answers(request)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(script) as running:
        yield running


@pytest.fixture
def suite(server: ModelServer, gold_folder: Path, small: Library, tmp_path: Path, judgement: Judgement) -> PlansSuite:
    model = LanguageModel(LangchainEndpoint("openai:scripted", base_url=server.url, api_key="k"), tmp_path / "home")
    return PlansSuite(
        read_gold(gold_folder), small, LlmDrafter(model), tmp_path / "run", judgement=judgement, model=model
    )


def test_drafts_of_a_model_stand_beside_the_rules_and_one_single_prompt(suite: PlansSuite) -> None:
    run = suite.run()
    assert run.failures == {}
    assert run.configuration["drafter"] == "llm:scripted"
    assert run.configuration["prompts"]
    assert (run.cases["bailu"]["model_calls"] or 0) > 1
    assert run.detail["scores"]["rules"]["bailu"]["measures"]["model_calls"] == 0
    prompted = run.detail["scores"]["single_prompt"]["bailu"]
    assert prompted["measures"]["project_recall"] == 1.0
    assert prompted["measures"]["mode_agreement"] == 1.0
    assert prompted["measures"]["citation_validity"] is None
    assert {"rules", "single_prompt"} <= set(run.differences)
    text = write_plan_report(run, suite.gold, suite.folder, "zh")[0].read_text(encoding="utf-8")
    assert "单条提示词" in text


def test_a_model_that_fails_the_single_prompt_is_reported_and_asked_again(
    suite: PlansSuite, server: ModelServer
) -> None:
    server.faults = lambda request: "no_json" if task_of(request) == "eval/single_prompt" else ""
    run = suite.run()
    assert "bailu: single_prompt" in run.failures
    assert "single_prompt" not in run.detail["scores"]
    server.faults = lambda _: ""
    before = server.calls
    again = suite.run()
    assert again.failures == {}
    assert server.calls == before + 1
    assert again.detail["scores"]["single_prompt"]["bailu"]["measures"]["project_recall"] == 1.0


def test_kept_drafts_of_a_model_are_scored_again_without_it(suite: PlansSuite) -> None:
    run = suite.run()
    kept = PlansSuite(
        suite.gold, suite.library, suite.drafter, suite.folder, judgement=suite.judgement, label="llm:scripted"
    )
    scored = kept.scored(failures={}, kept_out=run.detail["kept_out"], thresholds=None)
    assert scored.means["project_recall"] == run.means["project_recall"]
    assert set(scored.differences) == set(run.differences)


def test_a_model_that_is_not_set_cannot_draft(
    tmp_path: Path, gold_folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUMOU_HOME", str(home))
    monkeypatch.setenv("JUMOU_LLM", "")
    settings.cache_clear()
    told = CliRunner().invoke(
        app, ["plans", "--gold", str(gold_folder), "--out", str(tmp_path / "o"), "--drafter", "llm"]
    )
    settings.cache_clear()
    assert isinstance(told.exception, InvalidRequest)
    assert "JUMOU_LLM" in told.exception.mend_zh


def test_the_single_prompt_shows_the_profile_and_nothing_of_the_expert(suite: PlansSuite, server: ModelServer) -> None:
    suite.run()
    asked = next(request.text for request in server.requests if task_of(request) == "eval/single_prompt")
    assert "高端轴承依赖外购" in asked
    assert "轴承产业学院" not in asked
    assert json.loads(asked.split("<profile>")[1].split("</profile>")[0])["name"] == "白鹿市"
