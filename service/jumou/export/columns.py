"""The columns of the project list: what each shows of a project, and how an edited cell is read back.

A cell with several entries has one a line; an entry of several parts has them joined by ｜. What cannot be typed by hand
(evidence, compliance findings, computed amounts) is shown and not read back.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from jumou.domain.framework import CATEGORIES, PROJECT_TYPES, Language, Name
from jumou.domain.plan import Plan
from jumou.domain.portfolio import Project
from jumou.domain.review import content_hash
from jumou.drafting.wording import shown
from jumou.export.results import Results
from jumou.export.sources import SourceList
from jumou.export.terms import BASES, FUNDING, INSTRUMENTS, PRIORITIES, SEVERITIES, STATES, term

Kind = Literal["text", "lines", "parts", "number", "percent", "month", "choice", "formula", "shown"]
Value = str | float | None
PART: Final = "｜"
UNIT: Final = "亿元"
YES_NO: Final[dict[str, Name]] = {"true": Name("是", "yes"), "false": Name("否", "no")}


@dataclass(frozen=True, slots=True)
class Setting:
    """What a column may need beside the project: the plan, its source numbers, and where results of formulas are kept."""

    plan: Plan
    sources: SourceList
    results: Results = field(default_factory=Results)

    @property
    def language(self) -> Language:
        """The plan's language."""
        return self.plan.provenance.language


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `field` is the path into the project; `parts` names the parts of an entry; `choices` maps keys to names."""

    field: str
    name: Name
    kind: Kind
    width: float
    value: Callable[[Project, Setting], Any]
    """The typed value: text, number, tuple of texts, or tuple of dicts by part."""
    parts: tuple[str, ...] = ()
    choices: dict[str, Name] | None = None

    @property
    def editable(self) -> bool:
        """Whether an edited cell is read back."""
        return self.kind not in ("formula", "shown")

    def cell(self, project: Project, setting: Setting) -> Value:
        """What stands in the cell."""
        return self.written(self.value(project, setting), setting.language)

    def written(self, value: Any, language: Language) -> Value:
        """A typed value as a cell."""
        if value is None or value == ():
            return None
        if self.kind in ("number", "percent"):
            return float(value)
        if self.kind == "choice":
            return term(self.choices or {}, str(value), language)
        if self.kind == "parts":
            return "\n".join(PART.join(_part(entry.get(part)) for part in self.parts).rstrip(PART) for entry in value)
        if isinstance(value, tuple):
            return "\n".join(" ".join(str(entry).split("\n")) for entry in value)
        return str(value) or None


def _part(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < 1e6 else repr(value)
    return " ".join(str(value).split("\n"))


def _text(field: str, zh: str, en: str, width: float, kind: Kind = "text") -> Column:
    return Column(field, Name(zh, en), kind, width, lambda project, _: getattr(project, field))


def _lines(field: str, zh: str, en: str, width: float) -> Column:
    return _text(field, zh, en, width, "lines")


def _entries(field: str, zh: str, en: str, width: float, parts: tuple[str, ...]) -> Column:
    def value(project: Project, _: Setting) -> tuple[dict[str, Any], ...]:
        return tuple({part: getattr(entry, part) for part in parts} for entry in getattr(project, field))

    return Column(field, Name(zh, en), "parts", width, value, parts)


def _choice(field: str, zh: str, en: str, width: float, choices: dict[str, Name]) -> Column:
    return Column(field, Name(zh, en), "choice", width, lambda project, _: getattr(project, field), choices=choices)


def _outputs(project: Project, _: Setting) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "text": item.text,
            "value": item.quantity.value if item.quantity else None,
            "unit": item.quantity.unit if item.quantity else None,
        }
        for item in project.outputs
    )


def _instruments(project: Project, setting: Setting) -> tuple[dict[str, Any], ...]:
    return tuple(
        {"family": term(INSTRUMENTS, item.family, setting.language), "name": item.name, "content": item.content}
        for item in project.instruments
    )


def _share(source: str) -> Column:
    def value(project: Project, _: Setting) -> float | None:
        return next((item.share for item in project.financing if item.source == source), None)

    name = next(name for key, name in FUNDING.items() if key == source)
    return Column(f"financing.{source}", Name(f"{name.zh}占比", f"share: {name.en}"), "percent", 9, value)


def _amount(source: str) -> Column:
    name = next(name for key, name in FUNDING.items() if key == source)
    return Column(
        f"amount.{source}",
        Name(f"{name.zh}（亿元）", f"{name.en}, 100m yuan"),
        "formula",
        10,
        lambda _project, _setting: None,
    )


def year_column(year: int) -> Column:
    """The column of a project's money in one year, a formula over its dates and investment."""
    return Column(
        f"year.{year}",
        Name(f"{year}年投资（亿元）", f"{year}, 100m yuan"),
        "formula",
        10,
        lambda _project, _setting: None,
    )


def _compliance(project: Project, setting: Setting) -> tuple[str, ...]:
    return tuple(
        f"[{term(SEVERITIES, item.severity, setting.language)}] {item.rule}{PART}{item.text}{PART}{item.remedy} {setting.sources.marks(item.citations)}".strip()
        for item in project.compliance
    )


def _precedents(project: Project, setting: Setting) -> tuple[str, ...]:
    return tuple(f"{setting.sources.mark(item)} {item.title}{PART}{item.quote}" for item in project.precedents)


def _figures(project: Project, setting: Setting) -> tuple[str, ...]:
    language = setting.language
    return tuple(
        f"{item.label}{PART}{shown(item, language)}{PART}{BASES[item.basis].in_(language)}" for item in project.figures
    )


def _shown(field: str, zh: str, en: str, width: float, value: Callable[[Project, Setting], Any]) -> Column:
    return Column(field, Name(zh, en), "shown", width, value)


_BEFORE_MONEY: Final = (
    _text("id", "编号", "id", 7, "shown"),
    _text("name", "项目名称", "project", 34),
    _choice("category", "类别", "category", 16, {key: Name(f"{key} {name.zh}", f"{key} {name.en}") for key, name in CATEGORIES.items()}),
    _choice("type", "类型", "type", 20, {key: Name(f"{key} {name.zh}", f"{key} {name.en}") for key, name in PROJECT_TYPES.items()}),
    _text("closes_gap", "解决短板", "gap closed", 10),
    _lines("also_closes", "兼顾短板", "also closes", 10),
    _text("theme_id", "所属主题", "theme", 9),
    _text("objective", "建设目标", "objective", 40),
    _lines("content", "建设内容", "content", 50),
    _text("scale", "建设规模", "scale", 28),
    _text("site", "选址用地", "site and land", 28),
    Column("investment.value", Name("投资下限（亿元）", "investment from"), "number", 11, lambda p, _: p.investment.value if p.investment else None),
    Column(
        "investment.upper", Name("投资上限（亿元）", "investment to"), "number", 11,
        lambda p, _: (p.investment.upper if p.investment.upper is not None else p.investment.value) if p.investment else None,
    ),
    _shown("investment.unit", "投资单位", "unit of investment", 9, lambda p, _: p.investment.unit if p.investment else None),
    _shown("investment.basis", "投资依据类别", "basis of investment", 11, lambda p, s: BASES[p.investment.basis].in_(s.language) if p.investment else None),
    _text("investment_basis", "投资测算说明", "how it was sized", 32),
)  # fmt: skip

_AFTER_MONEY: Final = (
    _text("lead_body", "牵头单位", "lead body", 20),
    _lines("partners", "配合单位", "partners", 22),
    _text("start", "开工时间", "start", 10, "month"),
    _text("end", "完成时间", "end", 10, "month"),
)

_LAST: Final = (
    _entries("milestones", "里程碑", "milestones", 28, ("date", "text")),
    _lines("predecessors", "前序项目", "predecessors", 10),
    Column("outputs", Name("预期产出", "outputs"), "parts", 30, _outputs, ("text", "value", "unit")),
    _lines("kpi_ids", "支撑指标", "KPIs moved", 10),
    _shown("precedents", "参照先例", "precedents", 44, _precedents),
    _lines("approvals", "所需审批", "approvals", 26),
    _shown("compliance", "合规审查", "compliance", 44, _compliance),
    _entries("risks", "风险与应对", "risks", 36, ("text", "response")),
    _choice("priority", "优先级", "priority", 9, {str(key): name for key, name in PRIORITIES.items()}),
    _text("priority_reason", "优先级理由", "reason of priority", 26),
    _entries("target_companies", "目标企业类型", "companies to attract", 26, ("kind", "reason")),
    _lines("package", "一企一策", "one firm, one policy", 26),
    Column("instruments", Name("政策工具", "instruments"), "parts", 36, _instruments, ("family", "name", "content")),
    Column("rationale", Name("提出理由", "rationale"), "text", 34, lambda p, _: p.rationale.text if p.rationale else None),
    _shown("citations", "依据", "sources", 12, lambda p, s: s.sources.marks((*p.citations, *(p.rationale.citations if p.rationale else ()))) or None),
    _shown("figures", "数据依据", "figures", 30, _figures),
    _shown("state", "依据状态", "state", 10, lambda p, s: STATES[p.state].in_(s.language)),
    _shown("author", "起草者", "author", 9, lambda p, _: p.author),
    Column("locked", Name("锁定", "locked"), "choice", 7, lambda p, _: str(p.locked).lower(), choices=YES_NO),
    _shown("version", "版本标记", "version mark", 8, lambda p, _: row_version(p)),
)  # fmt: skip


def columns(years: tuple[int, ...]) -> tuple[Column, ...]:
    """All columns in order; one formula column for each year of the plan."""
    shares = tuple(_share(source) for source in FUNDING)
    amounts = tuple(_amount(source) for source in FUNDING)
    return (*_BEFORE_MONEY, *shares, *amounts, *_AFTER_MONEY, *(year_column(year) for year in years), *_LAST)


def plan_years(plan: Plan) -> tuple[int, ...]:
    """The years projects run in, together with those of the financing plan."""
    found = {row.year for row in plan.implementation.financing.years}
    for project in plan.projects:
        begin, end = project.start[:4], project.end[:4]
        if begin.isdigit() and end.isdigit():
            found.update(range(int(begin), min(int(end), int(begin) + 30) + 1))
    return tuple(range(min(found), max(found) + 1)) if found else ()


def row_version(project: Project) -> str:
    """A mark of the project's contents, so that a list exported before an edit is recognised."""
    return content_hash(project)[:16]
