import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jumou.domain.evidence import Grounded
from jumou.domain.plan import ModelUse, Plan
from jumou.domain.region import RegionProfile
from jumou.drafting.drafter import RulesDrafter
from jumou.drafting.llm import LlmDrafter
from jumou.drafting.prepare import prepare
from jumou.llm import Budget, LangchainEndpoint, LanguageModel
from jumou.profile import sample_profile
from jumou.retrieval import Library
from jumou.testing import SPOILINGS, Fault, ModelServer, Request, Spoiling, good_answers, items_of, spoiled
from jumou.workflow import PlanRequest, draft_plan

BUDGET = Budget(calls=140, tokens=1_000_000)
SMALL = RegionProfile(name="瓦房店市", target_industry="轴承")
TEXTS = {
    "made_up_number": "8888亿元", "number_in_words": "三百亿元", "invented_firm": "华腾星耀", "invented_document": "星耀产业发展", "invented_year": "2049",
    "invented_figure": "F999", "apology": "抱歉", "markup": "example.com", "invented_passage": "N99_no_such_policy", "altered_quote": "并大幅提高",
    "system_text": "规划处工作", "other_language": "another language", "nothing_to_stand_on": "值得期待",
}  # fmt: skip


def drafted(
    library: Library, profile: RegionProfile, script: Any = good_answers, **server: Any
) -> tuple[Plan, ModelServer]:
    """A plan by a scripted model, and the server that played it."""
    budget, timeout = server.pop("budget", BUDGET), server.pop("timeout", 20.0)
    request = PlanRequest(profile, language=server.pop("language", "zh"), start_year=2026, horizon=2030)
    with tempfile.TemporaryDirectory() as home, ModelServer(script, **server) as played:
        endpoint = LangchainEndpoint("openai:scripted", base_url=played.url, timeout=timeout)
        model = LanguageModel(endpoint, Path(home), retries=1, budget=budget)
        return asyncio.run(draft_plan(request, library, LlmDrafter(model))), played


def used(plan: Plan) -> ModelUse:
    assert plan.provenance.model_use is not None
    return plan.provenance.model_use


def valid(plan: Plan) -> bool:
    """No finding of the check of whole plans is an error, and the framework is complete."""
    return not [one for one in plan.quality.findings if one.severity == "error"] and len(plan.projects) > 0


def skeleton(plan: Plan) -> Any:
    """Everything of a plan that no model may touch: all but its texts, and what they lean on."""
    loose = {
        "text",
        "figures",
        "citations",
        "state",
        "author",
        "objective",
        "content",
        "response",
        "adjust",
        "target_note",
        "checks",
        "reason",
    }

    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: bare(part) for name, part in value.items() if name not in loose}
        return [bare(part) for part in value] if isinstance(value, list) else value

    content = plan.model_dump(mode="json", exclude={"evidence", "quality", "provenance"})
    content["positioning"].pop("vision")
    return bare(content)


@pytest.fixture(scope="module")
def by_rules(library: Library) -> Plan:
    return asyncio.run(draft_plan(PlanRequest(SMALL, start_year=2026, horizon=2030), library, RulesDrafter()))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_model_that_answers_well_drafts_all_four_steps(library: Library, language: str) -> None:
    """Every text it is asked for is taken, signed with its name, and passes the check of whole plans."""
    plan, played = drafted(library, sample_profile("changchun"), language=language, latency=0.05)
    use = used(plan)
    assert valid(plan)
    assert use.fallbacks == ()
    assert set(use.items_by_model) == {"diagnosis", "positioning", "projects", "implementation"}
    assert use.calls == played.calls
    assert played.at_once > 3  # the calls of a step overlap
    assert plan.provenance.drafter == "llm:scripted"
    assert {gap.author for gap in plan.diagnosis.gaps} == {project.author for project in plan.projects} == {"scripted"}
    assert plan.projects[0].compliance[0].author == "rules"
    assert {prompt.step for prompt in use.prompts} == set(use.items_by_model)
    assert all(prompt.hash for prompt in use.prompts)
    assert use.usd is None
    assert use.unpriced_calls > 0


def test_a_model_reaches_texts_and_nothing_else(library: Library, by_rules: Plan) -> None:
    """Money, dates, bodies, approvals, findings, references and scores are the rules', whatever wrote the texts."""
    plan, _ = drafted(library, SMALL)
    assert skeleton(plan) == skeleton(by_rules)
    assert [project.compliance for project in plan.projects] == [project.compliance for project in by_rules.projects]


@pytest.mark.parametrize("how", SPOILINGS)
def test_what_does_not_pass_falls_back_item_by_item(library: Library, how: Spoiling) -> None:
    """The plan completes, valid, within its budget; what was wrong stands nowhere in it, and the fallbacks are counted."""
    plan, played = drafted(library, SMALL, spoiled(how))
    use = used(plan)
    assert valid(plan)
    assert use.fallen_back > 0
    assert played.calls == use.calls <= BUDGET.calls
    assert use.tokens_in + use.tokens_out <= BUDGET.tokens
    if how in TEXTS:
        assert TEXTS[how] not in plan.model_dump_json(exclude={"provenance"})


@pytest.mark.parametrize(
    "fault", ["429", "500", "400", "timeout", "cut", "no_json", "not_openai", "refusal", "empty", "cut_length"]
)
def test_a_model_that_fails_fails_no_plan(library: Library, by_rules: Plan, fault: Fault) -> None:
    """The rules' plan stands, says so, and few calls were wasted on it."""
    plan, played = drafted(library, SMALL, faults=lambda _: fault, timeout=1.0 if fault == "timeout" else 20.0)
    assert valid(plan)
    assert plan.provenance.drafter == "rules"
    assert used(plan).items_by_model == {}
    assert played.calls <= 60
    assert plan.projects == by_rules.projects


@pytest.mark.parametrize("fault", ["429", "500", "no_json", "cut_length"])
def test_a_model_that_fails_now_and_then_is_bridged(library: Library, fault: Fault) -> None:
    """Every third answer fails: tried again or sent back, the rest is the model's."""
    plan, _ = drafted(library, SMALL, faults=lambda request: fault if request.number % 3 == 0 else "")
    use = used(plan)
    assert valid(plan)
    assert sum(use.items_by_model.values()) > 3 * use.fallen_back


def test_a_mended_answer_is_taken(library: Library) -> None:
    """What was wrong goes back with the findings; the second answer passes."""
    told: list[str] = []

    def first_time(request: Request) -> bool:
        if "<findings>" in request.last:
            told.append(request.last)
        return "<findings>" not in request.last

    plan, _ = drafted(library, SMALL, spoiled("made_up_number", when=first_time))
    use = used(plan)
    assert use.fallbacks == ()
    assert use.repairs > 0
    assert any("8888" in text and "<failed id=" in text for text in told)


def test_a_spent_budget_leaves_the_rest_to_the_rules(library: Library) -> None:
    """Nothing is lost, and not one call more is made."""
    plan, played = drafted(library, SMALL, budget=Budget(calls=10))
    assert valid(plan)
    assert played.calls == 10
    assert {fallback.reason for fallback in used(plan).fallbacks} == {"budget"}
    assert sum(used(plan).items_by_model.values()) > 0


def test_the_reviewers_note_reaches_the_model_at_its_item(library: Library) -> None:
    """And at no other."""
    seen: dict[str, str] = {}

    def script(request: Request) -> Any:
        for item in items_of(request):
            seen[item["id"]] = request.last.split(f'<item id="{item["id"]}"')[1].split("</item>")[0]
        return good_answers(request)

    with tempfile.TemporaryDirectory() as home, ModelServer(script) as played:
        model = LanguageModel(LangchainEndpoint("openai:scripted", base_url=played.url), Path(home))
        ctx = prepare(SMALL, library, start_year=2026, horizon=2030, notes={"gap/G01": "请写明与本地钢材的关系"})
        diagnosis = asyncio.run(LlmDrafter(model).diagnose(ctx))
    assert diagnosis.gaps[0].author == "scripted"
    assert [name for name, text in seen.items() if "本地钢材" in text] == ["gap/G01"]


def test_every_text_says_who_wrote_it(library: Library) -> None:
    """With half the items spoiled, both authors stand side by side."""

    def half(request: Request) -> bool:
        return "gap/" in request.last

    plan, _ = drafted(library, SMALL, spoiled("invented_firm", when=half))
    authors: Callable[[tuple[Grounded, ...]], set[str]] = lambda parts: {part.author for part in parts}  # noqa: E731 - one line, used twice
    assert authors(plan.diagnosis.gaps) == {"rules"}
    assert authors(plan.diagnosis.drivers) == {"scripted"}
