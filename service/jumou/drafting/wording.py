"""Putting figures and words into sentences in the plan's language, keeping hold of where each came from."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from jumou.corpus.statistics import statistic_in_english
from jumou.domain.evidence import Citation, State, Statement
from jumou.domain.figures import figures_in
from jumou.domain.framework import Language
from jumou.domain.quantity import Quantity

UNITS_EN: Final[dict[str, str]] = {
    "亿元": "hundred million yuan", "万元": "ten thousand yuan", "元": "yuan", "万人": "ten thousand people",
    "人": "people", "家": "firms", "户": "firms", "个": "", "项": "", "件": "", "支": "", "所": "", "条": "",
    "万辆": "ten thousand vehicles", "万吨": "ten thousand tonnes", "吨": "tonnes", "公顷": "hectares", "亩": "mu",
    "平方公里": "km²", "公里": "km", "万千瓦": "ten thousand kW", "亿千瓦时": "hundred million kWh", "倍": "times",
    "年": "years", "月": "months", "万平方米": "ten thousand m²", "万标准煤": "ten thousand tce", "座": "", "场": "",
    "个月": "months", "名": "people", "次": "times", "万美元": "ten thousand US dollars", "亿美元": "hundred million US dollars",
}  # fmt: skip
"""How the commonest Chinese units are written in an English plan; others stay as the profile has them."""


_PLURALS: Final = frozenset((
    "firms", "times", "years", "months", "jobs", "projects", "clusters", "products", "parks", "brands",
    "patents", "platforms", "standards", "teams",
))  # fmt: skip
"""Units that lose their s beside a one; `people` are one person."""

_PROPER: Final = re.compile(r"(?:Beidou|Chinese|Internet of|Jacquard)\b")
"""Names that keep their capital inside a sentence, beside those whose first word holds another capital or a digit."""


_SMALL: Final = re.compile(r"[a-z]{1,2}[A-Z]")

_TWICE: Final = re.compile(r"(产业|集群|基地|园区|项目|行业|平台)\1+")


def in_sentence(name: str) -> str:
    """A name of ours (a link, a theme, an instrument) inside an English sentence: it begins small, unless its first word is a proper name or an abbreviation."""
    if not re.match(r"[A-Z][a-z-]*(?=[\s,;:/)]|$)", name) or _PROPER.match(name):
        return name
    return name[0].lower() + name[1:]


def article(noun: str) -> str:
    """The noun phrase with its indefinite article, by its first letter: an industrial base, a trading city."""
    return f"{'an' if noun[:1].lower() in 'aeio' else 'a'} {noun}"


def begun(text: str) -> str:
    """The text with its first letter a capital, but for a name that begins small on purpose (eVTOL); nothing else changes (`capitalize` would make GDP Gdp)."""
    return text if _SMALL.match(text) else text[:1].upper() + text[1:]


def unit_in(unit: str, language: Language) -> str:
    """The unit as it is written in `language`."""
    return unit if language == "zh" else UNITS_EN.get(unit, unit)


def number(value: float) -> str:
    """A value with as many digits as it carries meaning: whole above 1,000, at most two decimals below."""
    if value == int(value):
        return str(int(value))
    if abs(value) >= 1000:
        return f"{value:.1f}".rstrip("0").rstrip(".")
    if abs(value) >= 0.01:
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return f"{value:.4f}".rstrip("0").rstrip(".")


def shown(quantity: Quantity, language: Language, *, year: bool = False) -> str:
    """The figure as it stands in a text: value (or range), unit, and on demand the year; a lower bound says so."""
    bound = "lower bound" in quantity.flags
    if language == "en":
        text = in_english(quantity.value, quantity.unit, quantity.upper)
        text = f"at least {text}" if bound else text
        return f"{text} ({quantity.year})" if year and quantity.year else text
    text = number(quantity.value)
    if quantity.upper is not None and quantity.upper != quantity.value:
        text += f"—{number(quantity.upper)}"
    text += f"{quantity.unit}以上" if bound else quantity.unit
    if year and quantity.year:
        text += f"({quantity.year}年)"
    return text


def in_english(value: float, unit: str, upper: float | None = None) -> str:
    """A figure as an English text has it: thousands set off from 10,000 on, the unit in English, in the singular beside a one."""
    written = f"{_grouped(value)}–{_grouped(upper)}" if upper is not None and upper != value else _grouped(value)
    unit = unit_in(unit, "en")
    if value == 1 and upper in (None, value):
        unit = unit[:-1] if unit in _PLURALS else unit
    if not unit:
        return written
    return f"{written}{unit}" if unit.startswith("%") else f"{written} {unit}"


_GROUPED_FROM: Final = 10_000


def _grouped(value: float) -> str:
    written = number(value)
    if abs(value) < _GROUPED_FROM:
        return written
    whole, dot, rest = written.partition(".")
    return f"{int(whole):,}{dot}{rest}"


@dataclass(frozen=True, slots=True)
class Said:
    """Words taken over as they stand in the profile, a chain or a document; digits inside keep that place as their basis.

    `ref` is a profile cell (`input.resources[2]`, `indicators!12`, `profile:name`), `chain`, `theme`, or a document id.
    """

    text: str
    ref: str
    year: int | None = None

    def quantities(self) -> tuple[Quantity, ...]:
        """One quantity for each figure in the words."""
        own = self.ref in ("", "profile") or any(mark in self.ref for mark in (":", "!", "[", "input."))
        place = {"": "profile", "chain": "corpus/chains", "theme": "corpus/chains"}.get(self.ref, self.ref)
        return tuple(
            Quantity(
                label=self.text, value=value, year=self.year, basis="profile" if own else "source", source_ids=(place,)
            )
            for value in figures_in(self.text)
        )


_LATIN: Final = re.compile(r"[A-Za-z0-9]{2}")
_MEETING: Final = re.compile(r"\{(\w+)\}(?=\{(\w+)\})")


def _parted(template: str, texts: Mapping[str, str]) -> str:
    """The template with a blank between two words that meet in it and are both Latin: a region abroad and its industry."""

    def blank(found: re.Match[str]) -> str:
        before, after = (texts.get(name, "") for name in found.groups())
        return f"{found[0]} " if _LATIN.fullmatch(before[-1:] + after[:1]) else found[0]

    return _MEETING.sub(blank, template)


_OURS: Final = ("chain", "theme")
"""Words of the value chains: names of links, themes, products and instruments."""

Word = str | Quantity | Said | Sequence["str | Said"]


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes statements in one language."""

    language: Language

    def pick(self, zh: str, en: str) -> str:
        """The text in the writer's language."""
        return zh if self.language == "zh" else en

    def joined(self, words: Iterable[str], *, last: int | None = None) -> str:
        """An enumeration: 、 in Chinese; commas and a last `and` in English. `last` keeps at most that many, then 等."""
        parts = list(words)
        cut = parts if last is None else parts[:last]
        more = len(cut) < len(parts)
        if self.language == "zh":
            return "、".join(cut) + ("等" if more else "")
        return f"{', '.join(cut)} and others" if more else _listed(cut)

    def fill(self, template: str, **words: Word) -> tuple[str, tuple[Quantity, ...]]:
        """The template filled in, and the figures that came in with the words."""
        figures: list[Quantity] = []
        texts: dict[str, str] = {}
        for key, word in words.items():
            if isinstance(word, Quantity):
                figures.append(word)
                texts[key] = shown(word, self.language)
            elif isinstance(word, Said):
                figures.extend(word.quantities())
                texts[key] = self._placed(word, template, key)
            elif isinstance(word, str):
                texts[key] = self.statistic(word)
            else:
                for part in word:
                    if isinstance(part, Said):
                        figures.extend(part.quantities())
                parts = [self._placed(part, template, key) if isinstance(part, Said) else part for part in word]
                goes_on = f"{{{key}}} and " in template or (
                    f"{{{key}}}{{more}}" in template and bool(words.get("more"))
                )
                texts[key] = ", ".join(parts) if goes_on and self.language == "en" else self.joined(parts)
        return _once(_parted(template, texts).format(**texts)), tuple(figures)

    def statistic(self, name: str) -> str:
        """A name taken from the profile: in an English text a Chinese statistic has its English name, where there is one."""
        if self.language == "zh" or name.isascii():
            return name
        return statistic_in_english(name) or name

    def _placed(self, word: Said, template: str, key: str) -> str:
        """A word of ours as it stands in the template: it begins small inside an English sentence, as it is at its start and in quotation marks."""
        if self.language == "zh" or word.ref not in _OURS:
            return self.statistic(word.text)
        if re.search(rf"(?:^|“)\{{{key}\}}", template):
            return word.text
        return in_sentence(word.text)

    def say(
        self,
        zh: str,
        en: str,
        *,
        citations: Sequence[Citation] = (),
        figures: Sequence[Quantity] = (),
        state: State | None = None,
        **words: Word,
    ) -> Statement:
        """A statement from a template in both languages, with its figures and citations.

        Without an explicit `state` it is grounded when a citation or a figure that is no assumption stands behind it,
        an assumption when only assumptions do, and `no_evidence` otherwise.
        """
        text, found = self.fill(self.pick(zh, en), **words)
        text = begun(text)
        everything = (*found, *figures)
        return Statement(
            text=text,
            figures=everything,
            citations=tuple(citations),
            state=state or state_of(everything, citations, said=any(_is_said(word) for word in words.values())),
        )


def _listed(parts: Sequence[str]) -> str:
    """`a, b and c`; a comma stands before the `and` where a part holds one of its own."""
    if len(parts) < 2:
        return "".join(parts)
    between = ", and " if any(" and " in part or ", " in part for part in parts) else " and "
    return ", ".join(parts[:-1]) + between + parts[-1]


def state_of(figures: Sequence[Quantity], citations: Sequence[Citation], *, said: bool = False) -> State:
    """The state that follows from what stands behind a statement."""
    if citations or said or any(figure.basis != "assumption" for figure in figures):
        return "grounded"
    return "assumption" if figures else "no_evidence"


def _is_said(word: Word) -> bool:
    if isinstance(word, Said):
        return True
    return not isinstance(word, str | Quantity) and any(isinstance(part, Said) for part in word)


def _once(text: str) -> str:
    """The text without a word said twice where a name that ends with it meets one that begins with it (替代产业产业大会)."""
    return _TWICE.sub(r"\1", text)
