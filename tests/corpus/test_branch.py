"""The branch of a chain that an industry's words mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jumou.corpus.branch import branch
from jumou.corpus.chains import load_chains
from jumou.corpus.products import find_by_products
from jumou.domain.chain import Chain
from jumou.domain.region import RegionProfile
from jumou.drafting.industry import choose_industry

CHAINS = load_chains()


def _links(chain_id: str, words: str, *facts: str) -> set[str]:
    return {node.id for node in branch(CHAINS[chain_id], words, facts).nodes}


def test_a_branch_holds_what_its_products_are_made_from_and_go_into_and_no_other_product() -> None:
    links = _links("home_appliances", "藤铁工艺家居")
    assert {"furniture", "material", "design", "channel"} <= links
    assert not links & {"component", "white", "small", "paper_chem", "lighting"}


@pytest.mark.parametrize(
    ("chain_id", "words", "left_out"),
    [
        ("beverages_tea", "白酒", "tea"),
        ("beverages_tea", "茶叶", "baijiu"),
        ("wind_marine", "船舶制造", "blade"),
        ("wind_marine", "海上风电装备", "ship"),
        ("modern_agriculture", "食用菌", "livestock"),
        ("mining_machinery", "煤机装备", "farm"),
        ("home_appliances", "furniture", "white"),
        ("aerospace", "aerospace components", "satellite"),
    ],
)
def test_other_families_of_the_chain_are_left_out(chain_id: str, words: str, left_out: str) -> None:
    assert left_out in {node.id for node in CHAINS[chain_id].nodes}
    assert left_out not in _links(chain_id, words)


@pytest.mark.parametrize(
    ("chain_id", "words"),
    [
        ("home_appliances", "轻工"),
        ("aerospace", "航空航天"),
        ("new_energy_vehicle", "新能源汽车"),
        ("digital_economy", "大数据与数字经济"),
        ("textile_apparel", "印染"),
        ("home_appliances", "半导体"),
    ],
)
def test_words_that_mean_the_whole_chain_leave_it_whole(chain_id: str, words: str) -> None:
    assert branch(CHAINS[chain_id], words) is CHAINS[chain_id]


def test_a_link_the_region_speaks_of_is_kept() -> None:
    assert "mould" not in _links("home_appliances", "藤铁工艺家居")
    assert "mould" in _links("home_appliances", "藤铁工艺家居", "镀锌和喷涂环节环保压力较大")


def test_projects_indicators_and_niches_of_a_branch_speak_of_it() -> None:
    cut = branch(CHAINS["home_appliances"], "藤铁工艺家居")
    told = cut.model_dump_json()
    assert cut.name.zh == "藤铁工艺家居"
    assert "压缩机" not in "".join(cut.projects.A1.targets.zh)
    assert "家电能效安全与可靠性检测中心" not in told
    assert "家用电器产量" not in {kpi.name.zh for kpi in cut.kpis}
    assert all("furniture" in niche.nodes for niche in cut.niches)


@given(
    pick=st.sampled_from(
        [(chain.id, word) for chain in CHAINS.values() for family in chain.branches for word in family.words]
    )
)
def test_every_branch_is_a_sound_chain_within_its_own(pick: tuple[str, str]) -> None:
    chain_id, words = pick
    whole = CHAINS[chain_id]
    cut = branch(whole, words)
    Chain.model_validate(cut.model_dump(by_alias=True))  # references between its parts hold
    assert cut.id == whole.id
    assert {node.id for node in cut.nodes} <= {node.id for node in whole.nodes}
    assert set(cut.edges) <= set(whole.edges)
    projects = cut.projects
    assert projects.A1.targets.zh
    assert projects.A2.platforms
    assert projects.C1.zones.zh
    assert projects.C2.facilities
    assert projects.D1.instruments
    assert projects.D2.events
    assert cut.niches


@pytest.mark.parametrize(
    ("words", "chain_id"),
    [
        ("生猪产业", "modern_agriculture"),
        ("电缆", "grid_storage"),
        ("调味品", "food_processing"),
        ("农药", "petrochemical"),
    ],
)
def test_an_industry_is_found_by_what_its_chain_makes(words: str, chain_id: str) -> None:
    assert find_by_products(words, CHAINS.values())[0].chain_id == chain_id


@pytest.mark.parametrize(
    ("words", "chain_ids"),
    [
        ("螺蛳粉产业", {"food_processing"}), ("牛羊肉加工及绿色农畜产品", {"food_processing", "modern_agriculture"}),
        ("生猪养殖与屠宰", {"modern_agriculture", "food_processing"}), ("电解液", {"power_battery"}), ("电瓷", {"grid_storage"}),
        ("床品与毛衫", {"textile_apparel"}), ("仿真花", {"light_goods"}), ("基因检测", {"medical_devices"}),
        ("红枣加工", {"food_processing"}), ("红枣", {"modern_agriculture"}), ("水果初加工", {"modern_agriculture"}), ("棉纺织与红枣加工", {"textile_apparel", "food_processing"}),
        ("electric vehicle batteries", {"power_battery"}), ("新能源汽车动力电池", {"power_battery"}), ("新能源汽车及动力电池", {"new_energy_vehicle", "power_battery"}),
        ("olive oil", {"food_processing"}), ("wires and cables", {"grid_storage"}), ("fruit and nuts", {"modern_agriculture"}),
        ("工业设计", {"business_services"}), ("检验检测", {"business_services"}), ("飞地经济", {"generic"}),
    ],
)  # fmt: skip
def test_a_product_or_service_leads_to_the_chain_that_has_it(words: str, chain_ids: set[str]) -> None:
    profile = RegionProfile(name="某县", target_industry=words)
    assert {chain.id for chain in choose_industry(profile, None, "zh").chains} == chain_ids


@pytest.mark.parametrize("words", ["金融", "殡葬", "量子", "印章", "算命"])
def test_words_of_another_industry_find_no_chain(words: str) -> None:
    assert find_by_products(words, CHAINS.values()) == []


@pytest.mark.parametrize(
    ("words", "chain_id", "makes", "left_out"),
    [
        ("轴承产业", "basic_parts", "bearing", "mould"),
        ("模具", "basic_parts", "mould", "fastener"),
        ("紧固件", "basic_parts", "fastener", "fluid"),
        ("泵阀", "basic_parts", "fluid", "hardware"),
        ("五金工具", "basic_parts", "hardware", "gear"),
        ("油气装备", "energy_env_equipment", "drilling", "water"),
        ("环保装备", "energy_env_equipment", "water", "drilling"),
        ("water treatment equipment", "energy_env_equipment", "water", "fire"),
        ("假发", "light_goods", "wig", "pet"),
        ("眼镜产业", "light_goods", "eyewear", "jewel"),
        ("乐器", "light_goods", "music", "brush"),
        ("fishing tackle", "light_goods", "fishing", "wig"),
        ("宣纸", "light_goods", "craft", "pet"),
        ("木雕产业", "light_goods", "craft", "jewel"),
        ("纺织机械", "special_machinery", "textile_m", "cool"),
        ("仪器仪表", "special_machinery", "meter", "food_m"),
        ("轮胎", "rubber_plastics", "tyre", "net"),
        ("绳网", "rubber_plastics", "rope", "tyre"),
        ("丝网", "rubber_plastics", "net", "resin"),
        ("超硬材料", "nonmetal_minerals", "diamond", "carbonate"),
        ("碳酸钙产业", "nonmetal_minerals", "carbonate", "diamond"),
    ],
)
def test_a_county_speciality_has_a_chain_of_its_own(words: str, chain_id: str, makes: str, left_out: str) -> None:
    profile = RegionProfile.model_validate({"name": "某县", "level": "county", "target_industry": words})
    industry = choose_industry(profile, None, "zh")
    links = {node.id for node in industry.chain.nodes}
    assert industry.known
    assert industry.chain.id == chain_id
    assert makes in links
    assert left_out not in links


def test_a_branch_keeps_a_theme_platforms_and_indicators_of_its_own() -> None:
    for chain in CHAINS.values():
        for family in chain.branches:
            cut = branch(chain, family.words[0])
            assert cut.niches
            assert cut.projects.A2.platforms
            assert cut.projects.C2.facilities
            assert {node for niche in cut.niches for node in niche.nodes} & {node.id for node in cut.nodes}


@pytest.mark.parametrize(
    ("words", "chain_id", "foreign"),
    [
        ("furniture", "home_appliances", ("compressor", "inverter", "refrigerat", "appliance")),
        ("家具", "home_appliances", ("压缩机", "变频", "制冷", "家电")),
        ("丝网", "rubber_plastics", ("密炼", "注塑", "橡胶", "炼胶", "轮胎")),
        ("照明", "home_appliances", ("压缩机", "制冷", "化妆品")),
        ("输送带", "rubber_plastics", ("注塑", "薄膜")),
    ],
)
def test_projects_of_a_branch_want_nothing_of_other_branches(
    words: str, chain_id: str, foreign: tuple[str, ...]
) -> None:
    cut = branch(load_chains()[chain_id], words)
    projects = cut.projects
    told = (
        projects.B1.approach, projects.B2.focus, projects.B3.training, projects.A1.package, projects.C1.services,
        *(item.function for item in projects.A2.platforms), *(item.function for item in projects.C2.facilities),
    )  # fmt: skip
    texts = [text.in_("en" if words.isascii() else "zh") for text in told]
    assert all(texts)
    assert not [(text, word) for text in texts for word in foreign if word in text]
