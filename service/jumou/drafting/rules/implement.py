"""Step 4: road map, action table, governance, financing by year, KPIs and the calendar that keeps the plan in operation."""

import re
from typing import Final

from jumou.domain.diagnosis import Diagnosis
from jumou.domain.evidence import Statement
from jumou.domain.framework import MODES
from jumou.domain.implementation import (
    ActionItem,
    GovernanceBody,
    Implementation,
    Kpi,
    MonitoringEvent,
    Phase,
    Roadmap,
)
from jumou.domain.portfolio import Project
from jumou.domain.positioning import Positioning
from jumou.drafting.context import DraftContext
from jumou.drafting.rules.bodies import body
from jumou.drafting.rules.kpi_agreement import agreed
from jumou.drafting.rules.kpi_targets import from_portfolio
from jumou.drafting.rules.kpis import with_projects
from jumou.drafting.rules.money import financing_plan
from jumou.drafting.rules.scheduling import month, phase_starts, roadmap_rows, to_month
from jumou.retrieval import Filter

_MOST_ACTIONS_EACH: Final = 3
_MOST_LESSONS: Final = 2
_RULE: Final = re.compile(
    r"应(?!用|链)|须|不宜|不得|不能|宜(?!居)|必须|尽早|避免|一票否决|前提是|\b(?:should|must|need to|needs? |has to|have to|cannot|avoid|only (?:if|when)|instead of|not a substitute|will not)\b",
    re.IGNORECASE,
)
"""What makes a lesson a rule or a condition."""

_OF_ITSELF: Final = re.compile(r"^[^，。]{2,8}(?:属|应|须)")
"""A rule a case has for itself: 鲁北化工应防止…"""

_FIGURES: Final = re.compile(r"\d{2,}|\d+(?:\.\d+)?\s*[%％]|近[一二三四五六七八九]成|[一二三四五六七八九]成[^为]")
_OF_A_FIELD: Final = re.compile(
    r"整车|汽车|造车|氢能|光伏|晶圆|芯片|港口|楼宇|科学城|科学园|商贸城|专业市场|生物医药|新药|电池|面料|印染|煤|钢|糖|磷|航空|\b(?:port|universit(?:y|ies)|campus|vehicles?|cars?|chips?|hydrogen|market halls?|drugs?)\b",
    re.IGNORECASE,
)
"""Words of one field: a rule about them holds where the region has to do with them."""


def implement(
    ctx: DraftContext,
    diagnosis: Diagnosis,
    positioning: Positioning,
    projects: tuple[Project, ...],
    kpis: tuple[Kpi, ...],
) -> Implementation:
    """The whole of step 4 for the projects given."""
    financing = financing_plan(ctx, projects)
    promised = frozenset(target.kpi_id for vision in positioning.candidates for target in vision.targets)
    return Implementation(
        roadmap=_roadmap(ctx, projects),
        actions=_actions(ctx, projects),
        governance=_governance(ctx),
        governance_note=_governance_note(ctx),
        financing=financing,
        kpis=with_projects(agreed(ctx, from_portfolio(ctx, kpis, projects, financing), projects, promised), projects),
        monitoring=_monitoring(ctx),
        safeguards=_safeguards(ctx, diagnosis, positioning),
    )


def _roadmap(ctx: DraftContext, projects: tuple[Project, ...]) -> Roadmap:
    write = ctx.writer
    rows, critical, makespan = roadmap_rows(ctx, projects)
    cuts = phase_starts(ctx)
    names = (
        (
            ("打基础阶段", "Foundations"),
            ("建立机制、出台政策、启动先导项目", "set up bodies and policies, start the first projects"),
        ),
        (
            ("成规模阶段", "Growth"),
            ("重点项目集中建设投产，产业链关键环节补齐", "main projects built and running, key links filled"),
        ),
        (
            ("提能级阶段", "Rise"),
            (
                "集群品牌与创新能力提升，开展评估并谋划下一轮",
                "brand and innovation grow; evaluation and the next round",
            ),
        ),
    )
    phases = []
    for number, (name, goal) in enumerate(names):
        begin, end = cuts[number], cuts[number + 1]
        phases.append(
            Phase(
                id=f"R{number + 1}",
                name=write.pick(*name),
                start=month(ctx, begin),
                end=month(ctx, end - 1),
                goal=write.pick(*goal),
                project_ids=tuple(project.id for project in projects if begin <= to_month(ctx, project.start) < end),
            )
        )
    return Roadmap(
        start=month(ctx, 0), phases=tuple(phases), schedule=rows, critical_path=critical, makespan_months=makespan
    )


def _actions(ctx: DraftContext, projects: tuple[Project, ...]) -> tuple[ActionItem, ...]:
    """A row for each milestone of each project: task, body, deadline."""
    actions: list[ActionItem] = []
    for project in projects:
        begin = project.start
        for milestone in project.milestones[:_MOST_ACTIONS_EACH]:
            actions.append(
                ActionItem(
                    id=f"A{len(actions) + 1:03d}",
                    project_id=project.id,
                    task=_task(ctx, project, milestone.text),
                    body=project.lead_body,
                    supporting=project.partners,
                    start=begin,
                    deadline=milestone.date,
                    milestone=milestone.text,
                )
            )
            begin = milestone.date
    return tuple(sorted(actions, key=lambda action: (action.deadline, action.id)))


def _task(ctx: DraftContext, project: Project, milestone: str) -> str:
    return ctx.writer.pick(f"{project.name}：{milestone}", f"{project.name}: {milestone}")


def _governance(ctx: DraftContext) -> tuple[GovernanceBody, ...]:
    write, profile, language = ctx.writer, ctx.profile, ctx.language
    industry = ctx.industry.short

    def office(name: str) -> str:
        return body(profile, name, language)  # type: ignore[arg-type]

    return (
        GovernanceBody(
            id="GV1",
            name=write.pick(f"{industry}产业发展理事会", f"Council for {industry}"),
            members=(
                office("government"),
                write.pick("龙头企业和配套企业代表", "leading firms and suppliers"),
                office("institutions"),
                office("associations"),
                office("banks"),
            ),
            duties=write.pick(
                "审议规划与年度计划，协调重大事项，提出政策建议；企业和机构代表不少于政府代表。",
                "Discusses the plan and the yearly programme, settles major matters and advises on policy; firms and institutes have at least as many seats as government.",
            ),
            rhythm=write.pick("每半年一次全体会议", "full meeting every six months"),
        ),
        GovernanceBody(
            id="GV2",
            name=write.pick("产业链推进工作专班（链长办公室）", "Delivery team"),
            members=tuple(office(name) for name in ("drc", "industry", "commerce", "science", "finance", "park")),
            duties=write.pick(
                "承担理事会秘书处职责，调度项目，解决要素保障问题，更新项目库。",
                "Acts as secretariat of the council: follows projects, clears obstacles and keeps the project list.",
            ),
            rhythm=write.pick("每月调度、每季度通报", "monthly review, quarterly report"),
        ),
        GovernanceBody(
            id="GV3",
            name=write.pick("集群发展促进组织", "Cluster organisation"),
            members=(office("associations"), office("firms"), office("institutions")),
            duties=write.pick(
                "承担产需对接、公共服务、标准和品牌建设，发布集群运行报告。",
                "Brings buyers and suppliers together, runs shared services, standards and brand, and publishes the cluster report.",
            ),
            rhythm=write.pick("每季度活动一次", "one event a quarter"),
        ),
        GovernanceBody(
            id="GV4",
            name=write.pick("专家咨询与第三方评估组", "Expert panel and outside evaluator"),
            members=(office("institutions"), write.pick("第三方评估机构", "an independent evaluator")),
            duties=write.pick(
                "对重大项目论证把关，开展年度评估和中期评估。",
                "Reviews major projects and carries out the yearly and mid-term evaluations.",
            ),
            rhythm=write.pick("每年一次评估", "one evaluation a year"),
        ),
    )


def _governance_note(ctx: DraftContext) -> Statement:
    where = Filter(levels=("international",)) if ctx.profile.abroad else None
    hits = ctx.desk.find("集群发展促进组织 链长制 工作专班 治理 理事会", limit=6, where=where)
    citations = ctx.desk.cite(hits, ["促进组织", "链长", "专班", "cluster organisation"])
    return ctx.writer.say(
        "建立“政府引导、企业主体、院校支撑、机构协同”的治理机制。",
        "Government guides, firms lead, universities support and intermediary bodies bring them together.",
        citations=citations,
        state="grounded" if citations else "no_evidence",
    )


def _monitoring(ctx: DraftContext) -> tuple[MonitoringEvent, ...]:
    write = ctx.writer
    force = write.pick("产业链推进工作专班", "delivery team")
    council = write.pick("产业发展理事会", "council")
    return (
        MonitoringEvent(when=write.pick("每月", "monthly"), what=write.pick("项目进度调度，更新问题清单", "progress of projects, list of problems"), who=force, output=write.pick("月度调度表", "monthly sheet")),
        MonitoringEvent(when=write.pick("每季度", "quarterly"), what=write.pick("关键绩效指标监测与预警", "KPIs and alerts"), who=force, output=write.pick("季度运行报告", "quarterly report")),
        MonitoringEvent(when=write.pick("每半年", "half-yearly"), what=write.pick("审议预警事项与项目调整建议", "alerts and proposed changes"), who=council, output=write.pick("会议纪要与调整决议", "minutes and decisions")),
        MonitoringEvent(when=write.pick("每年一季度", "first quarter of each year"), what=write.pick("年度评估，修订下一年行动计划", "yearly evaluation, next year's programme"), who=write.pick("第三方评估机构", "independent evaluator"), output=write.pick("年度评估报告、规划新版本", "evaluation and a new version of the plan")),
        MonitoringEvent(when=str((ctx.start_year + ctx.horizon) // 2), what=write.pick("中期评估，检验模式与主题选择", "mid-term evaluation of mode and themes"), who=write.pick("第三方评估机构", "independent evaluator"), output=write.pick("中期评估报告", "mid-term report")),
    )  # fmt: skip


def _safeguards(ctx: DraftContext, diagnosis: Diagnosis, positioning: Positioning) -> tuple[Statement, ...]:
    write = ctx.writer
    mode = MODES[positioning.mode.key].in_(ctx.language)
    statements = [
        write.say(
            "尊重市场规律：主题边界之外的项目不纳入专项支持，避免为聚集而聚集。",
            "Respect the market: no project outside the boundaries of the themes gets special support.",
            state="assumption",
        ),
        write.say(
            "动态调整：关键指标连续预警或{mode}的适用条件发生变化时，启动定位与项目的重新论证。",
            "Adjust: when alerts repeat or the conditions of the leading mode ({mode}) change, positioning and projects are reviewed from the start.",
            mode=mode, state="assumption",
        ),
    ]  # fmt: skip
    return (*statements, *_lessons(ctx, diagnosis))


def _lessons(ctx: DraftContext, diagnosis: Diagnosis) -> list[Statement]:
    """Lessons of the benchmark cases that state a rule which holds here: of no other industry, and no statistics; hard ones first."""
    cases = sorted(diagnosis.benchmarks, key=lambda bench: bench.outcome == "success")
    found = [
        lesson for bench in cases for lesson in bench.lessons
        if _RULE.search(lesson.text) and not (_OF_ITSELF.search(lesson.text) and lesson.text[:2] == bench.name[:2])
    ]  # fmt: skip
    said = f"{ctx.industry.name} {' '.join(chain.name.zh for chain in ctx.industry.chains)} {ctx.profile.model_dump_json()}".lower()
    here = [
        lesson for lesson in found
        if not _FIGURES.search(lesson.text) and all(word.group().lower() in said for word in _OF_A_FIELD.finditer(lesson.text))
    ]  # fmt: skip
    return here[:_MOST_LESSONS]
