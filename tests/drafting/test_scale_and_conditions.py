"""Promises about what a plan claims: the mode as far as its condition holds, sizes a region can carry, precedents that fit."""

import asyncio
from typing import Any

import pytest

from jumou.domain.framework import Language
from jumou.domain.plan import Plan
from jumou.drafting.drafter import RulesDrafter
from jumou.profile import parse_profile
from jumou.retrieval import Library
from jumou.workflow import PlanRequest, draft_plan

MINING_TOWN: dict[str, Any] = {
    "region": {"name": "黑石岭市", "level": "地级市", "province/country": "山西省"}, "target_industry": "镁基新材料与铸造",
    "background": [
        {"metric": "地区生产总值", "value": 260, "unit": "亿元(-1.1%)", "year": 2024},
        {"metric": "规上工业企业", "value": 120, "unit": "户", "year": 2024},
        {"metric": "常住人口", "value": 70, "unit": "万人", "year": 2024},
    ],
    "enterprises": ["黑石岭镁业有限公司", "黑石岭铸造有限公司"], "institutions": ["黑石岭职业技术学院"],
    "infrastructure": ["黑石岭经济开发区", "黑石岭铁路专用线"],
    "problems": ["“一煤独大”，接续产业体量小", "煤矿关闭后转岗安置压力大", "镁合金产品缺少下游应用"],
}  # fmt: skip
NOTHING_KNOWN: dict[str, Any] = {
    "region": {"name": "青溪县", "level": "县", "province/country": "江西省"}, "target_industry": "竹制品",
    "background": [], "problems": ["产品同质化、相互压价"],
}  # fmt: skip
ISLAND: dict[str, Any] = {
    "region": {"name": "Westmark Province", "level": "province", "province/country": "Canada"}, "target_industry": "furniture and timber",
    "background": [
        {"metric": "GDP", "value": 30, "unit": "billion CAD", "year": 2023}, {"metric": "population", "value": 0.7, "unit": "million", "year": 2023},
        {"metric": "furniture firms", "value": 120, "unit": "firms", "year": 2023},
        {"metric": "forest and furniture jobs", "value": 6000, "unit": "jobs", "year": 2023},
    ],
    "enterprises": ["Westmark Furniture"], "institutions": ["Westmark Community College"], "infrastructure": ["Port of Westmark", "Westmark Airport"],
    "problems": ["factories own no brands", "timber supply is uncertain"],
}  # fmt: skip


def drafted(content: dict[str, Any], library: Library, language: Language = "zh") -> Plan:
    request = PlanRequest(profile=parse_profile(content), language=language)
    return asyncio.run(draft_plan(request, library, RulesDrafter()))


@pytest.fixture(scope="module")
def plans(library: Library) -> dict[str, Plan]:
    return {
        "mining": drafted(MINING_TOWN, library),
        "nothing": drafted(NOTHING_KNOWN, library),
        "abroad": drafted(ISLAND, library, "en"),
    }


def test_the_reason_for_the_mode_says_how_far_its_condition_holds(plans: dict[str, Plan]) -> None:
    words = {"yes": ("具备", "bears out"), "partly": ("部分具备", "in part"), "no": ("尚未满足", "not met"), "unknown": ("暂定", "provisional")}  # fmt: skip
    for plan in plans.values():
        mode = plan.positioning.mode
        met = next(item.met for item in plan.diagnosis.mode_conditions if item.mode == mode.key)
        assert words[met][plan.provenance.language == "en"] in mode.reason.text
    assert plans["mining"].positioning.mode.key == "policy_led"


def test_without_evidence_the_mode_is_provisional(plans: dict[str, Plan]) -> None:
    reason = plans["nothing"].positioning.mode.reason
    assert reason.state == "no_evidence"
    assert "重新判定" in reason.text


def test_modes_stand_in_the_order_of_their_scores(plans: dict[str, Plan]) -> None:
    for plan in plans.values():
        rows = sorted(plan.positioning.mode.table, key=lambda row: row.rank)
        assert [row.score for row in rows] == sorted((row.score for row in rows), reverse=True)
