"""The sparse form of a profile: a region, a target industry and background facts in free form."""

from collections.abc import Mapping
from typing import Any

from jumou.profile.cells import free_figure, free_year, text_of

_LISTS = {
    "resources": "resources",
    "infrastructure": "infrastructure",
    "market": "markets",
    "markets": "markets",
    "talents": "talents",
}


def is_sparse(content: Mapping[str, Any]) -> bool:
    """Whether a JSON object is the sparse form: `region` is an object (or a text) and there is no `meta`."""
    return "meta" not in content and ("region" in content or "name" in content) and "indicators" not in content


def sparse_fields(content: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """The profile fields of a sparse object, and the region's level as written. Nothing is added to what it says."""
    region = content.get("region", content.get("name"))
    region = region if isinstance(region, Mapping) else {"name": text_of(region)}
    within = text_of(region.get("province/country") or region.get("parent") or region.get("province"))
    fields: dict[str, Any] = {
        "name": text_of(region.get("name")),
        "parent": within,
        "code": text_of(region.get("code")),
        "country": text_of(region.get("country") or content.get("country")),
        "target_industry": text_of(content.get("target_industry") or content.get("industry")) or None,
    }
    for key in ("horizon", "base_year"):
        if free_year(content.get(key)):
            fields[key] = free_year(content.get(key))
    fields["indicators"] = [
        row for number, item in enumerate(_items(content, "background")) if (row := _background(number, item))
    ]
    for key, target in _LISTS.items():
        rows = [_item(key, number, item) for number, item in enumerate(_items(content, key)) if _text(item)]
        fields[target] = [*fields.get(target, []), *rows]
    fields["enterprises"] = [
        {"ref": f"enterprises!{number + 1}", "name": _text(item), **_extra(item, ("role", "chain", "node"))}
        for number, item in enumerate(_items(content, "enterprises")) if _text(item)
    ]  # fmt: skip
    fields["institutions"] = [
        {"ref": f"institutions!{number + 1}", "name": _text(item), **_extra(item, ("kind", "level"))}
        for number, item in enumerate(_items(content, "institutions")) if _text(item)
    ]  # fmt: skip
    fields["constraints"] = [
        {"ref": f"problems!{number + 1}", "statement": _text(item)}
        for number, item in enumerate(_items(content, "problems")) if _text(item)
    ]  # fmt: skip
    fields["policies"] = [
        {"ref": f"policies!{number + 1}", "name": _text(item)}
        for number, item in enumerate(_items(content, "policies")) if _text(item)
    ]  # fmt: skip
    fields["notes"] = [_text(item) for item in _items(content, "notes") if _text(item)]
    return fields, text_of(region.get("level"))


def _items(content: Mapping[str, Any], key: str) -> list[Any]:
    value = content.get(key)
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _text(item: Any) -> str:
    if isinstance(item, Mapping):
        return text_of(item.get("name") or item.get("text") or item.get("statement") or item.get("metric"))
    return text_of(item)


def _extra(item: Any, keys: tuple[str, ...]) -> dict[str, str]:
    return {key: text_of(item[key]) for key in keys if text_of(item.get(key))} if isinstance(item, Mapping) else {}


def _background(number: int, item: Any) -> dict[str, Any] | None:
    ref = f"background!{number + 1}"
    if not isinstance(item, Mapping):
        return {"ref": ref, "metric": text_of(item), "status": "free"} if text_of(item) else None
    metric = text_of(item.get("metric") or item.get("indicator") or item.get("name"))
    if not metric:
        return None
    figure = free_figure(item.get("value"))
    unit, unit_note = _unit(text_of(item.get("unit")))
    known = {"约": "estimate", "近": "estimate", "~": "estimate", "≈": "estimate", "about": "estimate", "nearly": "estimate"}
    status = known.get(figure.qualifier, "lower bound" if figure.qualifier in (">", "≥", ">=", "超", "超过", "逾", "over") else "")
    return {
        "ref": ref,
        "metric": metric,
        "value": figure.value if not figure.rest or figure.rest.startswith(("+", "(", "（")) else None,
        "raw": figure.raw,
        "unit": unit,
        "unit_note": unit_note,
        "year": free_year(item.get("year")),
        "status": status,
        "note": text_of(item.get("note")),
    }


def _unit(text: str) -> tuple[str, str]:
    """A unit and what is said about it in brackets: “万辆(+29.5%)”."""
    for opening, closing in (("(", ")"), ("（", "）")):
        if opening in text:
            unit, _, note = text.partition(opening)
            return unit.strip(), note.rstrip(closing).strip()
    return ("" if text in ("—", "-") else text), ""


def _item(key: str, number: int, item: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"ref": f"{key}!{number + 1}", "name": _text(item)}
    if isinstance(item, Mapping):
        figure = free_figure(item.get("value"))
        row.update({"raw": figure.raw, "unit": text_of(item.get("unit"))})
        if figure.value is not None and not figure.rest:
            row["value"] = figure.value
        if free_year(item.get("year")):
            row["year"] = free_year(item.get("year"))
    return row
