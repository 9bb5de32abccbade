"""The vision: candidates made of position, scope, function, horizon and measurable targets, and the checklist they pass.

The checklist is published (docs/vision-checklist.md): region, industry, scope, function, horizon, measurable, different, no slogan.
"""

import re
from typing import Final

from jumou.analysis.sizes import named_by, parts_of, subject_of
from jumou.domain.currency import money_unit
from jumou.domain.diagnosis import Diagnosis
from jumou.domain.evidence import Statement
from jumou.domain.framework import ModeKey
from jumou.domain.implementation import Kpi
from jumou.domain.positioning import Theme, Vision, VisionCheck, VisionTarget
from jumou.drafting.context import DraftContext
from jumou.drafting.reading import names_only
from jumou.drafting.rules.bodies import abroad
from jumou.drafting.rules.kinds import kinds_of
from jumou.drafting.wording import Said, Word, article, in_sentence, shown

SLOGANS: Final = re.compile(
    r"再创辉煌|勇攀高峰|砥砺前行|扬帆起航|世界第一|无与伦比|腾飞|跨越式大发展|新辉煌|unparalleled|glorious|second to none|best in the world",
    re.IGNORECASE,
)
_NAMES: Final = {
    "region": ("点明区域", "names the region"),
    "industry": ("点明产业主题", "names the industry"),
    "scope": ("有地理能级", "has a geographic scope"),
    "function": ("有功能定位", "has a function"),
    "horizon": ("有实现年限", "has a horizon"),
    "measurable": ("有可测目标", "is measurable"),
    "different": ("与周边有区别", "differs from the neighbours"),
    "no_slogan": ("不是口号", "is no slogan"),
}
_MACRO_REGIONS: Final[tuple[tuple[str, tuple[str, str]], ...]] = (
    ("北京天津河北山西内蒙古", ("华北", "North China")),
    ("辽宁吉林黑龙江", ("东北", "Northeast China")),
    ("上海江苏浙江安徽福建江西山东", ("华东", "East China")),
    ("河南湖北湖南", ("中部", "Central China")),
    ("广东广西海南", ("华南", "South China")),
    ("重庆四川贵州云南西藏", ("西南", "Southwest China")),
    ("陕西甘肃青海宁夏新疆", ("西北", "Northwest China")),
)
_FORMS: Final[dict[ModeKey, tuple[tuple[str, str, str, str], ...]]] = {
    "anchor_firm": (
        ("制造高地", "manufacturing centre", "链主引领、配套完备的先进制造", "advanced manufacturing with complete supply chains"),
        ("产业集群", "industrial cluster", "整零协同、就近配套的产业链组织", "a supply chain organised close to its leaders"),
        ("创新与制造基地", "innovation and manufacturing base", "技术创新与规模制造互促", "innovation joined to volume manufacturing"),
    ),
    "innovation": (
        ("创新策源与转化高地", "centre of innovation and transfer", "原始创新、成果转化与产业孵化", "research, transfer and new firms"),
        ("创新产业集群", "innovative cluster", "创新型企业集聚与技术输出", "innovative firms that export technology"),
        ("研发与高端制造基地", "base of research and high-end manufacturing", "研发、中试与高端制造贯通", "research, pilot runs and high-end manufacturing in one place"),
    ),
    "market_hub": (
        ("贸易与供应链枢纽", "trade and supply-chain hub", "采购集散、品牌发布与供应链组织", "purchasing, brands and supply-chain organisation"),
        ("商贸名城", "trading centre", "市场带动、产贸融合", "trade that carries production"),
        ("产业与市场联动示范区", "model of industry and market together", "以市场引力带动制造升级", "manufacturing lifted by the market"),
    ),
    "policy_led": (
        ("特色产业基地", "specialised industrial base", "新动能培育与产业承接", "new growth and inward investment"),
        ("产业创新发展示范区", "demonstration area", "试点示范与制度创新", "pilot projects and reform"),
        ("产业集聚区", "industrial district", "要素导入与集群培育", "growing a cluster from new firms"),
    ),
    "symbiosis": (
        ("循环经济示范基地", "circular-economy base", "资源循环、产业耦合与绿色制造", "recycling, coupled industries and green production"),
        ("绿色低碳产业集群", "green, low-carbon cluster", "减污降碳与资源高效利用", "less pollution, less carbon, better use of resources"),
        ("资源综合利用产业高地", "centre of resource recovery", "全链条综合利用与再生制造", "recovery and remanufacturing along the chain"),
    ),
}  # fmt: skip

_FORMS_OF_SERVICES: Final[dict[ModeKey, tuple[tuple[str, str, str, str], ...]]] = {
    "anchor_firm": (
        ("产业高地", "leading centre", "龙头引领、分工协作的服务供给", "services led by strong firms and shared by many"),
        ("产业集群", "cluster", "骨干企业与中小企业协同、就近配套", "leaders and small firms that work together nearby"),
        ("创新发展高地", "centre of new services", "业态创新与品牌运营互促", "new services joined to strong brands"),
    ),
    "innovation": (
        ("创新策源与转化高地", "centre of innovation and transfer", "原创内容与技术、成果转化与创业孵化", "original work, transfer and new firms"),
        ("创新产业集群", "innovative cluster", "创新型企业集聚与服务输出", "innovative firms that serve customers elsewhere"),
        ("研发与运营基地", "base of research and operation", "研发、试验与运营服务贯通", "research, trials and operation in one place"),
    ),
    "policy_led": (
        ("特色产业集聚地", "specialised hub", "新业态培育与优质主体引进", "new services and strong firms from outside"),
        ("产业创新发展示范区", "demonstration area", "试点示范与制度创新", "pilot projects and reform"),
        ("产业集聚区", "district", "要素导入与集群培育", "growing a cluster from new firms"),
    ),
}  # fmt: skip
"""For industries that make nothing: touring, care, content, software and other services."""


def _forms(ctx: DraftContext, mode: ModeKey) -> tuple[tuple[str, str, str, str], ...]:
    serving = {kind.id for kind in ctx.playbook.kinds if kind.serves}
    return _FORMS_OF_SERVICES.get(mode, _FORMS[mode]) if kinds_of(ctx) <= serving else _FORMS[mode]


def candidates(
    ctx: DraftContext,
    diagnosis: Diagnosis,
    themes: tuple[Theme, ...],
    mode: ModeKey,
    kpis: tuple[Kpi, ...],
) -> tuple[Vision, ...]:
    """Three candidates that differ in what they stress; each carries its checks."""
    reach = ctx.scope or _scope(ctx, diagnosis, mode)
    return tuple(
        _candidate(ctx, diagnosis, themes, form, kpis, number, reach)
        for number, form in enumerate(_forms(ctx, mode), start=1)
    )


def _candidate(
    ctx: DraftContext,
    diagnosis: Diagnosis,
    themes: tuple[Theme, ...],
    form: tuple[str, str, str, str],
    kpis: tuple[Kpi, ...],
    number: int,
    scope: str,
) -> Vision:
    write = ctx.writer
    kind, function = write.pick(form[0], form[1]), write.pick(form[2], form[3])
    industry = Said(ctx.industry.short, "profile:target_industry")
    theme = Said(_joined(ctx, themes) if number == 3 else in_sentence(themes[(number - 1) % len(themes)].name), "theme")
    targets = _targets(ctx, kpis, number)
    position, position_figures = write.fill(
        write.pick("{scope}有影响力的{theme}{kind}", "{kind} for {theme} of {scope} standing"),
        scope=scope, theme=theme if number != 2 else industry, kind=kind,
    )  # fmt: skip
    character = _character(ctx, number)
    text, figures = write.fill(
        write.pick(
            "到{horizon}年，{region}立足{character}，以{industry}为主导、聚焦{theme}，突出{function}，打造{position}{measure}。",
            "By {horizon}, {region}, building on {character}, leads with {industry}, concentrates on {theme} and stands for {function}: {position}{measure}.",
        ),
        horizon=str(ctx.horizon),
        region=ctx.region,
        character=character,
        industry=industry,
        theme=theme,
        function=function,
        position=write.pick(position, article(position)),
        measure=_measure(ctx, targets),
    )
    difference = _difference(ctx, diagnosis, themes[(number - 1) % len(themes)], character, number)
    target_figures = tuple(target.quantity for target in targets if target.quantity is not None)
    vision = Vision(
        id=f"V{number}",
        text=text,
        position=position,
        scope=scope,
        function=function,
        horizon=ctx.horizon,
        targets=targets,
        difference=difference,
        figures=(*figures, *position_figures, *target_figures),
        citations=difference.citations,
        state="grounded" if difference.state == "grounded" else "assumption",
    )
    return vision.model_copy(update={"checks": checklist(ctx, vision, themes)})


def _joined(ctx: DraftContext, themes: tuple[Theme, ...]) -> str:
    """The themes' names; where one holds an “and” itself they are listed, lest three stand in a row."""
    names = [in_sentence(theme.name) for theme in themes]
    plain = not any("与" in name or "和" in name for name in names)
    return ctx.writer.pick("与" if plain else "、", " and ").join(names)


_WHOLE: Final = {
    "广西": "全区", "内蒙": "全区", "西藏": "全区", "宁夏": "全区", "新疆": "全区",
    "北京": "全市", "上海": "全市", "天津": "全市", "重庆": "全市",
}  # fmt: skip
"""What a county calls the whole of its autonomous region or municipality; of a province it is 全省."""


def _scope(ctx: DraftContext, diagnosis: Diagnosis, mode: ModeKey) -> str:
    """How far the vision reaches: the nation where the mode's condition is met, else the wider area the region lies in."""
    write, profile = ctx.writer, ctx.profile
    met = next(item.met for item in diagnosis.mode_conditions if item.mode == mode) == "yes"
    if profile.level == "national":
        return write.pick("全球", "global")
    if abroad(profile):
        return (
            write.pick("全国", "national") if met or profile.level == "provincial" else write.pick("区域", "regional")
        )
    if profile.level in ("provincial", "city", "park", "other") and met and mode != "policy_led":
        return write.pick("全国", "national")
    if profile.level in ("provincial", "city"):
        where = f"{profile.parent} {profile.name}"
        for provinces, name in _MACRO_REGIONS:
            if any(provinces[i : i + 2] in where for i in range(len(provinces) - 1)):
                return write.pick(*name)
        return write.pick("全国", "national")
    whole = next((word for key, word in _WHOLE.items() if key in f"{profile.parent}{profile.name}"), "全省")
    return write.pick(whole, "provincial") if profile.level in ("county", "park") else write.pick("区域", "regional")


def checklist(ctx: DraftContext, vision: Vision, themes: tuple[Theme, ...]) -> tuple[VisionCheck, ...]:
    """The eight checks on a vision, whoever wrote it."""
    text = vision.text
    names = [ctx.industry.short, *(theme.name for theme in themes)]
    passed = {
        "region": ctx.profile.name in text,
        "industry": any(name in text for name in names),
        "scope": bool(vision.scope) and vision.scope in f"{text}{vision.position}",
        "function": bool(vision.function) and vision.function in text,
        "horizon": vision.horizon is not None and str(vision.horizon) in text,
        "measurable": any(target.quantity is not None for target in vision.targets),
        "different": vision.difference.state == "grounded",
        "no_slogan": not SLOGANS.search(text) and len(text) <= (260 if ctx.language == "zh" else 700),
    }
    return tuple(
        VisionCheck(key=key, name=ctx.writer.pick(*_NAMES[key]), passed=value) for key, value in passed.items()
    )


def _character(ctx: DraftContext, number: int) -> Word:
    """What the region has that others have not: each candidate builds on another kind of it, as far as there are several."""
    reading = ctx.reading
    pools = [
        words
        for pool in (
            reading.resources,
            reading.leading,
            reading.knowledge,
            reading.brand,
            reading.market,
            reading.government,
            reading.supporting,
        )
        if (words := names_only(pool)[:2])
    ]
    if not pools:
        return ctx.writer.pick("自身区位与要素条件", "its place and resources")
    return pools[(number - 1) % len(pools)]


def _targets(ctx: DraftContext, kpis: tuple[Kpi, ...], number: int) -> tuple[VisionTarget, ...]:
    """Two KPI ends a candidate is measured by: one of scale, one of what the candidate stresses."""
    order = {1: ("scale", "firms"), 2: ("scale", "efficiency"), 3: ("scale", "rd")}[number]
    chosen: list[Kpi] = []
    for family in order:
        pool = [kpi for kpi in kpis if kpi.family == family and kpi.targets and kpi not in chosen]
        pool.sort(key=lambda kpi: (kpi.direction == "down", _distance(ctx, kpi), kpi.baseline is None))
        chosen.extend(pool[:1])
    return tuple(
        VisionTarget(kpi_id=kpi.id, text=_phrase(ctx, kpi), quantity=kpi.targets[-1].quantity) for kpi in chosen
    )


_FLOW: Final = re.compile(r"出口|进口|投资|export|import|investment", re.IGNORECASE)
"""Trade and investment say less of an industry's size than its output does."""


def _distance(ctx: DraftContext, kpi: Kpi) -> int:
    """How far a measure of scale is from the target industry: 0 its own size, 1 its trade or its size without a baseline, 2 the region's whole, 3 others."""
    if kpi.family != "scale":
        return 0
    amount = money_unit(kpi.unit) is not None or "元" in kpi.unit or "national currency" in kpi.unit
    if not amount:
        return 3
    if kpi.baseline is None:
        flags = kpi.targets[-1].quantity.flags if kpi.targets else ()
        return 1 if ctx.industry.short in kpi.name and "rate" in flags and not _FLOW.search(kpi.name) else 3
    sold = int(_FLOW.search(kpi.name) is not None)
    said = (kpi.name, kpi.baseline.label)
    chain = ctx.industry.chain
    if ctx.industry.short in kpi.name or any(
        named_by(part, text, ctx.profile.name) for part in parts_of(ctx.industry.name) for text in said
    ):
        return sold
    if any(
        len(word) > 1 and word.lower() in text.lower()
        for word in (*chain.aliases.zh, *chain.aliases.en)
        for text in said
    ):
        return sold
    return 2 if not subject_of(kpi.baseline.label, ctx.profile.name) else 3


def _phrase(ctx: DraftContext, kpi: Kpi) -> str:
    """A target in words: a level reached, a rate kept, points gained, or numbers added."""
    quantity = kpi.targets[-1].quantity
    value = shown(quantity, ctx.language)
    bare = shown(quantity.model_copy(update={"unit": ""}), ctx.language)
    if "points" in quantity.flags:
        return ctx.writer.pick(
            f"{kpi.name}较基期提高{bare}个百分点", f"{kpi.name}: {bare} percentage points over the baseline"
        )
    if "rate" in quantity.flags:
        return ctx.writer.pick(f"{kpi.name}年均增长{bare}%左右", f"{kpi.name}: growth of about {bare}% a year")
    return ctx.writer.pick(f"{kpi.name}达到{value}", f"{kpi.name}: {value}")


def _measure(ctx: DraftContext, targets: tuple[VisionTarget, ...]) -> str:
    if not targets:
        return ""
    joined = (
        "，".join(target.text for target in targets) if ctx.language == "zh" else "; ".join(t.text for t in targets)
    )
    return ctx.writer.pick(f"，{joined}（规划目标）", f" ({joined}; planning targets)")


_DIFFERENCES: Final = (
    (
        "与{rivals}等地相比，本区域的特色在于{character}；边界上{outside}，避免同质竞争。",
        "Unlike {rivals}, the region builds on {character}. Outside its boundary: {outside}.",
    ),
    (
        "不与{rivals}比拼单点规模，而以{character}为依托做强{theme}；{outside}。",
        "It does not rival {rivals} in size but makes {theme} strong, building on {character}. Outside its boundary: {outside}.",
    ),
    (
        "在{rivals}的路径之外，立足{character}，以{theme}形成错位优势；{outside}。",
        "It does not follow the path of {rivals}: it builds on {character} and on {theme}. Outside its boundary: {outside}.",
    ),
)


def _difference(ctx: DraftContext, diagnosis: Diagnosis, theme: Theme, character: Word, number: int) -> Statement:
    write = ctx.writer
    models = [bench for bench in diagnosis.benchmarks if bench.outcome != "failure"]
    rivals = [models[(number - 1 + step) % len(models)] for step in range(min(2, len(models)))] if models else []
    citations = tuple(bench.why_comparable.citations[0] for bench in rivals if bench.why_comparable.citations)
    outside = Said(theme.boundary_out.rstrip("。."), "theme")
    return write.say(
        *_DIFFERENCES[number - 1],
        rivals=[Said(bench.name, bench.document_id) for bench in rivals] or write.pick("周边地区", "its neighbours"),
        character=character,
        theme=Said(theme.name, "theme"),
        outside=outside,
        citations=citations,
        state="grounded" if citations or not isinstance(character, str) else "assumption",
    )
