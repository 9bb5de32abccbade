"""The analysis of a whole region."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jumou.analysis.benchmark import Peer, PeerTable
from jumou.analysis.region import RegionAnalysis, analyse
from jumou.corpus.generic_chain import generic_chain
from jumou.domain.chain import Chain
from jumou.domain.region import RegionProfile
from jumou.profile import parse_profile, read_profile, sample_profile

Golden = Callable[[str], dict[str, Any]]


def value(analysis: RegionAnalysis, name: str) -> float | None:
    return analysis.indicators[name].value


def county(**fields: Any) -> RegionProfile:
    """A county with a full table of sectors and little industry."""
    rows = [
        ("第一产业", 5.6789, 88345, 5.25), ("第二产业", 8.0349, 483164, 19.44), ("第三产业", 20.4743, 638698, 3.89),
        ("工业", 2.5279, 401644, 9.75), ("建筑业", 5.507, 83383, 23.93), ("地区生产总值", 34.1881, 1210207, 7.23),
    ]  # fmt: skip
    return RegionProfile.model_validate(
        {
            "name": "某西部县", "level": "county", "target_industry": "农产品加工",
            "indicators": [{"ref": "indicators!2", "metric": "地区生产总值", "key": "gdp", "value": 34.1881, "unit": "亿元", "year": 2022, "growth_percent": 7.23}],
            "industries": [
                {"ref": f"industries!{n}", "sector": sector, "measure": "value_added", "year": 2022, "region_value": own,
                 "nation_value": nation, "region_growth_percent": growth, "unit": "亿元"}
                for n, (sector, own, nation, growth) in enumerate(rows, start=2)
            ],
            **fields,
        }
    )  # fmt: skip


def test_an_automotive_city_equals_its_worked_example(golden: Golden, chains: dict[str, Chain]) -> None:
    """Quotients, shift-share, concentration and the mode table of a region with a strong leader."""
    profile = sample_profile("changchun")
    found, expected = analyse(profile, chains[profile.target_chain]), golden("regions")["changchun_new_area_2021"]
    assert value(found, "lq:长春新区:C36:output:2021") == pytest.approx(expected["lq"]["auto"], abs=1e-4)
    assert value(found, "lq:长春新区:C27:output:2021") == pytest.approx(expected["lq"]["pharma"], abs=1e-4)
    assert value(found, "lq:长春新区:C39:output:2021") == pytest.approx(expected["lq"]["electronics"], abs=1e-4)
    assert value(found, "lq:长春新区:C36:output:2020") == pytest.approx(expected["lq_2020"]["auto"], abs=1e-4)
    parts = found.indicators["shift_share:长春新区:2020-2021"]
    assert [parts.detail[key] for key in ("national", "mix", "regional")] == pytest.approx(
        [expected["shift_share"][key] for key in ("national", "mix", "regional")], abs=0.01
    )
    assert {"scope_differs", "current_prices", "part_of_region"} <= set(parts.flags)
    assert [part.regional for part in found.shift_share] == pytest.approx(
        expected["shift_share"]["regional_by_sector"], abs=0.01
    )
    structure = found.indicators["hhi:长春新区:output:2021"]
    assert structure.value == pytest.approx(expected["hhi_eight_groups"], abs=1e-5)
    assert structure.detail["top_share"] == pytest.approx(expected["top1_share"], abs=1e-6)
    assert value(found, "lq:长春市:第二产业:value_added:2021") == pytest.approx(
        golden("regions")["changchun_2021"]["lq"]["secondary"], abs=1e-4
    )
    assert found.target_quotient is not None
    assert found.target_quotient.id == "lq:长春新区:C36:output:2021"
    assert {point.sector: point.quadrant for point in found.quadrants}["汽车产业"] == "mature"


@pytest.mark.parametrize(
    ("region", "mode"), [("changchun", "anchor_firm"), ("hefei", "innovation"), ("mouding", "policy_led")]
)
def test_sample_regions_get_their_mode_from_their_own_cells(
    shared: Path, golden: Golden, region: str, mode: str, chains: dict[str, Chain]
) -> None:
    """The core table read from the profile equals the worked example; the mode is the expected one."""
    profile = read_profile(shared / f"data/regions/{region}/region_profile.json")
    table = analyse(profile, chains[profile.target_chain]).modes
    expected = golden("regions")["mode_selection"][region]
    short = {
        "anchor_firm": "anchor",
        "innovation": "innovation",
        "market_hub": "market",
        "policy_led": "policy",
        "symbiosis": "symbiosis",
    }
    for key in ("anchor_firm", "innovation", "market_hub"):
        assert table.row(key).core == pytest.approx(expected["scores"][short[key]], abs=0.0101)
    assert table.winner == mode
    assert not table.close
    assert table.sensitivity >= 0.9


@pytest.mark.parametrize(
    ("region", "mode"), [("changchun", "anchor_firm"), ("hefei", "innovation"), ("mouding", "policy_led")]
)
def test_shipped_samples_get_the_mode_the_framework_gives_them(
    region: str, mode: str, chains: dict[str, Chain]
) -> None:
    """What the first-time user sees is the expected choice, clear of the next."""
    profile = sample_profile(region)
    table = analyse(profile, chains[profile.target_chain]).modes
    assert table.winner == mode
    assert not table.close


@pytest.mark.parametrize("region", ["changchun", "hefei", "mouding"])
def test_chain_presence_equals_the_worked_example(golden: Golden, region: str, chains: dict[str, Chain]) -> None:
    """Firms by link, twins of other chains included, firms in reorganisation left out."""
    profile = sample_profile(region)
    expected = golden("regions")["chain_presence"][region]
    found = {node.id: node for node in analyse(profile, chains[profile.target_chain]).nodes}
    for name in expected["nodes"].keys() & found.keys():
        assert len(found[name].firms) == expected["nodes"][name]["firms"], name
    missing = {name for name, node in found.items() if node.key and node.state == "missing"}
    assert set(expected["missing_key"]) & found.keys() <= missing


def test_ratios_of_a_poor_county_park_equal_the_worked_example(golden: Golden, chains: dict[str, Chain]) -> None:
    """Fiscal self-sufficiency and output a firm; no quotient is made up where no sector split is public."""
    profile = sample_profile("mouding")
    found, expected = analyse(profile, chains[profile.target_chain]), golden("regions")["mouding_2023"]
    assert value(found, "ratio:fiscal_self_sufficiency") == pytest.approx(
        100 * expected["fiscal_self_sufficiency"], abs=1e-4
    )
    assert value(found, "ratio:output_per_firm") == pytest.approx(expected["output_per_firm"])
    assert not any(item.formula == "lq" for item in found.computed)
    assert any(item.formula == "lq" and item.missing for item in found.not_computable)
    assert found.circular


def test_margin_and_research_of_a_science_city_equal_the_worked_example(
    golden: Golden, chains: dict[str, Chain]
) -> None:
    """Profit margin beside the nation's."""
    profile = sample_profile("hefei")
    margin = analyse(profile, chains[profile.target_chain]).indicators["ratio:margin"]
    expected = golden("regions")["hefei_2021"]
    assert margin.value == pytest.approx(100 * expected["margin"], abs=1e-3)
    assert margin.detail["nation"] == pytest.approx(100 * expected["national_margin"], abs=1e-3)


def test_a_weak_county_with_a_full_table_is_to_be_cultivated() -> None:
    """A low quotient of industry leads to policy, close to nothing else by figures alone."""
    found = analyse(county(), None)
    assert value(found, "lq:某西部县:工业:value_added:2022") == pytest.approx(0.2228, abs=1e-3)
    assert found.modes.winner == "policy_led"
    assert found.modes.row("policy_led").gate == "passed"


def test_a_market_town_with_a_port_is_led_by_its_market() -> None:
    """A city of clothing markets beside a river port."""
    found = analyse(
        county(
            target_industry="童装", infrastructure=[{"ref": "infrastructure!2", "name": "中国童装城"}, {"ref": "infrastructure!3", "name": "华阳港"}],
            policies=[{"ref": "policies!2", "name": "承接产业转移示范区", "level": "national"}],
        ),
        None,
    )  # fmt: skip
    assert found.modes.winner == "market_hub"
    assert found.modes.row("market_hub").gate == "passed"


def test_an_empty_profile_computes_nothing_and_says_so() -> None:
    """Every indicator but the mode scores misses inputs, and names them."""
    found = analyse(RegionProfile(name="某市"), None)
    assert all(item.formula == "mode_scoring" for item in found.computed)
    assert all(item.missing for item in found.not_computable)
    assert found.scale is None
    assert found.target_quotient is None


def test_the_same_profile_gives_the_same_analysis() -> None:
    """Nothing depends on time or chance."""
    assert analyse(county(), None) == analyse(county(), None)


def test_links_nobody_placed_are_unknown_and_key_ones_hypothetical() -> None:
    """A bare list of names does not show which links are missing."""
    profile = RegionProfile.model_validate({"name": "某市", "enterprises": [{"name": "甲公司"}]})
    found = analyse(profile, generic_chain("陶瓷"))
    assert {node.state for node in found.nodes} == {"unknown"}
    assert {node.action for node in found.nodes if node.key} == {"introduce"}
    assert all("hypothesis" in node.flags for node in found.nodes)


def test_a_link_resources_speak_of_is_no_gap() -> None:
    """The generic chain's material link, when the profile names resources of that kind."""
    profile = RegionProfile.model_validate({"name": "某市", "resources": [{"name": "高岭土矿"}]})
    node = next(node for node in analyse(profile, generic_chain("陶瓷")).nodes if node.id == "inputs")
    assert node.action is None
    assert "seen_in_words" in node.flags


def test_keywords_place_firms_without_a_link() -> None:
    """A firm whose name speaks of a link stands there."""
    profile = RegionProfile.model_validate({"name": "某市", "enterprises": [{"name": "某检测认证公司"}]})
    node = next(node for node in analyse(profile, generic_chain("陶瓷")).nodes if node.id == "testing")
    assert node.firms == ("某检测认证公司",)


def test_english_plans_get_english_labels() -> None:
    """No Chinese label in an English analysis of an English profile."""
    profile = RegionProfile(name="Somewhere", level="city", country="UK", target_industry="ceramics")
    found = analyse(profile, generic_chain("ceramics"), language="en")
    texts = [text for item in found.indicators.values() for text in (item.label, *item.missing)] + list(
        found.modes.missing
    )
    assert not any("\u4e00" <= letter <= "\u9fff" for text in texts for letter in text)


def test_peers_given_replace_the_shipped_panel() -> None:
    """A planner's own panel is used as it is; five peers allow a percentile."""
    table = PeerTable(tuple(Peer(f"县{n}", "county", 2022, 30.0 + n, growth=5.0 + n) for n in range(6)))
    found = analyse(county(), None, peers=table)
    assert len(found.peers) == 6
    assert "percentile" in found.indicators["benchmark:gdp"].detail
    assert value(found, "benchmark:growth") == pytest.approx(3.0 / 7 + 0.5 / 7, abs=1e-6)


def test_the_size_of_an_industry_is_the_profiles_own_latest_figure() -> None:
    """Output that names the industry wins over other figures; the cell stays its basis."""
    profile = parse_profile(
        {
            "region": {"name": "某市", "level": "地级市"}, "target_industry": "陶瓷",
            "background": [
                {"metric": "陶瓷产业产值", "value": 300, "unit": "亿元", "year": 2016}, {"metric": "陶瓷产业产值", "value": 372, "unit": "亿元", "year": 2017},
                {"metric": "陶瓷业占GDP比重", "value": 8, "unit": "%", "year": 2018}, {"metric": "地区生产总值", "value": 900, "unit": "亿元", "year": 2017},
            ],
        }
    )  # fmt: skip
    scale = analyse(profile, generic_chain("陶瓷")).scale
    assert scale is not None
    assert (scale.value, scale.year, scale.basis, scale.source_ids) == (
        372,
        2017,
        "profile",
        (profile.indicators[1].ref,),
    )


def test_every_shipped_chain_can_be_analysed(chains: dict[str, Chain]) -> None:
    """Chains with any set of links give nodes, a curve and a table."""
    profile = RegionProfile(name="某市", level="city")
    for chain in chains.values():
        found = analyse(profile, chain)
        assert len(found.nodes) == len(chain.nodes)
        assert len(found.smile.points) == len(chain.nodes)


def test_mode_scores_can_be_quoted_as_computed_figures() -> None:
    """A text cites the score by its formula."""
    found = analyse(county(), None)
    quantity = found.mode_quantity(found.modes.winner)
    assert quantity.basis == "computed"
    assert quantity.formula == f"mode_scoring:mode:{found.modes.winner}"


def test_a_chain_is_not_needed() -> None:
    """Without a chain there are no links and no curve, and everything else is there."""
    found = analyse(county(), None)
    assert found.nodes == ()
    assert isinstance(generic_chain("x"), Chain)
