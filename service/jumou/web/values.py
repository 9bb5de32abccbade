"""A JSON value of a plan as people read it: figures with their unit, target paths by year, lists as enumerations."""

import json
from typing import Any

from jumou.domain.framework import Language
from jumou.drafting.wording import number, unit_in
from jumou.export.terms import PRIORITIES, term


def readable(value: Any, language: Language, *, most: int = 300) -> str:
    """The value in words, cut after `most` characters."""
    text = _words(value, language)
    return text if len(text) <= most else f"{text[:most]}…"


def _words(value: Any, language: Language) -> str:
    if value is None or value in ("", [], {}):
        return "—"
    if isinstance(value, str):
        return term(PRIORITIES, value, language)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(float(value))
    if isinstance(value, dict):
        if "value" in value and "unit" in value:
            upper = value.get("upper")
            figure = number(value["value"]) + (f"—{number(upper)}" if upper not in (None, value["value"]) else "")
            year = f" ({value['year']})" if value.get("year") else ""
            return f"{figure}{unit_in(value['unit'], language)}{year}"
        if "year" in value and isinstance(value.get("quantity"), dict):
            quantity = value["quantity"]
            return f"{value['year']}: {number(quantity['value'])}{unit_in(quantity['unit'], language)}"
        if isinstance(value.get("text"), str):
            return str(value["text"])
    if isinstance(value, list):
        return ("；" if language == "zh" else "; ").join(_words(one, language) for one in value)
    return json.dumps(value, ensure_ascii=False)
