"""`jumou plan` and `jumou projects`: from a profile to files, or to a list."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from jumou.cli.terminal import emit, out, pick, progress, say
from jumou.compose import at_home
from jumou.domain.framework import PROJECT_TYPES, STEPS, Language, StepKey
from jumou.domain.plan import Plan
from jumou.domain.region import RegionProfile
from jumou.drafting.drafter import Drafter, DrafterName
from jumou.profile import read_profile, sample_profile
from jumou.retrieval import Shelf
from jumou.settings import settings
from jumou.workflow import PlanRequest, draft_plan, draft_projects, finished

ProfileArgument = Annotated[
    str,
    typer.Argument(
        metavar="PROFILE",
        help="区域资料：xlsx、json、csv 文件夹，或样例名（changchun、hefei、mouding）· a file, a folder, or a sample's name",
    ),
]
LanguageOption = Annotated[str, typer.Option("--language", "-l", help="zh 或 en;默认按 JUMOU_LANGUAGE")]
IndustryOption = Annotated[
    str | None, typer.Option("--industry", "-i", help="目标产业，覆盖资料中的设置 · overrides the profile's target")
]
StartOption = Annotated[int | None, typer.Option("--start", help="规划首年 · first year")]
HorizonOption = Annotated[int | None, typer.Option("--horizon", help="规划末年 · last year")]
DrafterOption = Annotated[
    str, typer.Option("--drafter", help="rules 或 llm;默认设置了 JUMOU_LLM 时为 llm · who drafts")
]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON · for programs")]


def plan(
    profile: ProfileArgument,
    target: Annotated[Path, typer.Option("--out", "-o", help="输出目录 · folder for the files")] = Path("out"),
    language: LanguageOption = "",
    industry: IndustryOption = None,
    start: StartOption = None,
    horizon: HorizonOption = None,
    drafter: DrafterOption = "",
    as_json: JsonOption = False,
) -> None:
    """由区域资料起草四步规划，写出 plan.json、plan.md、plan.docx、projects.xlsx 和图表。"""
    from jumou.export import write_bundle  # noqa: PLC0415 - the other commands need neither charts nor Word

    request = _request(profile, language, industry, start, horizon, drafter)
    by, library = _opened(request)
    with progress(pick("起草规划", "drafting")) as report:

        def step(key: StepKey, number: int, total: int) -> None:
            report(number, total, STEPS[key].in_(request.language))

        drafted = finished(draft_plan(request, library, by, progress=step))
    files = write_bundle(drafted, target)
    if as_json:
        emit({"files": [str(path) for path in files], "quality": drafted.quality.model_dump(mode="json")})
    else:
        _tell(drafted, files)
    if any(finding.severity == "error" for finding in drafted.quality.findings):
        raise typer.Exit(5)


def projects(
    profile: ProfileArgument,
    language: LanguageOption = "",
    industry: IndustryOption = None,
    start: StartOption = None,
    horizon: HorizonOption = None,
    drafter: DrafterOption = "",
    as_json: JsonOption = False,
) -> None:
    """由区域资料起草项目清单。"""
    request = _request(profile, language, industry, start, horizon, drafter)
    by, library = _opened(request)
    drafted = finished(draft_projects(request, library, by))
    if as_json:
        emit(drafted)
        return
    table = Table(title=f"{drafted.region} · {drafted.industry}")
    for heading in (
        pick("编号", "id"),
        pick("类型", "type"),
        pick("项目", "project"),
        pick("针对短板", "gap"),
        pick("起止", "term"),
    ):
        table.add_column(heading, overflow="fold")
    gaps = {gap["id"]: gap["name"] for gap in drafted.gaps}
    for project in drafted.projects:
        kind = f"{project.type} {PROJECT_TYPES[project.type].in_(request.language)}"
        table.add_row(
            project.id, kind, project.name, gaps.get(project.closes_gap, ""), f"{project.start}—{project.end}"
        )
    out.print(table)


def _opened(request: PlanRequest) -> tuple[Drafter, Shelf]:
    """Who drafts the request, and what they may be shown."""
    with progress(pick("准备检索索引", "index")) as report:
        jumou = at_home(settings(), report)
        by = jumou.drafter_named(request.drafter)
        return by, jumou.library_for(by.name)


def _request(
    profile: str, language: str, industry: str | None, start: int | None, horizon: int | None, drafter: str
) -> PlanRequest:
    chosen = language or settings().language
    if chosen not in ("zh", "en"):
        raise typer.BadParameter(pick("语言只能是 zh 或 en。", "the language is zh or en."), param_hint="--language")
    if drafter not in ("", "rules", "llm"):
        raise typer.BadParameter(
            pick("起草者只能是 rules 或 llm。", "the drafter is rules or llm."), param_hint="--drafter"
        )
    by: DrafterName = "llm" if drafter == "llm" else "rules" if drafter == "rules" else ""
    spoken: Language = "en" if chosen == "en" else "zh"
    return PlanRequest(
        profile=_profile(profile, spoken),
        language=spoken,
        industry=industry,
        start_year=start,
        horizon=horizon,
        drafter=by,
    )


def _profile(name: str, language: Language) -> RegionProfile:
    path = Path(name)
    if not path.exists() and path.suffix == "" and path.parent == Path():
        return sample_profile(name)
    return read_profile(path, language=language)


def _tell(drafted: Plan, files: list[Path]) -> None:
    quality = drafted.quality
    say(drafted.title)
    say(
        pick(
            f"主导模式：{drafted.positioning.mode.name}；项目 {len(drafted.projects)} 个，指标 {len(drafted.implementation.kpis)} 项。",
            f"mode: {drafted.positioning.mode.name}; {len(drafted.projects)} projects, {len(drafted.implementation.kpis)} KPIs.",
        )
    )
    say(
        pick(
            f"陈述：有据 {quality.statements['grounded']}、规划假设 {quality.statements['assumption']}、未见依据 {quality.statements['no_evidence']}；"
            f"引文 {quality.citations} 处，不符 {quality.quotes_unmatched}；数字无据 {quality.figures_untraced}；待补数据 {len(drafted.diagnosis.data_gaps)} 项。",
            f"statements: {quality.statements['grounded']} grounded, {quality.statements['assumption']} assumptions, {quality.statements['no_evidence']} without evidence; "
            f"{quality.citations} quotes, {quality.quotes_unmatched} unmatched; {quality.figures_untraced} figures untraced; {len(drafted.diagnosis.data_gaps)} data gaps.",
        )
    )
    if (use := drafted.provenance.model_use) is not None:
        cost = pick("费用未知", "cost unknown") if use.usd is None else f"{use.usd:.4f} USD"
        say(
            pick(
                f"大模型 {use.model}：撰写 {sum(use.items_by_model.values())} 条，退回规则 {use.fallen_back} 条；调用 {use.calls} 次，词元 {use.tokens_in + use.tokens_out}，{cost}。",
                f"model {use.model}: {sum(use.items_by_model.values())} items written, {use.fallen_back} left to the rules; {use.calls} calls, {use.tokens_in + use.tokens_out} tokens, {cost}.",
            )
        )
        for fallback in use.fallbacks:
            say(
                f"  {STEPS[fallback.step].in_(settings().language)} · {fallback.reason}: {fallback.items} ({', '.join(fallback.examples)})"
            )
    for path in files:
        say(f"  {path}")
