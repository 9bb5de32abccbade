"""What of an item people edit in a form: the fields, how each is written, and the change that follows from what was typed."""

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from jumou.domain.framework import MODES, Language, Name
from jumou.export.terms import MET, NODE_STATES, PRESENCE, PRIORITIES

Kind = Literal["text", "line", "lines", "number", "choice"]


class Field(NamedTuple):
    """One field of a form; `path` are names into the item joined by dots."""

    path: str
    label: str
    kind: Kind
    choices: dict[str, str] | None = None


_TEXT: Final = (("text", "内容", "Text", "text"),)
_FORMS: Final[dict[str, tuple[tuple[str, str, str, Kind], ...]]] = {
    "factor": _TEXT,
    "endowment": _TEXT,
    "element": (("presence", "具备程度", "Presence", "choice"), ("text", "内容", "Text", "text")),
    "driver": _TEXT,
    "condition": (("met", "是否符合", "Met", "choice"), ("text", "内容", "Text", "text")),
    "gap": (("name", "名称", "Name", "line"), ("text", "内容", "Text", "text")),
    "data_gap": (("what", "缺什么", "What", "line"), ("why", "用途", "Why", "text"), ("where", "何处收集", "Where", "text")),
    "node": (("name", "环节名称", "Name", "line"), ("state", "本地状态", "State here", "choice"), ("firms", "本地企业（一行一家）", "Firms (one a line)", "lines")),
    "benchmark": (("name", "名称", "Name", "line"), ("why_comparable.text", "可比之处", "Why comparable", "text"), ("gap.text", "差距", "Gap", "text")),
    "theme": (("name", "主题", "Theme", "line"), ("boundary_in", "主攻方向", "In", "text"), ("boundary_out", "不做什么", "Out", "text")),
    "candidate": (("text", "愿景表述", "Vision", "text"),),
    "vision": (("text", "愿景表述", "Vision", "text"),),
    "project": (
        ("name", "项目名称", "Name", "line"), ("objective", "目标", "Objective", "text"), ("content", "建设内容（一行一条）", "Content (one a line)", "lines"),
        ("scale", "规模", "Scale", "text"), ("site", "选址与用地", "Site", "text"), ("lead_body", "牵头单位", "Lead body", "line"),
        ("partners", "配合单位（一行一个）", "Partners (one a line)", "lines"), ("start", "开始（年-月）", "Start (YYYY-MM)", "line"), ("end", "完成（年-月）", "End (YYYY-MM)", "line"),
        ("priority", "优先级", "Priority", "choice"), ("priority_reason", "优先理由", "Why", "text"),
    ),
    "action": (("task", "任务", "Task", "text"), ("body", "责任单位", "Body", "line"), ("deadline", "时限（年-月）", "Deadline", "line"), ("milestone", "里程碑", "Milestone", "text")),
    "body": (("name", "名称", "Name", "line"), ("members", "成员（一行一个）", "Members (one a line)", "lines"), ("duties", "职责", "Duties", "text"), ("rhythm", "例会", "Rhythm", "line")),
    "kpi": (
        ("name", "指标", "Name", "line"), ("method", "统计方法", "Method", "text"), ("data_source", "数据来源", "Data source", "line"), ("frequency", "频率", "Frequency", "line"),
        ("owner", "责任单位", "Owner", "line"), ("alert", "预警条件", "Alert", "text"), ("adjust", "调整规则", "Adjustment", "text"),
    ),
    "summary": (), "mode": (("key", "主导模式", "Leading mode", "choice"), ("reason.text", "选择理由", "Reason", "text")),
}  # fmt: skip
_OTHERS: Final[dict[str, Name]] = {
    "baseline": Name("基期", "baseline"), "baseline_note": Name("基期说明", "on the baseline"), "targets": Name("年度目标", "targets by year"),
    "target_note": Name("目标说明", "on the targets"), "milestones": Name("里程碑", "milestones"), "investment": Name("投资", "investment"), "financing": Name("资金", "financing"),
}  # fmt: skip
_KINDS: Final[dict[str, Name]] = {
    "factor": Name("宏观因素", "macro factor"), "endowment": Name("优势与短板", "endowment"), "element": Name("要素", "element"), "driver": Name("动力", "driver"),
    "condition": Name("模式条件", "condition"), "gap": Name("差距", "gap"), "data_gap": Name("待补数据", "data to collect"), "node": Name("产业链环节", "link"),
    "benchmark": Name("对标案例", "benchmark"), "theme": Name("主题", "theme"), "candidate": Name("备选愿景", "candidate"), "vision": Name("愿景", "vision"),
    "mode": Name("聚合模式", "mode"), "project": Name("项目", "project"), "action": Name("任务", "task"), "body": Name("机构", "body"), "kpi": Name("指标", "KPI"),
    "summary": Name("总体判断", "summary"), "roadmap": Name("路线图", "road map"), "financing": Name("资金安排", "financing"),
}  # fmt: skip
_CHOICES: Final[dict[str, Mapping[Any, Name]]] = {
    "state": NODE_STATES,
    "presence": PRESENCE,
    "met": MET,
    "priority": PRIORITIES,
    "key": MODES,
}


def fields_of(item_id: str, value: Any, language: Language) -> tuple[Field, ...]:
    """The form of an item; empty when nothing of it is written by people."""
    rows = _FORMS.get(item_id.partition("/")[0], ())
    found = []
    for path, zh, en, kind in rows:
        if "." in path and not isinstance(value.get(path.partition(".")[0]), dict):
            continue
        names = _CHOICES.get(path) if kind == "choice" else None
        choices = {str(key): name.in_(language) for key, name in names.items()} if names else None
        found.append(Field(path, zh if language == "zh" else en, kind, choices))
    return tuple(found)


def read(field: Field, value: Any) -> Any:
    """What stands in a field of the item, as the form shows it."""
    for name in field.path.split("."):
        value = value[name]
    return "\n".join(value) if field.kind == "lines" else value


def changes(fields: tuple[Field, ...], value: Any, written: dict[str, Any]) -> dict[str, Any]:
    """The merge (RFC 7386) that turns the item into what was written; empty when nothing was changed."""
    merge: dict[str, Any] = {}
    for field in fields:
        typed = written[field.path]
        typed = typed.strip() if isinstance(typed, str) else typed
        if typed == read(field, value):
            continue
        place = merge
        *outer, last = field.path.split(".")
        for name in outer:
            place = place.setdefault(name, {})
        place[last] = [line.strip() for line in typed.split("\n") if line.strip()] if field.kind == "lines" else typed
    return merge


def label_of(item_id: str, path: str, language: Language) -> str:
    """The name of a field of the item; its path when the forms do not know it."""
    for known, zh, en, _ in _FORMS.get(item_id.partition("/")[0], ()):
        if known == path:
            return (zh if language == "zh" else en).partition("（")[0]
    name = _OTHERS.get(path)
    return name.in_(language) if name else path


def title_of(item_id: str, language: Language) -> str:
    """What an item is called: its kind, and its id within it."""
    kind, _, key = item_id.partition("/")
    name = _KINDS.get(kind)
    return f"{name.in_(language)} {key}".strip() if name else item_id
