"""The mode of regions known by words only."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from jumou.analysis.mode_reading import BASE, WEIGHTS, read_words
from jumou.analysis.region import analyse
from jumou.domain.region import RegionProfile
from jumou.profile import parse_profile

CASES = json.loads((Path(__file__).resolve().parent / "thin_cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_thin_profile_gets_the_mode_a_planner_would_pick(case: dict[str, Any]) -> None:
    """Invented regions of many industries, each with the mode its description calls for."""
    assert analyse(parse_profile(case["input"]), None).modes.winner == case["mode"]


def test_published_plans_are_met(shared: Path) -> None:
    """At least three quarters of the published plans' modes, and nine tenths among the two best."""
    hits: Counter[str] = Counter()
    files = sorted((shared / "expert_plans").glob("*.json"))
    for file in files:
        plan = json.loads(file.read_text(encoding="utf-8"))
        table = analyse(parse_profile(plan["input"]), None).modes
        hits["first"] += table.winner == plan["expert"]["mode"]
        hits["second"] += plan["expert"]["mode"] in (table.winner, table.runner_up)
    assert hits["first"] >= 0.75 * len(files)
    assert hits["second"] >= 0.9 * len(files)


def test_published_plans_are_met_without_any_one_sheet(shared: Path) -> None:
    """No sheet alone carries the choice: with any one left out, two thirds of the modes are still met."""
    plans = [json.loads(file.read_text(encoding="utf-8")) for file in sorted((shared / "expert_plans").glob("*.json"))]
    for sheet in ("background", "resources", "enterprises", "institutions", "infrastructure", "market", "problems"):
        met = sum(
            analyse(parse_profile({**plan["input"], sheet: []}), None).modes.winner == plan["expert"]["mode"]
            for plan in plans
        )
        assert met >= 2 * len(plans) / 3, sheet


def test_nothing_but_a_name_leads_to_cultivation() -> None:
    """Where nothing is known the cautious mode is proposed, and the table says that nothing was known."""
    table = analyse(RegionProfile(name="某县", level="county", target_industry="茶产业"), None).modes
    assert table.winner == "policy_led"
    assert table.openness == 1
    assert len(table.missing) == 12


def test_every_signal_names_the_cells_it_rests_on() -> None:
    """A reading can be checked: a signal above zero has its places and words."""
    for case in CASES:
        for signal in read_words(parse_profile(case["input"])):
            assert 0 <= signal.value <= 1
            if signal.value > 0:
                assert signal.cells
                assert signal.words


def test_weights_refer_to_signals_that_exist() -> None:
    """The table of the reading has no dead entries."""
    known = {signal.key for signal in read_words(RegionProfile(name="某市"))}
    assert set(BASE) == set(WEIGHTS)
    assert {name for row in WEIGHTS.values() for name in row} <= known


def test_a_firm_in_reorganisation_is_weakness_not_leadership() -> None:
    """Trouble on record counts against the base."""
    profile = RegionProfile.model_validate(
        {
            "name": "某县",
            "target_industry": "铜冶炼",
            "enterprises": [{"name": "某铜业", "status": "破产重整", "ref": "enterprises!2"}],
        }
    )
    signals = {signal.key: signal.value for signal in read_words(profile)}
    assert signals["leaders"] == 0
    assert signals["weakness"] > 0


def test_words_that_only_sound_like_a_market_or_a_loop_do_not_count() -> None:
    """A world market is no market place, hydrogen as a by-product no loop, a medicine port no harbour."""
    profile = RegionProfile.model_validate(
        {
            "name": "某市", "target_industry": "氢能", "markets": [{"name": "global EV market"}, {"name": "全球市场"}],
            "resources": [{"name": "工业副产氢资源"}], "infrastructure": [{"name": "医药港"}],
        }
    )  # fmt: skip
    signals = {signal.key: signal.value for signal in read_words(profile)}
    assert signals["market"] == 0
    assert signals["loops"] < 0.2


def signals_of(problems: tuple[str, ...] = (), **rows: object) -> dict[str, float]:
    content = {
        "region": {"name": "某市", "level": "地级市"},
        "target_industry": "精细化工",
        "problems": list(problems),
        **rows,
    }
    return {signal.key: signal.value for signal in read_words(parse_profile(content))}


@pytest.mark.parametrize(
    "problem",
    ["炼化下游深加工不足", "停车场和充电设施布局不足", "高端人才不足", "品牌影响力偏弱", "冷链运力不足", "本地配套率偏低、协作不强", "一企独大，地方配套少",
     "skilled workers are hard to find and the grid connection lags"],
)  # fmt: skip
def test_a_shortage_of_one_part_does_not_make_the_base_weak(problem: str) -> None:
    """Every region is short of staff, brands or roads; that is no weak industry."""
    assert signals_of((problem,))["weakness"] == 0


@pytest.mark.parametrize(
    "problem",
    ["“一钢独大”，其他产业体量小", "产业结构单一", "矿井陆续关闭，接续产业尚未形成", "人口外流，经济增长落后于全省", "过度依赖单一矿种",
     "dependent on coal mining", "the last pit closed in 2015"],
)  # fmt: skip
def test_decline_and_dependence_are_weakness(problem: str) -> None:
    """A region that lives on one thing, or on what is closing, has its new base still to build."""
    assert signals_of((problem,))["weakness"] > 0


def test_dependence_on_imported_parts_is_no_weak_base() -> None:
    """It is a gap of the chain, found in the strongest industries."""
    assert signals_of(("高端轴承高度依赖进口",))["weakness"] == 0


def test_a_shrinking_economy_is_weakness_wherever_the_growth_stands() -> None:
    """As a figure of its own or beside the value."""
    stated = signals_of(background=[{"metric": "规模以上工业增加值增速", "value": -2.1, "unit": "%", "year": 2023}])
    beside = signals_of(background=[{"metric": "地区生产总值", "value": 310, "unit": "亿元(-1.2%)", "year": 2023}])
    rising = signals_of(background=[{"metric": "地区生产总值", "value": 310, "unit": "亿元(+4.2%)", "year": 2023}])
    assert stated["weakness"] > 0
    assert beside["weakness"] > 0
    assert rising["weakness"] == 0


@pytest.mark.parametrize("infrastructure", [["某港区", "某国际机场"], ["Port of Westhaven", "Westhaven Airport"]])
def test_a_harbour_and_an_airport_make_no_market_hub(infrastructure: list[str]) -> None:
    """They carry goods past a region as well as to it; its gate fails and says why."""
    content = {
        "region": {"name": "Westhaven", "level": "county", "province/country": "Ireland"}, "target_industry": "furniture",
        "infrastructure": infrastructure,
    }  # fmt: skip
    table = analyse(parse_profile(content), None, language="en").modes
    assert table.winner != "market_hub"
    row = table.row("market_hub")
    assert (row.gate, "harbour" in row.reason) == ("failed", True)


def test_a_border_crossing_is_a_place_of_trade() -> None:
    """Where goods pass customs and change hands, the condition holds."""
    content = {
        "region": {"name": "某边境市", "level": "县级市"}, "target_industry": "跨境贸易与加工", "infrastructure": ["某公路口岸", "综合保税区"],
        "market": ["水果批发市场"],
    }  # fmt: skip
    table = analyse(parse_profile(content), None).modes
    assert (table.winner, table.row("market_hub").gate) == ("market_hub", "passed")


def test_little_research_is_no_research_lead() -> None:
    """Bodies that teach count for less where under one per cent of output goes into research."""
    bodies = {"institutions": ["某大学", "某学院", "某研究所"]}
    little = signals_of(**bodies, background=[{"metric": "R&D spending as share of GDP", "value": 0.4, "unit": "%"}])
    assert little["research"] < signals_of(**bodies)["research"]
