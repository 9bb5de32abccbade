"""The chains and themes of industries as plans name them, read off before any plan is drafted."""

from collections.abc import Mapping

import pytest

from jumou.analysis.region import analyse
from jumou.corpus.branch import focused
from jumou.corpus.chains import load_chains
from jumou.domain.framework import Language
from jumou.domain.region import ProfileIndicator, RegionProfile
from jumou.drafting.industry import choose_industry, wanted_links
from jumou.drafting.rules.niches import NicheChoice, choose_niches


def _profile(target: str, rows: Mapping[str, tuple[str, ...]] | None = None, country: str = "中国") -> RegionProfile:
    told = rows or {}
    return RegionProfile.model_validate({
        "name": "某县", "level": "county", "country": country, "target_industry": target,
        "enterprises": [{"name": name} for name in told.get("firms", ())],
        "resources": [{"name": name} for name in told.get("resources", ())],
        "indicators": [{"metric": name, "value": 1} for name in told.get("figures", ())],
    })  # fmt: skip


def _themes(profile: RegionProfile, language: Language = "zh") -> tuple[NicheChoice, ...]:
    industry = choose_industry(profile, None, language)
    found = analyse(profile, industry.chain, language=language, wanted=wanted_links(industry))
    return choose_niches(profile, industry, found.nodes, found.modes.winner, language)


@pytest.mark.parametrize(
    ("target", "chains", "theme"),
    [
        ("数字文创与游戏出海", "culture_tourism", "games_abroad"),
        ("电竞产业", "culture_tourism", "games_abroad"),
        ("影视产业(影视拍摄基地)", "culture_tourism", "content_ip"),
        ("冰雪经济", "culture_tourism", "ice_snow"),
        ("户外运动产业", "culture_tourism", "outdoor_sport"),
        ("会展经济", "culture_tourism", "events"),
        ("乡村旅游与民宿", "culture_tourism", "rural_leisure"),
        ("温泉旅游", "culture_tourism", "destination"),
        ("文旅康养", "culture_tourism chinese_medicine_health", "immersive"),
        ("银发经济", "chinese_medicine_health", "care_services"),
        ("中药材", "chinese_medicine_health", "herb_fullchain"),
        ("中药配方颗粒", "chinese_medicine_health", "herb_fullchain"),
        ("保健食品", "chinese_medicine_health", "health_food"),
        ("新型功能材料(锰系、锂电正极材料)", "power_battery", "manganese_precursor"),
        ("锂云母资源综合利用与锂电新能源", "power_battery", "lithium_salts"),
        ("锂电池回收与梯次利用", "power_battery", "battery_circular"),
        ("新型储能", "power_battery", "storage_system"),
        ("绿氢合成氨", "hydrogen", "green_h2_ammonia"),
        ("再生资源循环利用(再生铅、再生塑料)", "circular_economy", "recycled_metals"),
        ("零碳产业园", "industrial_decarbonisation", "efficiency_services"),
        ("阳澄湖大闸蟹", "modern_agriculture", "fishery"),
        ("海洋牧场", "modern_agriculture", "fishery"),
        ("肉牛", "modern_agriculture", "animal_farming"),
        ("林下经济", "modern_agriculture", "understory"),
        ("脐橙", "modern_agriculture", "base_quality"),
        ("蔬菜产业(设施农业与种业)", "modern_agriculture", "facility_farming"),
        ("橡胶种植", "modern_agriculture", "understory"),
        ("预制菜", "food_processing", "prepared_food"),
        ("乳业", "food_processing", "livestock_chain"),
        ("白酒", "beverages_tea", "quality_baijiu"),
        ("葡萄酒", "beverages_tea", "light_liquor"),
        ("茶叶(白茶)与茶旅融合", "beverages_tea", "fine_tea"),
        ("工业母机", "intelligent_equipment", "machine_tools"),
        ("人形机器人", "ai_robotics", "embodied"),
        ("算力产业", "digital_economy", "compute_infrastructure"),
        ("大数据", "digital_economy", "trusted_data"),
        ("数据标注", "software_services", "outsource_data"),
        ("网络安全", "software_services", "security"),
        ("低空经济", "low_altitude", "operation_services"),
        ("商业航天", "aerospace", "commercial_space"),
        ("大飞机配套", "aerospace", "aircraft_supply"),
        ("航空维修", "aerospace", "mro_services"),
        ("跨境电商", "trade_market", "crossborder_brand"),
        ("直播电商", "trade_market", "live_supply"),
        ("临空经济", "logistics", "multimodal_hub"),
        ("冷链物流", "logistics", "cold_special"),
        ("时尚家居", "home_appliances", "custom_home"),
        ("竹产业", "home_appliances", "custom_home"),
        ("化妆品产业", "home_appliances", "beauty_brands"),
        ("医美产业(美丽健康)", "home_appliances medical_devices", "beauty_brands"),
        ("五金刀剪", "basic_parts", "tools"),
        ("轴承", "basic_parts", "bearings"),
        ("眼镜产业", "light_goods", "lenses"),
        ("假发(发制品)", "light_goods", "wigs"),
        ("小提琴", "light_goods", "instruments_music"),
        ("宣纸", "light_goods", "crafts"),
        ("竹编与刺绣", "light_goods", "crafts"),
        ("宠物经济(宠物食品、宠物用品)", "light_goods", "pets"),
        ("钓具", "light_goods", "tackle"),
        ("石墨烯", "new_materials", "fibres"),
        ("玻纤", "new_materials", "fibres"),
        ("铝精深加工", "metals", "al_light"),
        ("绿电铝", "metals", "al_light"),
        ("钛及钛合金", "metals", "light"),
        ("钨精深加工", "metals", "rare"),
        ("黄金精深加工", "metals", "rare"),
        ("铸造", "metals", "castings"),
        ("稀土永磁", "rare_earth", "permanent_magnet"),
        ("煤化工", "petrochemical", "coal_chemical"),
        ("绿色石化", "petrochemical", "integrated_olefins"),
        ("磷化工(磷酸铁锂、电子级磷酸)", "phosphate_chemicals", "fine_electronic_phosphorus"),
        ("氟硅新材料", "petrochemical", "fluorine_silicone"),
        ("盐化工", "petrochemical", "salt_lake"),
        ("硅基新材料", "photovoltaic", "silicon_base"),
        ("新能源汽车零部件", "new_energy_vehicle", "parts_supply"),
        ("商用车与专用车", "new_energy_vehicle", "new_energy_special"),
        ("轨道交通装备", "rail_transit", "train_systems"),
        ("深海科技", "wind_marine", "marine_systems"),
        ("海上风电", "wind_marine", "offshore_wind"),
        ("风电装备", "wind_power", "turbine_parts"),
        ("风电运维", "wind_power", "wind_service"),
        ("海水淡化", "energy_env_equipment", "clean_water"),
        ("核电装备与核技术应用", "grid_storage", "clean_generation"),
        ("生物制造", "biomedicine", "bio_manufacturing"),
        ("细胞与基因治疗", "biomedicine", "innovative_biologics"),
        ("制药装备", "biomedicine", "life_tools"),
        ("口腔", "medical_devices", "dental_eye"),
        ("家纺", "textile_apparel", "home_knit"),
        ("红枣加工", "food_processing", "fruit_nut"),
        ("棉纺织产业", "textile_apparel", "yarn_cloth"),
        ("拉链", "textile_apparel", "trims"),
        ("石材", "building_materials", "stone"),
        ("装配式建筑", "building_materials", "prefab_steel"),
        ("海洋经济(海洋工程装备、海洋生物医药)", "wind_marine biomedicine", "marine_systems"),
        ("人工智能与算力", "ai_robotics digital_economy", "ai_agents"),
        ("汽车(智能新能源)", "new_energy_vehicle", "smart_oem"),
        ("陶瓷文化与陶瓷产业", "ceramics", "art_culture"),
    ],
)
def test_a_chinese_industry_is_planned_on_what_it_names(target: str, chains: str, theme: str) -> None:
    industry = choose_industry(_profile(target), None, "zh")
    assert " ".join(chain.id for chain in industry.chains) == chains
    assert industry.known
    assert _themes(_profile(target))[0].niche.id == theme


@pytest.mark.parametrize(
    ("target", "chains", "theme"),
    [
        ("offshore wind and Power-to-X", "wind_marine hydrogen", "offshore_wind"),
        ("sustainable aviation fuel", "hydrogen", "hydrogen_fuels"),
        ("video games and esports", "culture_tourism", "games_abroad"),
        ("film and TV production", "culture_tourism", "content_ip"),
        ("conferences and events", "culture_tourism", "events"),
        ("sport and outdoor tourism", "culture_tourism", "outdoor_sport"),
        ("seaweed and aquaculture", "modern_agriculture", "fishery"),
        ("agri-tech and food", "modern_agriculture food_processing", "seed"),
        ("battery materials and recycling", "power_battery", "materials_upgrade"),
        ("wine and gastronomy", "beverages_tea", "light_liquor"),
        ("silver economy", "chinese_medicine_health", "care_services"),
        ("nuclear and small modular reactors", "grid_storage", "clean_generation"),
        ("timber construction", "building_materials", "timber_building"),
        ("plastics and packaging", "rubber_plastics", "packaging"),
        ("logistics and ports", "logistics", "multimodal_hub"),
        ("semiconductors and advanced packaging", "integrated_circuit", "advanced_packaging"),
    ],
)
def test_an_english_industry_is_planned_on_what_it_names(target: str, chains: str, theme: str) -> None:
    profile = _profile(target, country="Denmark")
    assert " ".join(chain.id for chain in choose_industry(profile, None, "en").chains) == chains
    assert _themes(profile, "en")[0].niche.id == theme


@pytest.mark.parametrize("target", ["文化旅游", "生物医药", "新材料", "高端装备", "绿色建材", "化工新材料", "农业"])
def test_a_special_niche_is_no_theme_where_nobody_speaks_of_it(target: str) -> None:
    assert all(not choice.niche.needs for choice in _themes(_profile(target)))


def test_a_special_niche_is_a_theme_where_the_region_has_it() -> None:
    snow = {"firms": ("云顶滑雪场",), "resources": ("冰雪资源",)}
    assert _themes(_profile("文化旅游", snow))[0].niche.id == "ice_snow"


def test_what_the_region_lacks_calls_for_no_theme() -> None:
    assert "ice_snow" not in {one.niche.id for one in _themes(_profile("文化旅游", {"resources": ("缺少冰雪资源",)}))}


def test_a_seaside_resort_is_planned_on_care_and_tourism_before_drugs() -> None:
    facts = {"firms": ("石药健康城",), "resources": ("森林、湿地、海滨",), "figures": ("过夜游客", "床位")}
    profile = _profile("生命健康与康养旅游", facts)
    industry = choose_industry(profile, None, "zh")
    assert [chain.id for chain in industry.chains[:2]] == ["chinese_medicine_health", "culture_tourism"]
    assert {one.niche.id for one in _themes(profile)} == {"wellness_resort", "coast_wellness"}


def test_themes_lean_to_where_the_regions_firms_stand() -> None:
    cells, rest = _profile("锂电新能源", {"firms": ("某某电芯有限公司", "某某电池包制造")}), _profile("锂电新能源")
    assert _themes(cells)[0].niche.nodes[0] == "cell"
    assert _themes(rest)[0].niche.nodes[0] != "cell"


def test_links_the_target_names_are_planned_first() -> None:
    profile = _profile("新型功能材料(锰系、锂电正极材料)", {"resources": ("锰矿资源",)})
    industry = choose_industry(profile, None, "zh")
    assert wanted_links(industry) == {"salts", "cathode"}
    nodes = analyse(profile, industry.chain, wanted=wanted_links(industry)).nodes
    ranked = sorted((node for node in nodes if node.action), key=lambda node: -(node.priority or 0.0))
    assert [node.id for node in ranked[:2]] == ["salts", "cathode"]


def test_a_target_that_names_no_industry_is_filled_by_what_the_region_speaks_of() -> None:
    profile = _profile("战略性新兴产业", {"firms": ("某某光伏组件有限公司",), "figures": ("光伏组件产量",)})
    industry = choose_industry(profile, None, "zh")
    assert (industry.name, industry.chain.id) == ("战略性新兴产业", "photovoltaic")
    assert not choose_industry(_profile("可控核聚变"), None, "zh").known


def test_without_a_target_the_industry_that_turns_over_most_leads() -> None:
    figures = [
        ("高端装备产业营收", 1000, "亿元"),
        ("高端化工产业营收", 900, "亿元"),
        ("电子信息规上企业", 40, "家"),
        ("电子信息国家小巨人", 7, "家"),
    ]
    profile = _profile("").model_copy(
        update={
            "indicators": tuple(ProfileIndicator(metric=name, value=value, unit=unit) for name, value, unit in figures)
        }
    )
    assert [chain.id for chain in choose_industry(profile, None, "zh").chains][:2] == [
        "intelligent_equipment",
        "petrochemical",
    ]


@pytest.mark.parametrize("target", ["新能源（汽车）", "汽车(新能源)", "vehicles (new energy)"])
def test_a_name_that_begins_in_brackets_and_ends_outside_is_one(target: str) -> None:
    assert [chain.id for chain in choose_industry(_profile(target), None, "zh").chains] == ["new_energy_vehicle"]


def test_two_themes_do_not_go_by_the_same_word() -> None:
    first, second = _themes(_profile("男装与跨境电商"))
    assert (first.chain.id, second.niche.id) == ("textile_apparel", "crossborder_brand")
    assert "跨境" not in first.niche.name.zh


def test_a_special_niche_of_a_second_industry_asks_for_its_words_too() -> None:
    salt = _profile("盐湖化工及循环经济", {"resources": ("盐湖卤水", "煤炭")})
    assert _themes(salt)[1].niche.id == "industrial_symbiosis"


def test_every_niche_can_be_called_for_by_a_name_of_its_own() -> None:
    """A word a niche needs is spelled as it is searched for."""
    for chain in load_chains().values():
        for niche in chain.niches:
            assert all(word == word.strip() and word for word in niche.needs), (chain.id, niche.id)
        assert any(not niche.needs for niche in chain.niches), chain.id


def test_brackets_cut_a_wide_chain_to_what_stands_in_them() -> None:
    links = {node.id for node in choose_industry(_profile("有色金属精深加工(钨、铋、白银)"), None, "zh").chain.nodes}
    assert "rare" in links
    assert not links & {"special_steel", "al_deep", "cu_deep"}


def test_what_speaks_of_the_theme_stands_first_among_projects_and_indicators() -> None:
    whole = load_chains()["culture_tourism"]
    snow = next(niche for niche in whole.niches if niche.id == "ice_snow")
    chain = focused(whole, snow.nodes, snow.needs)
    assert "滑雪" in chain.projects.B3.occupations.zh[0] + chain.projects.B3.occupations.zh[1]
    assert "冰雪" in chain.projects.C2.facilities[0].name.zh
    assert sorted(one.name.zh for one in chain.projects.C2.facilities) == sorted(
        one.name.zh for one in whole.projects.C2.facilities
    )
    fish = next(niche for niche in load_chains()["modern_agriculture"].niches if niche.id == "fishery")
    kpis = focused(load_chains()["modern_agriculture"], fish.nodes, fish.needs).kpis
    assert "aquatic_output" in {kpi.id for kpi in kpis[:2]}


@pytest.mark.parametrize(
    ("target", "chains"),
    [
        ("磷化工及新能源电池材料", ["phosphate_chemicals", "power_battery"]),
        ("新能源电池材料", ["power_battery"]),
        ("新能源储能", ["power_battery"]),
        ("新能源商用车", ["new_energy_vehicle"]),
        ("光伏、新能源", ["photovoltaic"]),
        ("新能源", ["photovoltaic"]),
        ("精细磷化工", ["phosphate_chemicals"]),
    ],
)
def test_a_wide_word_before_the_name_of_an_industry_names_no_other(target: str, chains: list[str]) -> None:
    industry = choose_industry(_profile(target), None, "zh")
    assert [chain.id for chain in industry.chains] == chains


def test_a_phosphate_region_is_asked_for_no_refinery() -> None:
    profile = _profile("磷化工", {"firms": ("某某磷业集团", "南岭磷矿有限公司"), "figures": ("磷石膏综合利用率",)})
    industry = choose_industry(profile, None, "zh")
    found = {node.id: node for node in analyse(profile, industry.chain, language="zh").nodes}
    assert not [node.name for node in found.values() if "炼" in node.name or "烯烃" in node.name]
    assert found["ore"].firms == ("南岭磷矿有限公司",)
    assert found["gypsum"].action is None
    assert all(node.basis == "editorial" for node in industry.chain.nodes)


@pytest.mark.parametrize(
    ("problem", "there"),
    [
        ("黄磷、硫酸装置排放强度高，周边污染投诉多", True),
        ("硫酸依赖外购，价格波动大", False),
        ("硫酸供应没有保障", False),
    ],
)
def test_a_link_whose_pollution_is_complained_of_is_there(problem: str, there: bool) -> None:
    profile = RegionProfile.model_validate({
        "name": "某县", "level": "county", "target_industry": "磷化工", "constraints": [{"statement": problem}],
    })  # fmt: skip
    found = {node.id: node for node in analyse(profile, load_chains()["phosphate_chemicals"]).nodes}
    assert ("seen_in_words" in found["feedstock"].flags) == there


def test_what_a_problem_says_prevails_is_there() -> None:
    profile = RegionProfile.model_validate({
        "name": "某县", "level": "county", "target_industry": "磷化工",
        "constraints": [{"statement": "产品仍以湿法磷酸等初级产品为主"}],
    })  # fmt: skip
    found = {node.id: node for node in analyse(profile, load_chains()["phosphate_chemicals"]).nodes}
    assert found["acid"].action is None


@pytest.mark.parametrize(
    ("target", "chains", "unresolved"),
    [
        ("ocean technology and seafood", "wind_marine food_processing", ()),
        ("大闸蟹与紫砂", "modern_agriculture ceramics", ()),
        ("汽车零部件、纺织、珍珠", "new_energy_vehicle textile_apparel light_goods", ()),
        ("半导体和马术", "integrated_circuit generic_1", ("马术",)),
        ("边贸与冷链物流", "trade_market logistics", ()),
        ("horse racing and wool textiles", "textile_apparel generic_1", ("horse racing",)),
        ("锂电池及下游应用", "power_battery", ()),
        ("软件和信息技术服务", "software_services", ()),
        ("sport and outdoor tourism", "culture_tourism", ()),
    ],
)
def test_each_thing_a_target_lists_has_a_chain(target: str, chains: str, unresolved: tuple[str, ...]) -> None:
    industry = choose_industry(_profile(target), None, "zh")
    assert " ".join(chain.id for chain in industry.chains) == chains
    assert industry.unresolved == unresolved


def test_what_no_chain_describes_has_a_theme_of_its_own() -> None:
    themes = _themes(_profile("半导体和马术"))
    assert [one.chain.id for one in themes] == ["integrated_circuit", "generic_1"]
    assert "马术" in themes[1].niche.name.zh
