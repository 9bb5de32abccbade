"""Step 3: the project matrix. Archetypes are filled with the region's gaps, firms, places and precedents."""

import re
from typing import Literal

from jumou.domain.diagnosis import Diagnosis
from jumou.domain.framework import category_of
from jumou.domain.implementation import Kpi
from jumou.domain.portfolio import (
    FundingShare,
    Output,
    PolicyInstrument,
    Project,
    Risk,
    TargetCompany,
)
from jumou.domain.positioning import Positioning
from jumou.domain.quantity import Quantity
from jumou.drafting.context import DraftContext
from jumou.drafting.rules.bearing import themes_of
from jumou.drafting.rules.bodies import abroad, body
from jumou.drafting.rules.borders import bordered
from jumou.drafting.rules.compliance import findings
from jumou.drafting.rules.kpis import moved_by
from jumou.drafting.rules.precedents import Precedents
from jumou.drafting.rules.scheduling import scheduled
from jumou.drafting.rules.selection import Candidate, select
from jumou.drafting.rules.sizing import Sizing, sizing
from jumou.drafting.rules.subjects import words_for
from jumou.drafting.wording import Word, begun, in_sentence, state_of


def design(
    ctx: DraftContext, diagnosis: Diagnosis, positioning: Positioning, kpis: tuple[Kpi, ...]
) -> tuple[Project, ...]:
    """The projects, in the order of the nine types, scheduled by their predecessors.

    Every project answers a gap of `diagnosis` and leans on a precedent of the corpus; a candidate for which no
    precedent is found is left out, unless the draft is to do without.
    """
    chosen = select(ctx, diagnosis, positioning)
    sizes = sizing(ctx, [item.archetype for item in chosen])
    precedents = Precedents(ctx)
    drafts: list[Project] = []
    owners: list[Candidate] = []
    for candidate in chosen:
        project = _project(ctx, candidate, positioning, kpis, sizes, precedents, f"P{len(drafts) + 1:02d}")
        if project is not None:
            drafts.append(project)
            owners.append(candidate)
    return scheduled(ctx, bordered(ctx, drafts, owners), owners)


def _project(
    ctx: DraftContext,
    item: Candidate,
    positioning: Positioning,
    kpis: tuple[Kpi, ...],
    sizes: Sizing,
    known: Precedents,
    project_id: str,
) -> Project | None:
    archetype, write, language = item.archetype, ctx.writer, ctx.language
    words = words_for(ctx, item, positioning)
    figures: list[Quantity] = []

    bears_on = themes_of(item, positioning.themes)

    def fill(template: str, **instead: Word) -> str:
        text, found = write.fill(template, **_only(template, {**words, **instead}))
        figures.extend(found)
        return text

    name = _titled(fill(archetype.name.in_(language), theme=words["title_theme"]))
    query = write.fill(archetype.query.in_(language), **_only(archetype.query.in_(language), words))[0]
    precedents = known.of(item, query, name)
    if not precedents and ctx.needs_precedents:
        return None
    objective = fill(archetype.objective.in_(language))
    content = tuple(fill(line) for line in archetype.content.in_(language))
    content = (*content, *_links_served(ctx, item, " ".join((name, objective, *content))))
    investment, basis, basis_figures = sizes.investment(ctx, archetype)
    compliance = () if abroad(ctx.profile) else findings(ctx, archetype)
    named = [(rule, fill(rule.text.in_(language))) for rule in archetype.outputs]
    outputs = tuple(Output(text=text, quantity=sizes.target(ctx, rule, text)) for rule, text in named)
    project_type = archetype.type
    return Project(
        id=project_id,
        name=name,
        category=category_of(project_type),
        type=project_type,
        closes_gap=item.gap.id,
        also_closes=item.also,
        theme_id=bears_on[0].id if len(bears_on) == 1 and project_type in ("A1", "A2", "B1") else None,
        objective=objective,
        content=content,
        scale=begun(fill(archetype.scale.in_(language))),
        site=begun(fill(archetype.site.in_(language))),
        investment=investment,
        investment_basis=basis,
        financing=_financing(ctx, item, investment),
        lead_body=body(ctx.profile, archetype.lead, language),
        partners=tuple(dict.fromkeys(body(ctx.profile, partner, language) for partner in archetype.partners)),
        start="",
        end="",
        outputs=outputs,
        kpi_ids=moved_by(
            archetype.kpis,
            kpis,
            " ".join((name, objective, *content, *(text for _, text in named), *archetype.measures(language))),
            ctx.industry.short,
        ),
        precedents=precedents,
        citations=precedents,
        approvals=archetype.approvals.in_(language),
        compliance=compliance,
        risks=tuple(
            Risk(text=fill(risk.text.in_(language)), response=fill(risk.response.in_(language)))
            for risk in archetype.risks
        ),
        priority=_priority(item),
        priority_reason=_priority_reason(ctx, item),
        target_companies=_targets(ctx, item),
        package=content[1:2] if archetype.id == "attract_leaders" else (),
        instruments=_instruments(ctx, item),
        rationale=known.rationale(item, precedents),
        figures=(*dict.fromkeys((*figures, *basis_figures)),),
        state=state_of(() if precedents else figures, precedents),
    )


def _links_served(ctx: DraftContext, item: Candidate, text: str) -> tuple[str, ...]:
    """The links of the chain a project is there for, where its text does not name them yet."""
    named = (item.gap.id, *item.also)
    links = [gap.name for gap in item.fits if gap.id in named and gap.node_id and gap.name.lower() not in text.lower()]
    if not links:
        return ()
    joined = ctx.writer.joined(links if ctx.language == "zh" else map(in_sentence, links))
    return (ctx.writer.pick(f"重点服务产业链环节：{joined}", f"Serve these links of the chain first: {joined}"),)


def _titled(name: str) -> str:
    """A project's name: a word doubled where two parts meet stands once (产业产业基金), and English begins with a capital."""
    return re.sub(r"([\u4e00-\u9fff]{2})\1", r"\1", begun(name))


def _only(template: str, words: dict[str, Word]) -> dict[str, Word]:
    """The words a template uses, so that figures of unused ones are not carried along."""
    return {key: word for key, word in words.items() if "{" + key + "}" in template}


def _financing(ctx: DraftContext, item: Candidate, investment: Quantity | None) -> tuple[FundingShare, ...]:
    if item.archetype.size is None:
        return ()
    mix = dict(ctx.playbook.financing_mixes[item.archetype.financing])
    if abroad(ctx.profile):  # special bonds and policy banks are Chinese instruments
        public = mix.pop("special_bond", 0.0)
        loan = mix.pop("policy_bank", 0.0)
        if public:
            mix["government"] = mix.get("government", 0.0) + public
        if loan:
            mix["bank_loan"] = mix.get("bank_loan", 0.0) + loan
    return tuple(
        FundingShare(source=source, share=round(share, 4), amount=_part(ctx, investment, share))
        for source, share in mix.items()
    )


def _part(ctx: DraftContext, investment: Quantity | None, share: float) -> Quantity | None:
    if investment is None:
        return None
    middle = (investment.value + (investment.upper or investment.value)) / 2
    return Quantity(
        label=ctx.writer.pick("资金来源测算", "share of investment"),
        value=round(middle * share, 2),
        unit=investment.unit,
        basis="assumption",
        formula="investment_mid * share",
    )


def _priority(item: Candidate) -> Literal["high", "medium", "low"]:
    if item.score >= 3.5:
        return "high"
    return "medium" if item.score >= 2.4 else "low"


def _priority_reason(ctx: DraftContext, item: Candidate) -> str:
    gap = item.gap.name
    reasons = {
        "high": (
            f"对应的“{gap}”列短板清单前列，且为所选模式的核心抓手",
            f"“{gap}” stands high on the list of gaps, and the project is at the core of the chosen mode",
        ),
        "medium": (
            f"对应的“{gap}”须在规划期内解决，为所选模式的常规抓手",
            f"“{gap}” has to be dealt with within the term, and the project is usual in the chosen mode",
        ),
        "low": (
            f"对应的“{gap}”属支撑条件，视财力与前序项目进展安排",
            f"“{gap}” is a supporting condition, to be taken up as means and earlier projects allow",
        ),
    }
    return ctx.writer.pick(*reasons[_priority(item)])


def _targets(ctx: DraftContext, item: Candidate) -> tuple[TargetCompany, ...]:
    if item.archetype.type != "A1" or item.archetype.id == "grow_local_leaders":
        return ()
    reason = ctx.writer.pick("与主题边界内的环节直接相关", "directly related to links inside the theme")
    return tuple(TargetCompany(kind=kind, reason=reason) for kind in item.chain.projects.A1.targets.in_(ctx.language))


def _instruments(ctx: DraftContext, item: Candidate) -> tuple[PolicyInstrument, ...]:
    if item.archetype.id != "policy_package":
        return ()
    own = [
        PolicyInstrument(family=tool.family, name=tool.name.in_(ctx.language), content=tool.content.in_(ctx.language))
        for tool in item.chain.projects.D1.instruments
    ]
    families = {tool.family for tool in own}
    general = (
        ("land", ("弹性供地与标准地", "flexible land supply"), ("推行长期租赁、先租后让和“标准地”供应", "long leases, leases that can become purchases, serviced plots")),
        ("finance", ("贷款贴息与风险补偿", "interest support and risk sharing"), ("对符合条件的各类企业普遍适用的贴息、担保和风险补偿", "interest support, guarantees and risk sharing open to all who qualify")),
        ("tax", ("国家税收政策辅导", "help with national tax rules"), ("落实国家既有税收优惠，不自设地方税收返还", "advice on reliefs the national rules already grant, with no local rebates")),
        ("talent", ("人才服务包", "services for talent"), ("住房、子女教育、医疗和职称评价服务", "housing, schooling, health care and recognition of qualifications")),
        ("data", ("公共数据开放授权", "opening public data"), ("在依法合规前提下开放行业公共数据", "public data on the industry opened within the law")),
        ("scenario", ("应用场景清单", "lists of uses"), ("滚动发布公共领域和重点企业应用场景", "lists of public and industrial uses, renewed regularly")),
    )  # fmt: skip
    own.extend(
        PolicyInstrument(family=family, name=ctx.writer.pick(*name), content=ctx.writer.pick(*text))
        for family, name, text in general
        if family not in families
    )
    return tuple(own)
