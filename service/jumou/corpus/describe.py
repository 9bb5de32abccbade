"""Describes a user's file as a document: what its owner wrote about it first, then what its text plainly says."""

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, Final, get_args

from pydantic import ValidationError

from jumou.corpus.guess import guess
from jumou.corpus.readers import refusals
from jumou.corpus.readers.extract import Extract
from jumou.domain.evidence import Document, DocumentStatus, Grade, Level, Source
from jumou.domain.framework import MODES, PROJECT_TYPES

_NAMES: Final = {
    "标题": "title", "名称": "title", "英文标题": "title_en", "发文机关": "issuer", "发布机构": "issuer", "文号": "document_number",
    "发文字号": "document_number", "发布日期": "issued", "印发日期": "issued", "成文日期": "issued", "施行日期": "effective", "废止日期": "superseded",
    "替代文件": "superseded_by", "状态": "status", "效力": "status", "层级": "level", "级别": "level", "国家": "country", "地区": "regions", "区域": "regions",
    "产业": "industries", "模式": "modes", "项目类型": "project_types", "工具": "instruments", "类别": "kind", "类型": "kind", "密级": "classification",
    "语言": "language", "来源": "sources", "来源等级": "source_grade", "成效": "outcome", "时期": "period",
    "date": "issued", "region": "regions", "industry": "industries", "mode": "modes", "source": "sources", "doc_no": "document_number",
}  # fmt: skip
_VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    "level": {"国家级": "national", "国家": "national", "省级": "provincial", "省": "provincial", "市级": "city", "地市级": "city", "市": "city",
              "县级": "county", "区县级": "county", "县": "county", "园区": "park", "园区级": "park", "国际": "international", "未知": "unknown"},
    "status": {"有效": "in_force", "现行有效": "in_force", "试点": "pilot", "草案": "draft", "征求意见": "draft", "征求意见稿": "draft", "名单": "list",
               "到期": "expired", "失效": "expired", "已废止": "superseded", "废止": "superseded", "被替代": "superseded", "未知": "unknown"},
    "kind": {"政策": "policy", "案例": "case", "资料": "user"},
    "classification": {"公开": "public", "内部": "internal"},
    "language": {"中文": "zh", "英文": "en"},
    "outcome": {"成功": "success", "好坏参半": "mixed", "失败": "failure"},
}  # fmt: skip
_LISTS: Final = frozenset(
    name
    for name, entry in Document.model_fields.items()
    if str(entry.annotation).startswith("tuple") and name not in ("sources", "figures")
)
_GIVEN: Final = frozenset(("id", "workspace", "figures"))
"""What jumou decides itself, whatever a file says: no file may pose as another document or enter another workspace."""

_PARTING: Final = re.compile(r"[,，、;；]\s*")
_DATES: Final = ("issued", "effective", "superseded")
_DATE: Final = re.compile(
    r"((?:19|20)\d{2})(?:\s*[-/.年]\s*(\d{1,2}))?(?:\s*[-/.月]\s*(\d{1,2}))?\s*[年月日]?(?:[T ].*)?"
)
_ALLOWED: Final[Mapping[str, tuple[str, ...]]] = {
    "level": get_args(Level),
    "status": get_args(DocumentStatus),
    "source_grade": get_args(Grade),
    "kind": ("policy", "case", "user"),
    "language": ("zh", "en"),
    "classification": ("public", "internal"),
    "outcome": ("success", "mixed", "failure"),
    "modes": tuple(MODES),
    "project_types": tuple(PROJECT_TYPES),
}
_HAN: Final = re.compile("[\u4e00-\u9fff]")
_LATIN: Final = re.compile(r"[A-Za-z]+")


def describe(extract: Extract, *, name: str, document_id: str, workspace: str) -> Document:
    """The document that the file called `name` holds.

    Its owner's description wins, with keys and values in English or Chinese (`level: provincial`, `层级: 省级`); keys that
    are none of a document's are passed over, as they belong to other programs. What neither says stays unknown.

    Raises:
        RefusedFile: the description has a value that its key does not allow.
    """
    said = _said(extract.front, name)
    found = guess(extract.text, title=str(said.get("title") or extract.title))
    stem = PurePath(name).stem.strip()
    guessed: dict[str, Any] = {
        "kind": "user",
        "title": found.title or stem or name,
        "issuer": found.issuer,
        "document_number": found.document_number or None,
        "issued": found.issued or None,
        "effective": found.effective or None,
        "level": found.level,
        "country": found.country,
        "regions": found.regions,
        "language": _language(extract.text),
        "classification": "internal" if found.internal else "public",
        "sources": (Source(url=f"file:{name}", grade=said.get("source_grade", "B"), title=name),),
    }
    if found.internal:
        said.pop("classification", None)  # a mark on the text itself is not talked away
    try:
        return Document.model_validate({**guessed, **said, "id": document_id, "workspace": workspace})
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise refusals.bad_description(name, f"{where} 的值不合规", f"{where}: {first['msg']}") from problem


def _said(front: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The owner's description in the words of `Document`."""
    said: dict[str, Any] = {}
    for key, value in front.items():
        field = _NAMES.get(key.strip(), key.strip().lower().replace("-", "_"))
        if value in (None, "", [], {}) or field in _GIVEN or field not in Document.model_fields:
            continue
        if field == "sources":
            said[field] = _sources(value)
        elif field in _LISTS:
            items = value if isinstance(value, list) else _PARTING.split(str(value))
            said[field] = tuple(_value(field, str(item).strip(), name) for item in items if str(item).strip())
        elif isinstance(value, (list, dict)):
            raise refusals.bad_description(name, f"{key} 只能有一个值", f"{key} takes a single value")
        else:
            said[field] = _value(field, str(value).strip(), name)
    return said


def _value(field: str, value: str, name: str) -> str:
    if field in _DATES:
        return _day(field, value, name)
    value = _VALUES.get(field, {}).get(value, value)
    allowed = _ALLOWED.get(field)
    if allowed is not None and value not in allowed:
        choice = "、".join(allowed)
        raise refusals.bad_description(
            name,
            f"{field} 不能是“{value[:40]}”，可选：{choice}",
            f"{field} cannot be “{value[:40]}”; it is one of {', '.join(allowed)}",
        )
    return value


def _day(field: str, value: str, name: str) -> str:
    found = _DATE.fullmatch(value)
    parts = [int(part) for part in found.groups() if part] if found else []
    if not parts or (len(parts) > 1 and not 1 <= parts[1] <= 12) or (len(parts) > 2 and not 1 <= parts[2] <= 31):
        raise refusals.bad_description(
            name,
            f"{field} 不是日期：“{value[:40]}”，应如 2023-05-01",
            f"{field} is no date: “{value[:40]}”; write 2023-05-01",
        )
    return "-".join([f"{parts[0]}", *(f"{part:02}" for part in parts[1:])])


def _sources(value: Any) -> tuple[dict[str, Any], ...]:
    """One address or several, each alone or with grade and title."""
    items = value if isinstance(value, list) else [value]
    return tuple(item if isinstance(item, dict) else {"url": str(item)} for item in items)


def _language(text: str) -> str:
    sample = text[:20_000]
    return "zh" if len(_HAN.findall(sample)) >= len(_LATIN.findall(sample)) else "en"
