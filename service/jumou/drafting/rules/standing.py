"""Where the region stands: the six elements and the five drivers, read from the profile and the numbers."""

import re
from typing import Final

from jumou.domain.diagnosis import DriverReading, ElementReading
from jumou.domain.evidence import Statement
from jumou.domain.framework import ELEMENTS, DriverKey, ElementKey
from jumou.drafting.context import DraftContext
from jumou.drafting.reading import Reading
from jumou.drafting.rules.answers import element_of_problem
from jumou.drafting.rules.numbers import fact, latest, scale_figure, specialisation
from jumou.drafting.wording import Said, in_sentence

_STRONG: Final[dict[ElementKey, int]] = {
    "leading_firms": 3,
    "supporting_firms": 6,
    "knowledge": 4,
    "intermediaries": 2,
    "infrastructure": 3,
    "government": 2,
}
"""How many rows of the profile make an element strongly present; half of it (at least one) makes it partial."""

_MEANS: Final[dict[ElementKey, tuple[str, str]]] = {
    "leading_firms": ("龙头企业名单、产值与市场地位", "names, output and market position of leading firms"),
    "supporting_firms": ("配套企业数量、本地配套率", "number of suppliers and the share bought locally"),
    "knowledge": ("高校院所、研发机构及研发投入", "universities, research bodies and R&D spending"),
    "intermediaries": ("行业协会、孵化载体、公共服务平台", "associations, incubators and public service platforms"),
    "infrastructure": ("交通物流、能源、园区载体与金融服务", "transport, energy, parks and financial services"),
    "government": ("上级试点示范、专项政策与工作机制", "pilot status, dedicated policies and working bodies"),
}


_MEASURES: Final[dict[ElementKey, re.Pattern[str]]] = {
    "leading_firms": re.compile(r"龙头|链主|领军|上市公司|上市企业|独角兽|单项冠军|百亿级?企业|listed compan|unicorn|leading firms", re.IGNORECASE),
    "supporting_firms": re.compile(
        r"(?<!龙头)(?<!百亿)(?<!百亿级)(?<!上市)(?<!领军)企业(?:数|总数|$|[(（])|专精特新|市场主体|配套|商户|加工户|\b(?:firms|companies|enterprises|manufacturers|suppliers|SMEs|producers)\b",
        re.IGNORECASE,
    ),
    "knowledge": re.compile(
        r"高校|院校|院所|研发(?:机构|平台|中心|投入|强度|人员|经费)|实验室|专利|技术中心|创新平台|技能人才|专业技术人才|universit|R&D|research|patent|laborator|graduates",
        re.IGNORECASE,
    ),
    "intermediaries": re.compile(r"协会|孵化|众创|加速器|服务平台|专业市场|检测(?:机构|中心)|incubator|accelerator|association", re.IGNORECASE),
    "infrastructure": re.compile(
        r"园区(?:数|面积|$)|开发区|吞吐量|泊位|通车里程|铁路|机场|航线|班列|标准厂房|装机|变电|冷库|industrial parks?|throughput|berths|motorway|railway|airport|installed capacity",
        re.IGNORECASE,
    ),
    "government": re.compile(r"国家级[^，。]{0,12}(?:试点|示范)|试点(?:数|示范)|designations?", re.IGNORECASE),
}  # fmt: skip
"""Names of figures that measure an element where nothing of it is named."""

_RATE: Final = re.compile(r"增速|增长|产值|营收|收入|销售|增加值|growth|turnover|revenue|output", re.IGNORECASE)
"""A growth or a turnover of firms is no count of them."""

_MOST_TOLD: Final = 2


def elements(ctx: DraftContext, reading: Reading) -> tuple[ElementReading, ...]:
    """How far each of the six elements is present, in the profile's own words; unknown where it says nothing."""
    return tuple(_element(ctx, reading, key) for key in ELEMENTS)


def _element(ctx: DraftContext, reading: Reading, key: ElementKey) -> ElementReading:
    write, name = ctx.writer, ELEMENTS[key].in_(ctx.language)
    words = reading.of(key)
    if key == "leading_firms" and not words and reading.troubled:
        said = write.say(
            "资料所列骨干企业中{firms}处于停产、重整等困境，缺少正常经营的龙头企业。",
            "Of the firms named, {firms} are in trouble; no leader in normal operation is on record.",
            firms=reading.troubled[:4],
        )  # fmt: skip
        return ElementReading(**_fields(said), element=key, presence="weak")
    if not words and (told := _told(ctx, key)) is not None:
        return told
    if not words:
        said = write.say(
            "资料未列出{name}，须补充{means}后判断。",
            "The profile says nothing of {name}; needed to judge: {means}.",
            name=name, means=write.pick(*_MEANS[key]), state="no_evidence",
        )  # fmt: skip
        return ElementReading(**_fields(said), element=key, presence="unknown")
    strong = len(words) >= _STRONG[key]
    partial = len(words) * 2 >= _STRONG[key]
    said = write.say(
        "资料列有{words}{more}，{verdict}。",
        "The profile names {words}{more}: {verdict}.",
        words=words[:5],
        more=write.pick("等", " and others") if len(words) > 5 else "",
        verdict=write.pick(
            "基础较好" if strong else "有一定基础" if partial else "支撑偏弱",
            "a sound base" if strong else "a base to build on" if partial else "a thin base",
        ),
    )
    return ElementReading(
        **_fields(said), element=key, presence="strong" if strong else "partial" if partial else "weak"
    )


def _told(ctx: DraftContext, key: ElementKey) -> ElementReading | None:
    """What figures and stated problems say of an element of which the profile names nothing; None when they are silent too."""
    write = ctx.writer
    find = _MEASURES[key]
    measured = [
        cell
        for cell in latest(ctx.profile)
        if cell.value and find.search(cell.metric) and not _RATE.search(cell.metric)
    ]
    facts = [fact(ctx, cell) for cell in measured[:_MOST_TOLD]]
    problems = [
        Said(f"“{item.statement.strip().rstrip('。.')}”", item.ref)
        for item in ctx.profile.constraints
        if element_of_problem(ctx.playbook.concerns, item.statement) == key
    ][:_MOST_TOLD]
    if not facts and not problems:
        return None
    told, figures = [text for text, _ in facts], tuple(figure for _, own in facts for figure in own)
    means = write.pick(*_MEANS[key])
    if not problems:
        said = write.say(
            "资料载{facts}，有一定基础；{means}仍须补充。", "The profile gives {facts}, a base to build on; still needed: {means}.",
            facts=told, means=means, figures=figures,
        )  # fmt: skip
        return ElementReading(**_fields(said), element=key, presence="partial")
    if not facts:
        said = write.say(
            "资料反映的问题为{problems}；{means}仍须补充。", "What the region states: {problems}; still needed: {means}.",
            problems=problems, means=means,
        )  # fmt: skip
        return ElementReading(**_fields(said), element=key, presence="weak")
    said = write.say(
        "资料载{facts}，反映的问题为{problems}；{means}仍须补充。",
        "The profile gives {facts}; what the region states: {problems}; still needed: {means}.",
        facts=told, problems=problems, means=means, figures=figures,
    )  # fmt: skip
    return ElementReading(**_fields(said), element=key, presence="partial")


def drivers(ctx: DraftContext, reading: Reading, presence: tuple[ElementReading, ...]) -> tuple[DriverReading, ...]:
    """Which of the five drivers are at work, each from the figures or rows that show it."""
    found = {item.element: item.presence for item in presence}
    return (
        _scale(ctx),
        _driver(
            ctx, "knowledge", found["knowledge"], reading.knowledge[:4],
            ("区域拥有{words}，具备知识溢出和联合创新的条件", "with {words}, knowledge can spill over between firms"),
            ("资料未见支撑联合创新的科研机构与平台，知识溢出机制有待培育", "the profile shows no research bodies or platforms through which knowledge could spill over"),
        ),
        _driver(
            ctx, "transaction_cost", found["infrastructure"], reading.infrastructure[:4],
            ("{words}等设施有利于降低物流与协作成本", "{words} help to lower the cost of transport and cooperation"),
            ("资料未给出物流、园区等共享设施情况，交易成本优势无法判断", "the profile says nothing of transport links or parks, so no cost advantage can be shown"),
        ),
        _driver(
            ctx, "specialisation", _division(ctx, found["supporting_firms"]), _present_nodes(ctx),
            ("产业链{words}等环节已有企业，具备一定的专业化分工", "firms are present at {words}, a beginning of specialisation"),
            ("资料所列企业未形成环节分工，专业化配套不足", "the firms named do not show a division of labour along the chain"),
        ),
        _driver(
            ctx, "brand", "partial" if len(reading.brand) > 1 else "weak" if reading.brand else "unknown", reading.brand[:3],
            ("{words}构成区域品牌与市场引力的基础", "{words} carry the region's name in the market"),
            ("资料未见有影响力的区域产业品牌，市场引力尚未形成", "the profile shows no regional brand of weight"),
        ),
    )  # fmt: skip


def _scale(ctx: DraftContext) -> DriverReading:
    write = ctx.writer
    quotient = specialisation(ctx)
    if quotient is not None and quotient.value is not None:
        high = quotient.value >= 1.25
        said = write.say(
            "{label}为{value}，{verdict}。",
            "The {label} is {value}; {verdict}.",
            label=quotient.label,
            value=quotient.quantity(),
            verdict=write.pick(
                "专业化集聚特征明显" if high else "规模集聚效应尚不突出",
                "the industry is concentrated here" if high else "concentration is not yet marked",
            ),
        )
        return DriverReading(**_fields(said), driver="scale", at_work="yes" if high else "partly")
    figure = scale_figure(ctx)
    if figure is not None:
        said = write.say(
            "{label}为{value}，已有一定产业规模，缺少全国同口径数据，专业化程度暂不可算。",
            "{label} is {value}; there is size, but no national figure on the same scope to show specialisation.",
            label=figure.label, value=figure,
        )  # fmt: skip
        return DriverReading(**_fields(said), driver="scale", at_work="partly")
    said = write.say(
        "资料未给出产业规模数据，作用程度无法判断。",
        "The profile gives no size of the industry.",
        state="no_evidence",
    )
    return DriverReading(**_fields(said), driver="scale", at_work="not_seen")


def _driver(
    ctx: DraftContext,
    key: DriverKey,
    presence: str,
    words: tuple[object, ...],
    present: tuple[str, str],
    absent: tuple[str, str],
) -> DriverReading:
    write = ctx.writer
    if words and presence != "unknown":
        said = write.say(f"{present[0]}。", f"{present[1]}.", words=words)  # type: ignore[arg-type]
        return DriverReading(**_fields(said), driver=key, at_work="yes" if presence == "strong" else "partly")
    said = write.say(f"{absent[0]}。", f"{absent[1]}.", state="no_evidence")
    return DriverReading(**_fields(said), driver=key, at_work="not_seen")


def _present_nodes(ctx: DraftContext) -> tuple[Said, ...]:
    names = {node.id: node.name.in_(ctx.language) for node in ctx.industry.chain.nodes}
    return tuple(
        Said(ctx.writer.pick(names[node.id], in_sentence(names[node.id])), "profile:enterprises")
        for node in ctx.analysis.nodes
        if node.firms and node.id in names
    )[:5]


def _division(ctx: DraftContext, suppliers: str) -> str:
    nodes = len(_present_nodes(ctx))
    return (
        "strong"
        if nodes >= 5 and suppliers == "strong"
        else "partial"
        if nodes >= 2
        else "weak"
        if nodes
        else "unknown"
    )


def _fields(said: Statement) -> dict[str, object]:
    return {name: getattr(said, name) for name in Statement.model_fields}
