"""Promises about where a profile's firms stand on a chain, and which links a region cannot be said to lack."""

import pytest

from jumou.analysis.region import analyse
from jumou.corpus.chains import load_chains
from jumou.domain.diagnosis import ChainNode
from jumou.domain.region import ProfileConstraint, ProfileEnterprise, RegionProfile
from jumou.drafting.industry import choose_industry, wanted_links


def links(target: str, firms: tuple[str, ...] = (), problems: tuple[str, ...] = ()) -> dict[str, ChainNode]:
    profile = RegionProfile(
        name="某市", level="city", target_industry=target,
        enterprises=tuple(ProfileEnterprise(name=name) for name in firms),
        constraints=tuple(ProfileConstraint(statement=text) for text in problems),
    )  # fmt: skip
    industry = choose_industry(profile, None, "zh")
    found = analyse(profile, industry.chain, named=wanted_links(industry))
    return {node.id: node for node in found.nodes}


def at(nodes: dict[str, ChainNode], firm: str) -> set[str]:
    return {node.id for node in nodes.values() if firm in node.firms}


@pytest.mark.parametrize(
    ("target", "firm", "link", "not_at"),
    [
        ("航空装备", "滨海民机发动机维修工程有限公司", "mro", "engine"),
        ("低空经济", "某某直升机股份有限公司滨海分公司", "", "evtol"),
        ("低空经济", "滨海无人机运营有限公司", "ops", "drone"),
        ("风电装备", "北岸风电叶片制造有限公司", "blade", ""),
        ("石化", "某某石油化工股份有限公司滨海炼化分公司", "refining", ""),
        ("汽车", "滨海汽车销售服务有限公司", "sales", "oem"),
    ],
)
def test_a_firm_that_keeps_runs_or_sells_a_product_does_not_make_it(
    target: str, firm: str, link: str, not_at: str
) -> None:
    found = at(links(target, (firm,)), firm)
    assert not link or link in found
    assert not_at not in found


def test_a_firm_named_after_a_links_product_stands_there() -> None:
    chain = load_chains()["wind_marine"]
    ship = next(node for node in chain.nodes if node.name.en == "Shipbuilding")
    profile = RegionProfile(
        name="Harbour County", level="county", country="Canada", target_industry="shipbuilding",
        enterprises=(ProfileEnterprise(name="North Shore Shipbuilding"),),
    )  # fmt: skip
    found = {node.id: node for node in analyse(profile, chain, language="en").nodes}
    assert found[ship.id].firms == ("North Shore Shipbuilding",)


def test_english_words_are_found_from_the_beginning_of_a_word_only() -> None:
    chain = load_chains()["wind_marine"]
    profile = RegionProfile(name="X", level="county", enterprises=(ProfileEnterprise(name="Tropical Foods Ltd"),))
    assert not [node.id for node in analyse(profile, chain, language="en").nodes if node.firms]


def test_the_link_a_region_is_called_after_is_never_missing() -> None:
    nodes = links("家具", ("某某木制品有限公司",))
    assert nodes["furniture"].action != "introduce"
    assert "hypothesis" not in nodes["furniture"].flags
    nodes = links("护栏丝网")
    assert nodes["net"].action == "strengthen"


def test_a_link_a_problem_denies_is_missing_whatever_the_industry_is_called() -> None:
    nodes = links("家具", problems=("本地没有家具制造企业，只有原木交易",))
    assert nodes["furniture"].action == "introduce"
