"""A project with the edits of a re-imported list applied: only the edited fields differ from the project before."""

from collections.abc import Iterable
from typing import Any

from jumou.domain.framework import category_of
from jumou.domain.list_changes import ProjectEdit
from jumou.domain.portfolio import Project
from jumou.errors import InvalidRequest
from jumou.export.results import middle
from jumou.export.terms import INSTRUMENTS

_UNIT = "亿元"


def patched(project: Project, edits: Iterable[ProjectEdit], *, person: str = "") -> Project:
    """The project after the edits that name it; with `person`, the project and its rationale carry that author.

    A figure a person typed is a planning assumption. Amounts by source follow from investment and shares.

    Raises:
        InvalidRequest: the fields do not go together (type against category, start against end, range upside down).
    """
    own = [edit for edit in edits if edit.project_id == project.id]
    if not own:
        return project
    content = project.model_dump()
    for edit in own:
        head, _, tail = edit.field.partition(".")
        if head == "investment":
            content["investment"] = _investment(content["investment"], tail, edit.after)
        elif head == "financing":
            content["financing"] = _shares(content["financing"], tail, edit.after)
        elif head == "outputs":
            content["outputs"] = [_output(entry, content["outputs"]) for entry in edit.after]
        elif head == "instruments":
            content["instruments"] = [{**entry, "family": _family(entry["family"])} for entry in edit.after]
        elif head == "rationale":
            content["rationale"] = _rationale(content["rationale"], edit.after, person)
        elif head in (
            "scale",
            "site",
            "objective",
            "investment_basis",
            "priority_reason",
            "lead_body",
            "closes_gap",
            "name",
        ):
            content[head] = edit.after or ""
        else:
            content[head] = edit.after
    if person:
        content["author"] = f"person:{person}"
    changed = Project.model_validate(content)
    if any(edit.field.partition(".")[0] in ("investment", "financing") for edit in own):
        changed = _with_amounts(changed)
    _check(changed)
    return changed


def _check(project: Project) -> None:
    money = project.investment
    if category_of(project.type) != project.category:
        raise InvalidRequest(
            f"{project.id} 的类型 {project.type} 不属于类别 {project.category}。",
            f"{project.id}: type {project.type} does not belong to category {project.category}.",
            mend_zh="请同时修改类别与类型。", mend_en="Change both.",
        )  # fmt: skip
    if project.start > project.end:
        raise InvalidRequest(
            f"{project.id} 的完成时间 {project.end} 早于开工时间 {project.start}。",
            f"{project.id} ends ({project.end}) before it starts ({project.start}).",
        )
    if money is not None and money.upper is not None and money.upper < money.value:
        raise InvalidRequest(
            f"{project.id} 的投资上限低于下限。", f"{project.id}: the investment's upper end is below its lower one."
        )


def _investment(before: dict[str, Any] | None, part: str, after: float | None) -> dict[str, Any] | None:
    if after is None:
        return None if part == "value" else before and {**before, "upper": None}
    if before is None:
        return {"label": "投资规模", "value": after, "upper": after, "unit": _UNIT, "basis": "assumption"}
    return {**before, part: after, "basis": "assumption", "source_ids": (), "formula": None, "flags": ()}


def _shares(before: list[dict[str, Any]], source: str, after: float | None) -> list[dict[str, Any]]:
    rows = {entry["source"]: entry for entry in before}
    if after:
        rows[source] = {"source": source, "share": after, "amount": rows.get(source, {}).get("amount")}
    else:
        rows.pop(source, None)
    return list(rows.values())


def _with_amounts(project: Project) -> Project:
    money = middle(project)
    label = next((item.amount.label for item in project.financing if item.amount), "资金来源测算")
    rows = []
    for share in project.financing:
        amount = None
        if money is not None and project.investment is not None:
            amount = {
                "label": label, "value": round(money * share.share, 2), "unit": project.investment.unit, "basis": "assumption",
                "formula": "investment_mid * share",
            }  # fmt: skip
        rows.append({"source": share.source, "share": share.share, "amount": amount})
    return Project.model_validate({**project.model_dump(), "financing": rows})


def _output(entry: dict[str, Any], before: list[dict[str, Any]]) -> dict[str, Any]:
    """An output as it was when nothing of it changed, else with the person's figure as an assumption."""
    for old in before:
        figure = old["quantity"]
        value, unit = (figure["value"], figure["unit"]) if figure else (None, None)
        if (old["text"], value, unit) == (entry["text"], entry["value"], entry["unit"]):
            return old
    if entry["value"] is None:
        return {"text": entry["text"], "quantity": None}
    figure = {"label": entry["text"], "value": entry["value"], "unit": entry["unit"] or "", "basis": "assumption"}
    return {"text": entry["text"], "quantity": figure}


def _family(name: str) -> str:
    return next(key for key, names in INSTRUMENTS.items() if name in (key, names.zh, names.en))


def _rationale(before: dict[str, Any] | None, text: str | None, person: str) -> dict[str, Any] | None:
    """New words keep neither the old quotes nor the old figures: what a person writes is an assumption until it is cited."""
    if not text:
        return None
    author = f"person:{person}" if person else (before or {}).get("author", "rules")
    return {"text": text, "figures": (), "citations": (), "state": "assumption", "author": author}
