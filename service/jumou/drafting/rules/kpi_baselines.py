"""The figure of the profile that a KPI starts from, and what the KPI is called where that figure measures something else."""

import re
from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from jumou.analysis.figures import KEYS, quantity, usable
from jumou.analysis.sizes import industry_size, is_size, money_of, named_by, parts_of, subject_of
from jumou.corpus.chains import load_chains
from jumou.domain.currency import money_unit
from jumou.domain.quantity import Quantity
from jumou.domain.region import ProfileIndicator
from jumou.drafting.context import DraftContext
from jumou.drafting.desk import overlap
from jumou.drafting.rules.kpi_stance import stance
from jumou.drafting.rules.kpi_targets import Entry
from jumou.drafting.wording import begun, unit_in

_SAME_MEASURE: Final = 0.5
"""A figure that shares fewer of its words with the KPI measures something of its own: 整车产量 is no 新能源汽车产量."""

_SURE: Final = ("final", "published", "")
_BY_NAME_TOO: Final = ("rd", "rd_intensity")
"""Measures that go by many names: a figure without a key is known by the words of the key."""


_NOT_THERE: Final = re.compile(
    r"目标|在建|拟建|规划(?:产能|装机|规模|能力|建设)|announced|planned|proposed|under construction", re.IGNORECASE
)
"""What is only aimed at, announced or being built is no figure to start from."""


@dataclass(frozen=True, slots=True)
class Start:
    """What a KPI starts from: a cell, or the sum of those of the parts an industry's name lists; `whole` when it covers the industry."""

    quantity: Quantity
    cells: tuple[ProfileIndicator, ...]
    whole: bool = False

    @property
    def cell(self) -> ProfileIndicator:
        """The first of the cells."""
        return self.cells[0]

    @property
    def refs(self) -> tuple[str, ...]:
        """The cells it takes up; a sum leaves its parts to indicators of their own."""
        return (self.cell.ref,) if len(self.cells) == 1 else ()


def start_of(ctx: DraftContext, entry: Entry, taken: Container[str] = frozenset()) -> Start | None:
    """What the KPI starts from: the size of the industry for its output, else the newest fitting figure of the profile not `taken`."""
    if entry.key == "industry_output":
        size = _size_of(ctx)
        if size is not None:
            return size
    cell = _baseline_of(ctx, entry, taken)
    return Start(quantity(cell), (cell,)) if cell is not None else None


def _size_of(ctx: DraftContext) -> Start | None:
    chain = ctx.industry.chain
    aliases = (*chain.aliases.zh, *chain.aliases.en, chain.name.zh, chain.name.en)
    size = industry_size(ctx.profile, aliases, industry=ctx.industry.name, language=ctx.language)
    if size is None or not is_size(size.cells[0]):
        return None
    plain = not any(_of_the_industry(ctx, cell.metric) for cell in size.cells)
    return None if plain else Start(size.quantity, size.cells, size.whole)


def _baseline_of(ctx: DraftContext, entry: Entry, taken: Container[str]) -> ProfileIndicator | None:
    """The newest usable figure of the profile that measures the KPI: by key first, then by words, in a like unit."""
    cells = [
        cell for cell in ctx.profile.indicators
        if usable(cell) and cell.status != "upper bound" and (cell.value or 0) > 0 and cell.ref not in taken and not _NOT_THERE.search(cell.metric)
        and _like_unit(cell.unit, entry) and not re.search(r"增速|增长|贡献率|万人|人均|growth|per head|per capita", cell.metric)
        and (not _PER_WORKER.search(cell.metric) or any(map(_PER_WORKER.search, entry.words)))
        and entry.counts in ("", _whose(ctx, cell.metric))
        and _fits(ctx, entry, cell)
    ]  # fmt: skip
    keyed = [cell for cell in cells if _keyed(cell, entry)]
    worded = [cell for cell in cells if entry.part or any(word.lower() in _told(cell) for word in entry.words)]
    money = money_of(ctx.profile)

    def worth(cell: ProfileIndicator) -> tuple[bool, bool, int, bool, int]:
        unit = money_unit(cell.unit)
        return (
            entry.names_industry and _of_the_industry(ctx, cell.metric), unit is None or unit.currency == money,
            cell.year or 0, cell.status in _SURE, -len(cell.metric),
        )  # fmt: skip

    for pool in (keyed, worded):
        if pool:
            return max(pool, key=worth)
    return None


def _told(cell: ProfileIndicator) -> str:
    """What a figure says it measures; in English the unit says it as well (“knitwear units”, firms)."""
    return f"{cell.metric} {cell.unit}".lower() if cell.metric.isascii() else cell.metric.lower()


def _keyed(cell: ProfileIndicator, entry: Entry) -> bool:
    if cell.key:
        return cell.key in entry.keys
    return any(key in _BY_NAME_TOO and KEYS[key].search(cell.metric) for key in entry.keys)


def _fits(ctx: DraftContext, entry: Entry, cell: ProfileIndicator) -> bool:
    """Whether what a figure is of is what the KPI is about, and not another industry, or one the plan wants less of."""
    if entry.legacy != (stance(ctx, cell.metric, cell.unit) == "cut"):
        return False
    if entry.about:
        return _of_the_industry(ctx, cell.metric) or re.search(entry.about, cell.metric, re.IGNORECASE) is not None
    if entry.part:
        return is_size(cell) and named_by(entry.words[0], cell.metric, ctx.profile.name)
    if entry.beside and entry.names_industry:  # one of several industries: its size, and no trade or investment of it
        return is_size(cell)
    foreign = entry.names_industry and money_unit(cell.unit) is not None and not _of_the_industry(ctx, cell.metric)
    return not (foreign and _of_another(ctx, cell.metric))


_PER_WORKER: Final = re.compile(r"per (?:employee|worker|job|hour)|productivity", re.IGNORECASE)
"""What one worker makes is no size of the industry."""


def _like_unit(unit: str, entry: Entry) -> bool:
    """Whether a figure in `unit` can be the KPI's baseline: counts with counts, money with money, per cent with per cent."""

    def kind(text: str) -> str:
        if "%" in text or "比例" in text or "percent" in text:
            return "%"
        if (
            money_unit(re.split(r"/| an? | per ", text)[0]) is not None
            or "元" in text
            or "national currency" in text
            or "本币" in text
        ):
            return "money"
        if re.fullmatch(
            r"(家|户|个|件|项|支|所|firms|patents|platforms|standards|teams|enterprises|companies|businesses|余家)",
            text.strip(),
        ):
            return "count"
        if re.fullmatch(r"jobs|people|persons|employees|workers", text.strip()):
            return "people"
        if re.search(r"人次|visits|visitors|nights|arrivals", text):
            return "visits"
        return text.strip()

    return kind(unit) == kind(entry.unit) or (entry.from_chain and kind(unit) == kind(unit_in(entry.unit, "zh")))


def name_of(ctx: DraftContext, entry: Entry, start: Start | None) -> str:
    """The KPI's name; where the baseline measures something else, the name of what it measures."""
    if start is None:
        return entry.name
    if len(start.cells) > 1:
        return entry.name if start.whole else begun(start.quantity.label)
    cell = start.cell
    bare = _UNSURE.sub("", _DATED.sub("", cell.metric))
    own = ctx.writer.statistic(bare or cell.metric)
    own = own if ctx.language == "zh" else begun(own)
    if entry.counts == "region" or entry.legacy or entry.part:
        return own
    if entry.names_industry and not entry.beside:
        return entry.name if _whole_industry(ctx, cell.metric) else own
    keyed = _keyed(cell, entry)
    shared = entry.beside and entry.names_industry
    return entry.name if keyed or shared or overlap(cell.metric, entry.name) >= _SAME_MEASURE else own


def _whole_industry(ctx: DraftContext, metric: str) -> bool:
    """Whether a metric is of the industry as its name has it: neither one of several things listed, nor another name of wider or narrower meaning."""
    parts = parts_of(ctx.industry.name)
    if len(parts) == 1 and named_by(parts[0], metric, ctx.profile.name):
        return True
    return any(name.lower() in metric.lower() for name in (ctx.industry.name, ctx.industry.short))


_UNSURE: Final = re.compile(r"[（(](?:预计|预计数|初步|快报|快报数|估计|约)[）)]")
_DATED: Final = re.compile(r"^(?:19|20)\d{2}年?(?:底|末|度)?(?:全年)?")
"""A measure is not named after the year of its baseline."""


def _of_the_industry(ctx: DraftContext, metric: str) -> bool:
    """Whether a metric names the industry, a part of it, or goes by another of its names."""
    return any(named_by(part, metric, ctx.profile.name) for part in parts_of(ctx.industry.name)) or _alias_in(
        ctx, metric
    )


def _alias_in(ctx: DraftContext, text: str) -> bool:
    low, chain = text.lower(), ctx.industry.chain
    return any(
        len(word) > 1 and word.lower() in low for word in (ctx.industry.name, *chain.aliases.zh, *chain.aliases.en)
    )


def _of_another(ctx: DraftContext, metric: str) -> bool:
    """Whether a metric goes by the name of an industry the plan is not about."""
    if any(word in metric for node in ctx.industry.chain.nodes for word in (*node.keywords, *node.products.zh)):
        return False
    own = frozenset(chain.id for chain in ctx.industry.chains)
    return any(name not in own for name in _chains_named(subject_of(metric, ctx.profile.name)))


@lru_cache(maxsize=512)
def _chains_named(subject: str) -> frozenset[str]:
    return frozenset(
        name for name, chain in load_chains().items()
        if any(len(word) > 1 and word.lower() in subject for word in (*chain.aliases.zh, *chain.aliases.en))
    )  # fmt: skip


_PLAIN: Final = re.compile(
    r"规上|规模以上|四上|企业|工业|单位|户数|家数|总数|数量|[数家户个的总]|全[市县区省州镇]|本[市县区省州镇]|园区|现有|拥有|入[园驻]|园",
)
"""What is left of a count's name without these says whose firms it counts."""


def _whose(ctx: DraftContext, metric: str) -> str:
    """Whose firms a count is of: the `region`'s, when its name says nothing else, the `industry`'s, or neither's."""
    left = _PLAIN.sub("", _DATED.sub("", re.sub(r"[（(].*?[）)]", "", metric)).replace(ctx.profile.name, "")).strip()
    if not left:
        return "region"
    words = (word for node in ctx.industry.chain.nodes for word in (*node.keywords, *node.products.zh))
    near = (
        left in ctx.industry.name
        or _of_the_industry(ctx, metric)
        or any(word in left or left in word for word in words)
    )
    return "industry" if near else ""
