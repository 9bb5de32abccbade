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
        ranking = [row.key for row in analyse(parse_profile(plan["input"]), None).modes.ranking]
        hits["first"] += ranking[0] == plan["expert"]["mode"]
        hits["second"] += plan["expert"]["mode"] in ranking[:2]
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
