"""Whether a drafted plan steers by the indicators an expert chose: same measure, same family of unit, targets compared.

Units are converted to a base of their family (100 million yuan for Chinese money, 10 000 tonnes for mass), so that 5000万元
and 0.5亿元 are one. Currencies are not converted into one another: such targets are the same indicator, not comparable.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import yaml

from jumou.assets import asset_dir
from jumou.evaluation.concepts import common_terms, covered, folded, subject_text, terms_of
from jumou.evaluation.gold import GoldKpi, Relevance, number
from jumou.evaluation.likeness import Meaning


class Unit(NamedTuple):
    """Family of a unit and what one of it is in the family's base; `relative` values need a baseline to compare."""

    family: str
    factor: float = 1.0
    currency: str = ""
    relative: bool = False


_UNITS: Final[tuple[tuple[str, Unit], ...]] = (
    (r"指数|index|基期=100|base.*100", Unit("index", relative=True)),
    (r"百分点|percentage points?|\bpp\b", Unit("share", relative=True)),
    (r"%|％|百分|percent|per cent", Unit("share")),
    (r"万亿", Unit("money", 1e4, "CNY")),
    (r"亿美元", Unit("money", 1.0, "USD")),
    (r"亿欧元", Unit("money", 1.0, "EUR")),
    (r"亿元?", Unit("money", 1.0, "CNY")),
    (r"万元", Unit("money", 1e-4, "CNY")),
    (r"billion\s*(?:yuan|rmb|cny)", Unit("money", 10.0, "CNY")),
    (r"100 million yuan|hundred million yuan", Unit("money", 1.0, "CNY")),
    (r"billion.*(?:usd|dollar)|(?:usd|\$).*billion", Unit("money", 10.0, "USD")),
    (r"million.*(?:usd|dollar)|(?:usd|\$).*million", Unit("money", 0.01, "USD")),
    (r"million.*(?:eur|euro)|(?:eur|€).*million", Unit("money", 0.01, "EUR")),
    (r"million.*(?:gbp|pound)|(?:gbp|£).*million", Unit("money", 0.01, "GBP")),
    (r"billion.*(?:eur|euro)|(?:eur|€).*b(?:illio)?n", Unit("money", 10.0, "EUR")),
    (r"billion.*(?:gbp|pound)|(?:gbp|£).*b(?:illio)?n", Unit("money", 10.0, "GBP")),
    (r"\bmillion (?!ton|sq|people)[a-z]{3}\b", Unit("money", 0.01)),
    (r"\b(?:usd|us dollars?)\b|^\$", Unit("money", 1e-8, "USD")),
    (r"\b(?:gbp|pounds?)\b|^£", Unit("money", 1e-8, "GBP")),
    (r"\b(?:eur|euros?)\b|^€", Unit("money", 1e-8, "EUR")),
    (r"national currency", Unit("money", 1e-8)),
    (r"万吨|万立方米", Unit("mass", 1.0)),
    (r"亿吨", Unit("mass", 1e4)),
    (r"million tonnes|\bmt(?:co2e?)?\b", Unit("mass", 100.0)),
    (r"(?:ten thousand|10k) tonnes", Unit("mass", 1.0)),
    (r"吨|tonnes?|tce", Unit("mass", 1e-4)),
    (r"万平方米|万㎡|万m2", Unit("area", 1.0)),
    (r"(?:ten thousand|10k) m2", Unit("area", 1.0)),
    (r"平方公里|km2", Unit("area", 100.0)),
    (r"平方米|㎡|m2", Unit("area", 1e-4)),
    (r"sq\s*ft|square (?:feet|foot)", Unit("area", 9.2903e-6)),
    (r"sq\s*m|square met(?:re|er)s?", Unit("area", 1e-4)),
    (r"\bacres?\b", Unit("area", 0.404686)),
    (r"亩", Unit("area", 0.0666667)),
    (r"公顷|hectare", Unit("area", 1.0)),
    (r"ten thousand (?:persons|people)", Unit("count", 1e4)),
    (r"万辆|万台|万套", Unit("volume", 1e4)),
    (r"辆|台|套|vehicles?", Unit("volume", 1.0)),
    (r"万人|万个|万家|万件", Unit("count", 1e4)),
    (
        r"家|户|个|项|件|人|名|条|次|款|jobs|firms|number|projects|people|persons|companies|businesses|enterprises|patents|platforms|apprentice|learners|students|visitors|start-?ups|clusters",
        Unit("count"),
    ),
    (r"定性|status|state", Unit("state")),
)


@lru_cache(maxsize=4096)
def unit_of(text: str) -> Unit | None:
    """The family of a unit as written; None when it is not known."""
    low = folded(text)
    for pattern, unit in _UNITS:
        if re.search(pattern, low, re.IGNORECASE):
            return unit
    return None


class Measure(NamedTuple):
    """One row of the table of synonyms."""

    name: str
    units: frozenset[str]
    words: re.Pattern[str]


@lru_cache(maxsize=4)
def read_measures(path: Path | None = None) -> tuple[Measure, ...]:
    """The table of synonyms that ships with the suite."""
    rows = yaml.safe_load((path or asset_dir("evals") / "plans" / "indicators.yaml").read_text(encoding="utf-8"))
    return tuple(
        Measure(row["measure"], frozenset(row["units"]), re.compile(row["words"], re.IGNORECASE)) for row in rows
    )


_GROWTH: Final = re.compile(
    r"(?:年均|年)?(?:增速|增长率|增长|提高|提升幅度)(?:（[^（）]*）|\([^()]*\))?$|(?:average |annual |yearly )*growth(?: rate)?(?: of)?|rate of growth",
    re.IGNORECASE,
)


class Meant(NamedTuple):
    """What an indicator measures, and whether as a level or as growth over a baseline."""

    measure: str
    growth: bool


def meant_by(name: str, unit: str = "") -> Meant:
    """The first measure the name speaks of, with its unit where that decides; empty when the table knows none.

    Output per year in per cent, and an index or percentage points over a baseline, are growth of the same measure.
    """
    plain = re.sub(r"[（(][^()（）]*[)）]", "", name).strip() or name
    known = unit_of(unit)
    growth = bool(_GROWTH.search(plain)) or (known is not None and known.relative)
    base = _GROWTH.sub(" ", plain).strip() or plain
    first = ""
    for measure in read_measures():
        if measure.words.search(base):
            if known is None or growth or known.family in measure.units:
                return Meant(measure.name, growth)
            first = first or measure.name
    return Meant(first, growth)


@dataclass(frozen=True, slots=True)
class DraftKpi:
    """An indicator of a draft: its targets by year, in its own unit."""

    id: str
    name: str
    unit: str
    baseline: float | None = None
    targets: tuple[tuple[int, float], ...] = ()

    def at(self, year: int | None) -> float | None:
        """The target nearest to a year (the last one when none is named)."""
        if not self.targets:
            return None
        if year is None:
            return self.targets[-1][1]
        return min(self.targets, key=lambda target: (abs(target[0] - year), target[0]))[1]


class KpiMatch(NamedTuple):
    """Which drafted indicator covers the expert's, how far, and how the targets compare (log of draft over expert)."""

    gold: GoldKpi
    drafted: DraftKpi | None
    label: Relevance
    log_ratio: float | None


_NEAR: Final = 0.94
"""Cosine above which two names without a known measure count as one indicator (default encoder)."""


def match_kpis(
    wanted: Sequence[GoldKpi], drafted: Sequence[DraftKpi], *, context: Sequence[str], meaning: Meaning
) -> list[KpiMatch]:
    """The best drafted indicator of every expert's indicator.

    `match`: same measure about the same thing. `part`: same measure, but the expert's is about one branch and the draft's
    about the whole (or another branch), or one is a level and the other its growth. Several years of one indicator may be covered by one drafted indicator.
    """
    if not wanted:
        return []
    common = common_terms(*context)
    cosine = (
        meaning.passages([item.indicator for item in wanted]) @ meaning.passages([item.name for item in drafted]).T
        if drafted
        else None
    )
    found: list[KpiMatch] = []
    for row, item in enumerate(wanted):
        ranked = [
            (*_pair(item, kpi, common, float(cosine[row, to]) if cosine is not None else 0.0, context), -to)
            for to, kpi in enumerate(drafted)
        ]
        rank, _, place = max(ranked, default=(0, 0.0, 0))
        if not rank:
            found.append(KpiMatch(item, None, "no", None))
            continue
        kpi = drafted[-place]
        found.append(
            KpiMatch(item, kpi, "match" if rank == 2 else "part", _log_ratio(item, kpi) if rank == 2 else None)
        )
    return found


def _pair(
    item: GoldKpi, kpi: DraftKpi, common: frozenset[str], cosine: float, context: Sequence[str]
) -> tuple[int, float]:
    """2 match, 1 part, 0 no; and how near the names are."""
    wanted = meant_by(_without(item.indicator, context), item.unit or "")
    given = meant_by(_without(kpi.name, context), kpi.unit)
    left, right = unit_of(item.unit or ""), unit_of(kpi.unit)
    same_form = wanted.growth == given.growth
    alike = left is None or right is None or left.family == right.family
    if wanted.measure and given.measure:
        if wanted.measure != given.measure or (same_form and not alike):
            return 0, 0.0
    elif wanted.measure or given.measure or cosine < _NEAR or not alike:
        return 0, 0.0
    about = _own(item.indicator, context, common)
    elsewhere = bool(about) and covered(about, dict.fromkeys(terms_of(kpi.name), 1.0)) < 0.34
    elsewhere = elsewhere or _other_money(item.indicator, kpi.name)
    if elsewhere and not same_form:
        return 0, 0.0
    return (1 if elsewhere or not same_form else 2), cosine


_PUBLIC: Final = re.compile(r"\b(?:public|government|state|federal|EU|grants?)\b", re.IGNORECASE)
_PRIVATE: Final = re.compile(r"\b(?:private|company|companies|business(?:es)?)\b", re.IGNORECASE)


def _other_money(one: str, other: str) -> bool:
    """Whether one is public money alone and the other private money alone."""
    sides = [(bool(_PUBLIC.search(name)), bool(_PRIVATE.search(name))) for name in (one, other)]
    return sorted(sides) == [(False, True), (True, False)]


def _without(name: str, context: Sequence[str]) -> str:
    """The name without region and industry: an industry called decarbonisation is no measure of emissions."""
    bare = folded(name)
    for part in sorted(context, key=len, reverse=True):
        bare = bare.replace(folded(part), " ")
    return bare.strip() or name


_COLOURLESS: Final = re.compile(
    r"产值|增加值|营收|营业收入|收入|合计|新增|工业|固定资产|全部|全省|全市|就近|企业|有重要|影响力|在建|销售|本地|省级以上|累计|总|年均|年|增速|规上|规模以上|规模工业|占比|占|比重|数|量|额|率|经费|强度|新获批|三年|约|链|主营|建成程度"
    r"|total|additional|average|annual|supported|high-value|regional|above|organic|forecast|uplift|cluster"
    r"|\b(?:new|number of|cumulative|gross|direct|indirect|local|added|created|people|businesses|rate|share|volume|value)\b",
    re.IGNORECASE,
)


def _own(name: str, context: Sequence[str], common: frozenset[str]) -> frozenset[str]:
    """The branch an indicator is about, when its name says one that the whole case does not share."""
    bare = _without(re.sub(r"[（(][^()（）]*[)）]", "", name), context)
    for measure in read_measures():
        bare = measure.words.sub(" ", bare, count=1)
    return frozenset(terms_of(_COLOURLESS.sub(" ", subject_text(bare))) - common)


def _log_ratio(item: GoldKpi, kpi: DraftKpi) -> float | None:
    left, right = unit_of(item.unit or ""), unit_of(kpi.unit)
    aim = number(item.target)
    year = re.search(r"(?:19|20)\d{2}", str(item.year or ""))
    drafted = kpi.at(int(year.group()) if year else None)
    if (
        left is None
        or right is None
        or left.relative
        or right.relative
        or left.family != right.family
        or left.currency != right.currency
    ):
        return None
    if not aim or not drafted or aim < 0 or drafted < 0:
        return None
    return math.log((drafted * right.factor) / (aim * left.factor))
