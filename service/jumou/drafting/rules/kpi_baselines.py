"""The figure of the profile that a KPI starts from, and what the KPI is called where that figure measures something else."""

import re
from typing import Final

from jumou.domain.region import ProfileIndicator
from jumou.drafting.context import DraftContext
from jumou.drafting.desk import overlap
from jumou.drafting.rules.kpi_targets import Entry
from jumou.drafting.wording import begun, unit_in

_SAME_MEASURE: Final = 0.5
"""A figure that shares fewer of its words with the KPI measures something of its own: 整车产量 is no 新能源汽车产量."""

_USABLE: Final = ("", "final", "published", "preliminary", "estimate", "derived", "rounded")


def baseline_of(ctx: DraftContext, entry: Entry) -> ProfileIndicator | None:
    """The newest usable figure of the profile that measures the KPI: by key first, then by words, in a like unit."""
    cells = [
        cell for cell in ctx.profile.indicators
        if cell.value is not None and cell.value > 0 and cell.status in _USABLE and "目标" not in cell.metric
        and _like_unit(cell.unit, entry) and not re.search(r"增速|增长|贡献率|万人|人均|growth|per head|per capita", cell.metric)
        and (not _PER_WORKER.search(cell.metric) or any(map(_PER_WORKER.search, entry.words)))
        and entry.counts in ("", _whose(ctx, cell.metric))
    ]  # fmt: skip
    keyed = [cell for cell in cells if cell.key and cell.key in entry.keys]
    worded = [cell for cell in cells if any(word.lower() in cell.metric.lower() for word in entry.words)]
    for pool in (keyed, worded):
        if pool:
            return max(
                pool, key=lambda cell: (cell.year or 0, cell.status in ("final", "published", ""), -len(cell.metric))
            )
    return None


_PER_WORKER: Final = re.compile(r"per (?:employee|worker|job|hour)|productivity", re.IGNORECASE)
"""What one worker makes is no size of the industry."""


def _like_unit(unit: str, entry: Entry) -> bool:
    """Whether a figure in `unit` can be the KPI's baseline: counts with counts, money with money, per cent with per cent."""

    def kind(text: str) -> str:
        if "%" in text or "比例" in text or "percent" in text:
            return "%"
        if "元" in text or "yuan" in text.lower() or "GBP" in text or "USD" in text or "dollar" in text.lower():
            return "money"
        if re.fullmatch(
            r"(家|户|个|件|项|支|所|firms|patents|platforms|standards|teams|enterprises|companies|余家)", text.strip()
        ):
            return "count"
        if re.search(r"人次|visits|visitors|nights|arrivals", text):
            return "visits"
        return text.strip()

    return kind(unit) == kind(entry.unit) or (entry.from_chain and kind(unit) == kind(unit_in(entry.unit, "zh")))


def name_of(ctx: DraftContext, entry: Entry, cell: ProfileIndicator | None) -> str:
    """The KPI's name; where the baseline measures something else, the name of what it measures."""
    if cell is None:
        return entry.name
    own = ctx.writer.statistic(_DATED.sub("", cell.metric) or cell.metric)
    own = own if ctx.language == "zh" else begun(own)
    if entry.counts == "region":
        return own
    if entry.names_industry:
        return entry.name if _of_the_industry(ctx, cell.metric) else own
    keyed = bool(cell.key) and cell.key in entry.keys
    return entry.name if keyed or overlap(cell.metric, entry.name) >= _SAME_MEASURE else own


_DATED: Final = re.compile(r"^(?:19|20)\d{2}年?(?:底|末|度)?(?:全年)?")
"""A measure is not named after the year of its baseline."""


def _of_the_industry(ctx: DraftContext, metric: str) -> bool:
    low = metric.lower()
    words = [ctx.industry.name, *ctx.industry.chain.aliases.zh, *ctx.industry.chain.aliases.en]
    return any(len(word) > 1 and word.lower() in low for word in words)


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
