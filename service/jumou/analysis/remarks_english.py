"""Figures in English remarks: money by what it measures, people employed, population, and things that are counted."""

import re
from collections.abc import Iterator
from typing import Final

from jumou.domain.region import ProfileIndicator

_ABOUT: Final = r"(?:about|around|some|nearly|roughly|almost|approximately|over|more than|at least)"
_NUMBER: Final = r"(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?P<scale>trillion|billion|bn|million|thousand|m|k)?\b"
_CURRENCIES: Final = {"€": "EUR", "£": "GBP", "$": "USD", "US$": "USD", "C$": "CAD", "A$": "AUD", "zł": "PLN"}
_CURRENCY: Final = (
    r"(?P<currency>US\$|C\$|A\$|[€£$]|\b(?:EUR|GBP|USD|CAD|AUD|PLN|SEK|NOK|DKK|CHF|CZK|HUF|RON|JPY|INR|MYR|SGD|NZD)\b)"
)
_MONEY: Final = re.compile(
    r"\b(?P<metric>GDP|GVA|gross value added|(?:annual )?turnover|(?:annual )?revenues?|exports?|imports?|output|sales|investment|R&D (?:spending|expenditure))\b"
    r"(?:\s+(?:of|was|were|is|are|reached|totall?ed|stood at|worth|came to|at|in \d{4}))*"
    rf"\s+(?:{_ABOUT}\s+)?{_CURRENCY}\s?{_NUMBER}",
    re.IGNORECASE,
)
_EMPLOYED: Final = re.compile(
    rf"\b(?:employ(?:s|ing|ed)?|workforce of|employment of)\s+(?:{_ABOUT}\s+)?{_NUMBER}(?:\s*(?:people|workers|staff|employees))?",
    re.IGNORECASE,
)
_POPULATION: Final = re.compile(rf"\bpopulation\s+(?:of|is|was)\s+(?:{_ABOUT}\s+)?{_NUMBER}", re.IGNORECASE)
_COUNTED: Final = re.compile(
    rf"(?:{_ABOUT}\s+)?(?<![\d.,€£$]){_NUMBER}\s+(?P<noun>(?:[a-z][a-z-]*\s+){{0,3}}(?:firms|companies|businesses|centres|centers|plants|factories|farms|wineries|breweries|hotels|start-ups|startups|jobs|workers|employees|"
    r"graduates|visitors|vessels|patents|laboratories))\b",
    re.IGNORECASE,
)
_YEAR: Final = re.compile(r"\b(?:in|by|for|since)\s+((?:19|20)\d{2})\b")
_SCALES: Final = {"trillion": 1e12, "billion": 1e9, "bn": 1e9, "million": 1e6, "m": 1e6, "thousand": 1e3, "k": 1e3}
_FIRMS: Final = frozenset(("firms", "companies", "businesses", "start-ups", "startups"))
_PEOPLE: Final = frozenset(("jobs", "workers", "employees", "graduates"))
_LONGEST_SUBJECT: Final = 4
_NO_SUBJECT: Final = frozenset(
    [
        "the",
        "a",
        "an",
        "its",
        "their",
        "our",
        "it",
        "they",
        "which",
        "that",
        "who",
        "and",
        "or",
        "of",
        "in",
        "with",
        "has",
        "have",
        "hosts",
        "host",
        "is",
        "are",
        "was",
        "were",
        "now",
        "together",
    ]
)
_BEFORE: Final = re.compile(r"(?:about|around|some|nearly|roughly|almost|approximately)\s+$", re.IGNORECASE)
_AT_LEAST: Final = re.compile(r"(?:over|more than|at least)\s+$", re.IGNORECASE)


def english_figures(clause: str, ref: str, year: int | None) -> Iterator[ProfileIndicator]:
    """The figures of a clause in English, with `ref` as their place; a year named in the clause holds for all of it."""
    named = _YEAR.search(clause)
    when = int(named[1]) if named else year
    taken: list[tuple[int, int]] = []

    def made(match: re.Match[str], metric: str, value: float, unit: str) -> ProfileIndicator:
        taken.append(match.span())
        before = clause[: match.start("number")]
        status = "lower bound" if _AT_LEAST.search(before) else "estimate" if _BEFORE.search(before) else ""
        return ProfileIndicator(ref=ref, metric=metric, value=value, unit=unit, year=when, status=status)

    for match in _MONEY.finditer(clause):
        currency = _CURRENCIES.get(match["currency"].upper(), match["currency"].upper())
        yield made(match, _plain(match["metric"]), round(_value(match) / 1e6, 6), f"million {currency}")
    for match in _EMPLOYED.finditer(clause):
        who = _subject(clause[: match.start()])
        if who:
            yield made(match, f"employment in {who}", _value(match), "people")
    for match in _POPULATION.finditer(clause):
        yield made(match, "population", _value(match), "people")
    for match in _COUNTED.finditer(clause):
        if any(match.start("number") < end and start < match.end() for start, end in taken):
            continue
        noun = " ".join(match["noun"].split())
        last = noun.rpartition(" ")[2].lower()
        unit = "firms" if last in _FIRMS else "people" if last in _PEOPLE else last
        yield made(match, noun, _value(match), unit)


def _subject(before: str) -> str:
    """Who employs: the words before, back to a figure, a verb or a mark; empty where it is only “it”, which may be a firm."""
    words: list[str] = []
    for word in reversed(re.findall(r"[A-Za-z][\w&-]*|\d[\d,.]*|[,;:]", before)):
        if len(words) == _LONGEST_SUBJECT or not word[0].isalpha() or word.lower() in _NO_SUBJECT:
            break
        words.insert(0, word)
    return " ".join(words)


def _value(match: re.Match[str]) -> float:
    return float(match["number"].replace(",", "")) * _SCALES.get((match["scale"] or "").lower(), 1.0)


def _plain(metric: str) -> str:
    """The measure in small letters, but for GDP, GVA and R&D."""
    return metric if metric.isupper() else re.sub(r"\br&d\b", "R&D", metric.lower())
