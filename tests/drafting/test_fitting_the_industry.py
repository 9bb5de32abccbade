"""Promises about fit: indicators and kinds of project belong to the industry and the region, and counts grow soberly."""

import re

import pytest

from jumou.corpus.playbook import load_playbook
from jumou.domain.framework import KPI_FAMILIES, Language, ModeKey
from jumou.domain.implementation import Kpi
from jumou.domain.region import (
    ProfileEnterprise,
    ProfileIndicator,
    ProfileInstitution,
    ProfileItem,
    RegionLevel,
    RegionProfile,
)
from jumou.drafting import rules
from jumou.drafting.context import DraftContext
from jumou.drafting.prepare import prepare
from jumou.drafting.rules.kinds import kinds_of, suited, trade_of
from jumou.retrieval import Library

OF_WORKS = re.compile(
    r"工业增加值|固体废物|数控化|标准厂房|配套率|千亿级|发明专利|工业企业|原料药|industrial|solid waste"
)


def context(
    library: Library,
    industry: str,
    *,
    level: RegionLevel = "city",
    country: str = "中国",
    language: Language = "zh",
    figures: tuple[tuple[str, float, str], ...] = (),
    infrastructure: tuple[str, ...] = (),
    resources: tuple[str, ...] = (),
) -> DraftContext:
    profile = RegionProfile(
        name="青岚市" if language == "zh" else "Easthaven",
        level=level,
        country=country,
        target_industry=industry,
        indicators=tuple(
            ProfileIndicator(metric=metric, value=value, unit=unit, year=2023, ref=f"indicators!{row}")
            for row, (metric, value, unit) in enumerate(figures, 1)
        ),
        infrastructure=tuple(
            ProfileItem(name=name, ref=f"infrastructure!{row}") for row, name in enumerate(infrastructure, 1)
        ),
        resources=tuple(ProfileItem(name=name, ref=f"resources!{row}") for row, name in enumerate(resources, 1)),
    )
    return prepare(profile, library, language=language, start_year=2027, horizon=2031)


def chosen(ctx: DraftContext, mode: ModeKey = "policy_led") -> tuple[Kpi, ...]:
    return rules.choose_kpis(ctx, mode)


def last(kpi: Kpi) -> float:
    return kpi.targets[-1].quantity.value


@pytest.mark.parametrize(
    ("industry", "its_own"),
    [
        ("文化旅游", ("游客满意度", "过夜游客占比", "旅游综合收入")),
        ("蔬菜产业", ("农产品加工转化率", "农村居民人均可支配收入", "农产品网络零售额")),
        ("影视文化产业", ("作品著作权登记量", "文化及相关产业增加值")),
        ("软件和信息技术服务", ("软件著作权登记量", "数字经济核心产业增加值")),
        ("现代物流", ("物流业增加值", "货物吞吐量", "停时")),
        ("会展业", ("展览总面积", "展馆利用率")),
        ("现代金融", ("金融业增加值", "普惠小微贷款余额")),
        ("康养旅游", ("康养", "过夜游客")),
        ("海水养殖与海洋渔业", ("水产品总产量", "养殖尾水达标排放率")),
    ],
)
def test_industries_that_make_nothing_have_their_own_indicators_and_none_of_works(
    library: Library, industry: str, its_own: tuple[str, ...]
) -> None:
    for mode in ("policy_led", "market_hub"):
        kpis = chosen(context(library, industry), mode)
        names = " ".join(kpi.name for kpi in kpis)
        assert all(word in names for word in its_own), names
        assert not [kpi.name for kpi in kpis if OF_WORKS.search(kpi.name) and industry[:2] != "软件"]
        assert {kpi.family for kpi in kpis} == set(KPI_FAMILIES)
        assert 20 <= len(kpis) <= 34


def test_works_keep_theirs(library: Library) -> None:
    names = " ".join(kpi.name for kpi in chosen(context(library, "钢铁与有色金属")))
    for word in ("规模以上工业增加值增速", "单位工业增加值能耗", "固体废物综合利用率", "有效发明专利", "配套率"):
        assert word in names
    assert "固体废物" not in " ".join(kpi.name for kpi in chosen(context(library, "集成电路")))


def test_a_works_region_that_speaks_of_tailings_is_measured_by_what_becomes_of_them(library: Library) -> None:
    for resources, asked in ((("钒钛尾矿堆存量大",), True), ((), False)):
        kpis = chosen(context(library, "钒钛冶炼", resources=resources), "anchor_firm")
        assert any("固体废物" in kpi.name for kpi in kpis) is asked
        assert len({kpi.name for kpi in kpis}) == len(kpis)


def test_a_chains_measure_of_links_the_plan_is_not_about_is_left_out(library: Library) -> None:
    names = " ".join(kpi.name for kpi in chosen(context(library, "蔬菜产业")))
    assert "粮食产量" not in names
    assert "粮食产量" in " ".join(kpi.name for kpi in chosen(context(library, "现代农业", resources=("优质水稻基地",))))


@pytest.mark.parametrize(
    ("size", "level", "rank"),
    [(280.0, "city", "百亿级"), (900.0, "city", "千亿级"), (30.0, "city", "十亿级"), (None, "provincial", "千亿级")],
)
def test_the_rank_of_clusters_follows_the_size_of_the_industry(
    library: Library, size: float | None, level: RegionLevel, rank: str
) -> None:
    figures = (("新材料产业产值", size, "亿元"),) if size is not None else ()
    names = [kpi.name for kpi in chosen(context(library, "新材料", level=level, figures=figures))]
    assert [name for name in names if f"{rank}产业集群" in name]


def test_a_town_is_not_asked_for_clusters_listed_firms_or_its_share_of_gdp(library: Library) -> None:
    names = " ".join(kpi.name for kpi in chosen(context(library, "轴承", level="town")))
    assert not re.search(r"亿级产业集群|上市企业|地区生产总值|研发经费支出|技术合同", names)


def test_a_count_of_the_whole_regions_firms_is_no_baseline_of_the_industrys(library: Library) -> None:
    kpis = chosen(context(library, "新材料", figures=(("规上工业企业", 420.0, "家"),)))
    whole = next(kpi for kpi in kpis if kpi.name == "规上工业企业")
    own = next(kpi for kpi in kpis if "新材料规模以上企业数" in kpi.name)
    assert own.baseline is None
    assert whole.baseline is not None
    assert last(whole) <= 420 * 1.05**8


def test_firms_are_taken_for_firms_above_size_only_where_the_profile_says_so(library: Library) -> None:
    for metric, named in (("企业", False), ("规上新材料企业", True)):
        kpis = chosen(context(library, "新材料", figures=((metric, 380.0, "家"),)))
        based = [kpi for kpi in kpis if kpi.baseline is not None and "规" in kpi.name]
        assert bool(based) is named


def test_a_count_the_profile_has_of_the_industrys_firms_grows_soberly_under_its_own_name(library: Library) -> None:
    kpi = next(
        kpi for kpi in chosen(context(library, "数字文创与游戏", figures=(("游戏企业", 300.0, "家"),))) if kpi.baseline
    )
    assert kpi.name == "游戏企业"
    assert 300 < last(kpi) <= 300 * 1.05**8


def test_a_stock_known_without_a_rate_grows_by_what_is_added(library: Library) -> None:
    kpi = next(
        kpi
        for kpi in chosen(context(library, "新材料", figures=(("创新平台", 40.0, "个"),)))
        if kpi.family == "rd" and kpi.baseline
    )
    assert last(kpi) > 40
    assert "新增" not in kpi.name


def test_regions_abroad_have_the_measures_of_the_industry_too(library: Library) -> None:
    ctx = context(library, "rural tourism", country="Ireland", language="en")
    names = " ".join(kpi.name for kpi in chosen(ctx))
    assert "Visitor satisfaction" in names
    assert "Overnight visitors" in names
    assert not re.search(r"[\u4e00-\u9fff]|Floor space for industry|solid waste|designated size", names)


def test_markets_are_planned_where_there_is_one_and_ports_get_what_ports_need(library: Library) -> None:
    port = trade_of(
        context(library, "offshore wind", country="Denmark", language="en", infrastructure=("Port of Easthaven",))
    )
    assert (port.market, port.meets("hub"), port.meets("no_market")) == (False, True, True)
    produce = trade_of(context(library, "蔬菜产业", resources=("全国蔬菜集散中心",)))
    assert (produce.meets("market_place"), produce.meets("foreign_market")) == (True, False)
    oil = trade_of(
        context(library, "olive oil and food", country="Italy", language="en", infrastructure=("Port of Bari",))
    )
    assert (oil.meets("market"), oil.meets("market_place"), oil.meets("hub")) == (True, False, True)
    wares = trade_of(context(library, "小商品国际贸易", infrastructure=("国际商贸城",)))
    assert wares.meets("market_place")
    assert wares.meets("foreign_market")
    assert not wares.meets("hub")


def test_a_port_of_heavy_goods_has_a_base_and_a_supply_chain_and_no_market_hall(library: Library) -> None:
    profile = RegionProfile(
        name="Easthaven", level="city", country="Denmark", target_industry="offshore wind",
        infrastructure=(ProfileItem(name="Deep-water port of Easthaven", ref="infrastructure!1"),),
        institutions=(ProfileInstitution(name="University of Easthaven", ref="institutions!1"),),
        enterprises=(ProfileEnterprise(name="Easthaven Marine", ref="enterprises!1"),),
    )  # fmt: skip
    ctx = prepare(profile, library, language="en", start_year=2027, horizon=2031)
    kpis = chosen(ctx, "market_hub")
    diagnosis = rules.diagnose(ctx)
    positioning = rules.position(ctx, diagnosis, kpis)
    hub = positioning.model_copy(update={"mode": positioning.mode.model_copy(update={"key": "market_hub"})})
    names = " ".join(project.name for project in rules.design(ctx, diagnosis, hub, kpis))
    assert "Base for storage, assembly and shipping" in names
    assert "Supply-chain organisation" in names
    assert not re.search(r"markets\b.*\bjoining|e-commerce|trade disputes|international traders", names)
    assert not any("Market turnover" in kpi.name for kpi in kpis)


def test_projects_are_worded_for_what_the_industry_does(library: Library) -> None:
    archetypes = {one.id: one for one in load_playbook().archetypes}
    for industry, kind, name in (
        ("蔬菜产业", "skills", "高素质农民"), ("文化旅游", "smart_park", "度假区"), ("软件", "digital_base", "行业数据底座"),
        ("轴承", "skills", "产业工人"),
    ):  # fmt: skip
        ctx = context(library, industry)
        assert name in suited(ctx, archetypes[kind], kinds_of(ctx)).name.zh


def test_every_wording_and_indicator_is_written_in_both_languages() -> None:
    playbook = load_playbook()
    texts = [
        *(text for rule in playbook.kpis for text in (rule.name, rule.unit)),
        *(text for row in playbook.wordings for text in (row.name, row.objective) if text),
    ]
    assert not [text for text in texts if not text.zh or not text.en or re.search(r"[\u4e00-\u9fff]", text.en)]
    for row in playbook.wordings:
        assert row.content is None or len(row.content.zh) == len(row.content.en)
