"""When projects run: the critical-path method over their predecessors, fitted into the plan's term, with dated milestones."""

from collections.abc import Sequence
from typing import Final

from jumou.analysis.schedule import Task, critical_path
from jumou.domain.implementation import ScheduledProject
from jumou.domain.playbook import FinancingKind
from jumou.domain.portfolio import Milestone, Project
from jumou.drafting.context import DraftContext
from jumou.drafting.rules.selection import Candidate

_OVERLAP: Final = 0.5
"""A project may begin when its predecessors are half done: a policy package is drafted while the task force settles in."""

_SHORTEST: Final = 3
PHASES: Final = (0.25, 0.7)
"""Where the second and the third phase of a plan begin, as shares of its term."""

_LATE_SHARE, _MIDDLE_SHARE = 0.15, 0.4
"""So many of the projects begin in the third and in the second phase: one office cannot start twenty at once."""

_LATE_TYPES: Final = frozenset(("B1", "B2", "C1", "C2", "D2"))
"""What a cluster adds once it stands; leaders, research and rules come before."""

_EARLY_TYPES: Final = frozenset(("D1", "B3"))
"""Rules that others wait for, and training, which bears fruit years later."""

_CURTAILED: Final = 2 / 3
"""So much of its time a project that begins late needs within the term; the rest is the next plan's."""

_QUARTER: Final = 3
_AT: Final = (0.25, 0.6, 1.0)
_Stage = tuple[str, str]
_INVESTED: Final[tuple[_Stage, _Stage, _Stage]] = (
    ("目标企业和项目清单确定，首批项目签约，用地、能耗和环境容量落实", "targets listed, first contracts signed, land, energy and environmental capacity settled"),
    ("首批项目开工，按投资和建设进度开展中期评估", "first projects under construction, mid-term review of investment and progress"),
    ("签约项目投产，按协议核验产出和本地配套", "projects in operation, output and local sourcing checked against the agreements"),
)  # fmt: skip
_BUILT: Final[tuple[_Stage, _Stage, _Stage]] = (
    ("可行性研究、用地、环评和节能手续办结，资金来源落实", "feasibility, land, environmental and energy permits obtained, money secured"),
    ("主体工程完成，首批使用协议签订", "main works done, first users under contract"),
    ("竣工验收并投入使用，按实际使用率评估后续分期", "accepted and in use; later phases decided by actual use"),
)  # fmt: skip
_SERVED: Final[tuple[_Stage, _Stage, _Stage]] = (
    ("运营主体确定，首批服务协议签订", "operator chosen, first service contracts signed"),
    ("主要功能对外服务，开展服务绩效中期评价", "main services open, mid-term review of use"),
    ("达到年度服务目标，按绩效决定后续投入", "yearly service targets met; further money by results"),
)  # fmt: skip
_STAGES: Final[dict[FinancingKind, tuple[_Stage, _Stage, _Stage]]] = {
    "enterprise_led": _INVESTED,
    "mixed": _INVESTED,
    "park": _BUILT,
    "infrastructure": _BUILT,
    "platform": _SERVED,
    "fund": (
        ("设立（参股）方案获批，管理人和投向确定", "scheme approved, manager and scope settled"),
        ("首批项目出资到位，开展合规检查", "first investments paid, compliance checked"),
        ("完成投资绩效评价，提出续投或退出安排", "results reviewed, further money or exit decided"),
    ),
    "public": (
        ("实施方案印发，年度预算和任务分工落实", "programme issued, budget and tasks settled"),
        ("首批任务完成，开展中期评估", "first tasks done, mid-term review"),
        ("全部任务完成，公布评估结果", "all tasks done, results published"),
    ),
}
_SOFT_STAGES: Final = (
    (0.5, ("形成方案并征求意见", "draft circulated for comment")),
    (1.0, ("印发实施并建立评估机制", "in force, with review in place")),
)


def month(ctx: DraftContext, offset: float) -> str:
    """YYYY-MM of a month counted from the plan's start (0 is January of the start year)."""
    whole = max(0, int(offset))
    return f"{ctx.start_year + whole // 12}-{whole % 12 + 1:02d}"


def to_month(ctx: DraftContext, date: str) -> int:
    """Months from the plan's start of a date YYYY-MM."""
    year, number = date.split("-")
    return (int(year) - ctx.start_year) * 12 + int(number) - 1


def phase_starts(ctx: DraftContext) -> tuple[int, int, int, int]:
    """The months at which the three phases begin, and the plan's end."""
    total = 12 * (ctx.horizon - ctx.start_year + 1)
    first, second = (max(number, round(total * share)) for number, share in enumerate(PHASES, start=1))
    return 0, first, second, total


def scheduled(ctx: DraftContext, drafts: Sequence[Project], owners: Sequence[Candidate]) -> tuple[Project, ...]:
    """The projects with predecessors, start, end and milestones; `owners` are the candidates they were made from."""
    first_of: dict[str, str] = {}
    for project, owner in zip(drafts, owners, strict=True):
        first_of.setdefault(owner.archetype.id, project.id)
    before = {
        project.id: tuple(first_of[name] for name in owner.archetype.after if name in first_of)
        for project, owner in zip(drafts, owners, strict=True)
    }
    horizon = 12 * (ctx.horizon - ctx.start_year + 1)
    ready = _ready(ctx, drafts, owners, before)
    tasks = [
        Task(
            id=project.id,
            duration=float(min(owner.archetype.months, horizon)),
            predecessors=before[project.id],
            earliest=float(max(owner.archetype.start, ready.get(project.id, 0))),
            lag=_OVERLAP,
        )
        for project, owner in zip(drafts, owners, strict=True)
    ]
    times = critical_path(tasks).times
    rows = []
    for project, owner, task in zip(drafts, owners, tasks, strict=True):
        start = min(int(times[task.id].earliest_start), horizon - _SHORTEST)
        end = min(horizon, start + int(task.duration))
        rows.append(
            project.model_copy(
                update={
                    "predecessors": before[project.id],
                    "start": month(ctx, start),
                    "end": month(ctx, end - 1),
                    "milestones": _milestones(ctx, owner, start, end),
                }
            )
        )
    return tuple(rows)


def _ready(
    ctx: DraftContext, drafts: Sequence[Project], owners: Sequence[Candidate], before: dict[str, tuple[str, ...]]
) -> dict[str, int]:
    """The month from which a project that does not belong to the first wave is taken up.

    What others wait for, rules and training come first, and the weightiest of each type; then the rest by weight. The weakest of
    those that build on a cluster begin in the third phase, as far as they can still do most of their work in it.
    """
    _, second, third, end = phase_starts(ctx)
    awaited = {name for names in before.values() for name in names}
    leading: dict[str, tuple[float, str]] = {}
    for project, owner in zip(drafts, owners, strict=True):
        leading[project.type] = max(leading.get(project.type, (0.0, "")), (owner.score, project.id))
    first = awaited | {name for _, name in leading.values()}
    pairs = [
        (project.id, owner) for project, owner in zip(drafts, owners, strict=True)
        if project.id not in first and project.type not in _EARLY_TYPES
    ]  # fmt: skip
    pairs.sort(key=lambda pair: (pair[1].score, pair[0]))  # the weakest first
    fit = [
        pair
        for pair in pairs
        if pair[1].archetype.type in _LATE_TYPES and third + _CURTAILED * pair[1].archetype.months <= end
    ]
    late = (fit or pairs)[: max(1, round(_LATE_SHARE * len(drafts)))]
    middle = [pair for pair in pairs if pair not in late][: round(_MIDDLE_SHARE * len(drafts))]
    return {
        name: month
        for group, begin, until in (
            (list(reversed(middle)), second, (second + third) // 2),
            (list(reversed(late)), third, (third + end) // 2),
        )
        for place, (name, owner) in enumerate(group)
        for month in (_taken_up(begin, until, place, len(group), end - int(_CURTAILED * owner.archetype.months)),)
    }


def _taken_up(begin: int, until: int, place: int, of: int, latest: int) -> int:
    """Months spread over a phase by quarters, none so late that too little time is left, none before the phase begins."""
    spread = begin + (until - begin) * place // max(1, of) // _QUARTER * _QUARTER
    return max(begin, min(spread, latest))


def _milestones(ctx: DraftContext, owner: Candidate, start: int, end: int) -> tuple[Milestone, ...]:
    stages = (
        _SOFT_STAGES
        if owner.archetype.size is None
        else tuple(zip(_AT, _STAGES[owner.archetype.financing], strict=True))
    )
    span = max(1, end - 1 - start)
    return tuple(
        Milestone(date=month(ctx, start + round(share * span)), text=ctx.writer.pick(*text)) for share, text in stages
    )


def roadmap_rows(
    ctx: DraftContext, projects: Sequence[Project]
) -> tuple[tuple[ScheduledProject, ...], tuple[str, ...], float]:
    """Floats and the critical path of projects as dated (also after a person moved them), and the whole's length in months."""
    tasks = [
        Task(
            id=project.id,
            duration=float(to_month(ctx, project.end) - to_month(ctx, project.start) + 1),
            predecessors=project.predecessors,
            earliest=float(to_month(ctx, project.start)),
            lag=_OVERLAP,
        )
        for project in projects
    ]
    plan = critical_path(tasks)
    rows = tuple(
        ScheduledProject(
            project_id=project.id,
            start=project.start,
            end=project.end,
            earliest_start=times.earliest_start,
            earliest_finish=times.earliest_finish,
            latest_start=times.latest_start,
            latest_finish=times.latest_finish,
            total_float=times.total_float,
            critical=times.critical,
        )
        for project in projects
        for times in (plan.times[project.id],)
    )
    return rows, plan.path, plan.makespan
