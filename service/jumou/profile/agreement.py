"""Whether the rows of a profile agree: said once, in one unit, about one year, with sources and places that exist."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, Final, TypeVar

from jumou.assets import asset_dir
from jumou.domain.region import Cell, ProfileIndicator, ProfileIndustry, RegionProfile
from jumou.profile.divisions import division
from jumou.profile.rows import Reader

Row = TypeVar("Row", bound=Cell)

_SHEETS: Final = (
    "indicators",
    "industries",
    "enterprises",
    "institutions",
    "infrastructure",
    "resources",
    "markets",
    "talents",
    "constraints",
    "policies",
)
_OLD: Final = 3
_NOT_YET: Final = frozenset(("target", "estimate", "lower bound", "目标", "规划"))


def agreed(profile: RegionProfile, reader: Reader) -> RegionProfile:
    """`profile` with repeated rows left out and every disagreement reported."""
    update = {name: _once(name, getattr(profile, name), reader) for name in _SHEETS}
    profile = profile.model_copy(update=update)
    _contradictions(profile.indicators, reader)
    _counted_twice(profile.industries, reader)
    _units(profile, reader)
    _years(profile, reader)
    _sources(profile, reader)
    _identity(profile, reader)
    return profile


def _once(sheet: str, rows: tuple[Row, ...], reader: Reader) -> tuple[Row, ...]:
    seen: dict[str, str] = {}
    kept = []
    for row in rows:
        says = row.model_copy(update={"ref": ""}).model_dump_json()
        if says in seen:
            where, number = place_of(row.ref)
            _, before = place_of(seen[says])
            reader.report(
                "warning", f"与第 {before} 行完全相同，只计一次", f"the same as row {before}; counted once", sheet=where or sheet, row=number,
                mend_zh="请删除其中一行。", mend_en="Delete one of the rows.",
            )  # fmt: skip
        else:
            seen[says] = row.ref
            kept.append(row)
    return tuple(kept)


def _contradictions(rows: Iterable[ProfileIndicator], reader: Reader) -> None:
    """Two figures for one metric, year and unit that claim the same standing."""
    seen: dict[tuple[Any, ...], ProfileIndicator] = {}
    for row in rows:
        if row.value is None or row.status in ("conflict", "target"):
            continue
        key = (row.metric, row.key, row.year, row.unit, row.unit_note, row.status, row.note)
        first = seen.setdefault(key, row)
        if first.value != row.value:
            where, number = place_of(row.ref)
            _, before = place_of(first.ref)
            reader.report(
                "warning", f"“{row.metric[:30]}”同一年有两个数值：{first.value:g}（第 {before} 行）与 {row.value:g}",
                f"two figures for “{row.metric[:30]}” in one year: {first.value:g} (row {before}) and {row.value:g}",
                sheet=where, row=number, column="value",
                mend_zh="请保留一个，或把状态写为 conflict（来源冲突）。", mend_en="Keep one, or give them the status conflict.",
            )  # fmt: skip


def _counted_twice(rows: Iterable[ProfileIndustry], reader: Reader) -> None:
    """Two rows for one industry, area, measure and year: their sum would count it twice."""
    seen: dict[tuple[Any, ...], ProfileIndustry] = {}
    for row in rows:
        if row.region_value is None:
            continue
        key = (row.area, row.sector, row.code, row.measure, row.year)
        first = seen.setdefault(key, row)
        if first is not row:
            where, number = place_of(row.ref)
            _, before = place_of(first.ref)
            reader.report(
                "error", f"“{row.sector[:30]}”同一口径、同一年已在第 {before} 行填过，合计时会重复计算",
                f"“{row.sector[:30]}” stands in row {before} for the same measure and year and would count twice",
                sheet=where, row=number, column="sector_zh",
                mend_zh="请删除一行，或写明不同的范围、口径。", mend_en="Delete one, or tell areas or measures apart.",
            )  # fmt: skip


def _units(profile: RegionProfile, reader: Reader) -> None:
    metrics: dict[str, dict[str, str]] = defaultdict(dict)
    for row in profile.indicators:
        if row.value is not None and row.unit:
            metrics[row.metric].setdefault(row.unit, row.ref)
    for metric, units in metrics.items():
        _mixed("warning", f"指标“{metric[:30]}”", f"“{metric[:30]}”", units, reader)
    measures: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for industry in profile.industries:
        if industry.region_value is not None and industry.unit and industry.measure:
            measures[(industry.area, industry.measure)].setdefault(industry.unit, industry.ref)
    for (_, measure), units in measures.items():
        _mixed("error", f"口径“{measure}”", f"measure “{measure}”", units, reader)


def _mixed(severity: str, zh: str, en: str, units: dict[str, str], reader: Reader) -> None:
    if len(units) < 2:
        return
    first, *others = units.items()
    for unit, ref in others:
        where, number = place_of(ref)
        reader.report(
            severity, f"{zh}混用单位“{first[0]}”和“{unit}”", f"{en} mixes the units “{first[0]}” and “{unit}”",
            sheet=where, row=number, column="unit",
            mend_zh=f"请统一为“{first[0]}”。", mend_en=f"Use “{first[0]}” throughout.",
        )  # fmt: skip


def _years(profile: RegionProfile, reader: Reader) -> None:
    base, horizon = profile.base_year, profile.horizon
    if base is not None and horizon is not None and horizon <= base:
        reader.report(
            "error", f"规划期末 {horizon} 年不晚于基期 {base} 年", f"the plan ends in {horizon}, not after its base year {base}",
            sheet="meta", column="horizon", mend_zh="请核对两个年份。", mend_en="Check both years.",
        )  # fmt: skip
    valued = [row for row in profile.indicators if row.value is not None and row.year is not None]
    latest = max((row.year for row in valued if row.year is not None), default=None)
    if base is not None and latest is not None and latest < base - _OLD:
        reader.report(
            "warning", f"最新指标是 {latest} 年的，基期是 {base} 年", f"the latest figure is of {latest}, the base year {base}",
            sheet="indicators", column="year", mend_zh="请补充近年数据，或调整基期。", mend_en="Add recent figures or move the base year.",
        )  # fmt: skip
    for row in valued:
        if (
            base is not None
            and row.year is not None
            and row.year > base + _OLD
            and row.status not in _NOT_YET
            and "目标" not in row.metric
        ):
            where, number = place_of(row.ref)
            reader.report(
                "warning", f"“{row.metric[:30]}”是 {row.year} 年的，远晚于基期 {base} 年", f"“{row.metric[:30]}” is of {row.year}, long after the base year {base}",
                sheet=where, row=number, column="year", mend_zh="如为目标值，请把状态写为 target（目标）。", mend_en="Give targets the status target.",
            )  # fmt: skip
    _scattered(profile.industries, reader)


def _scattered(rows: Iterable[ProfileIndustry], reader: Reader) -> None:
    """Industries of one measure spread over years so that no year holds most of them: no ratio can be computed."""
    groups: dict[tuple[str, str], list[ProfileIndustry]] = defaultdict(list)
    for row in rows:
        if row.region_value is not None and row.year is not None and row.measure:
            groups[(row.area, row.measure)].append(row)
    for (area, measure), found in groups.items():
        sectors = {row.sector for row in found}
        years = Counter(row.year for row in found)
        if len(sectors) >= 3 and len(years) > 1 and max(years.values()) <= len(sectors) / 2:
            where, number = place_of(found[-1].ref)
            reader.report(
                "warning", f"{area}各行业的“{measure}”分属 {len(years)} 个年份，没有一年较完整", f"“{measure}” of {area or 'the region'} is spread over {len(years)} years, none near complete",
                sheet=where, row=number, column="year", mend_zh="请尽量补齐同一年的数据；比值只在同一年内计算。", mend_en="Complete one year; ratios are taken within a year.",
            )  # fmt: skip


def _sources(profile: RegionProfile, reader: Reader) -> None:
    known = [source.id for source in profile.sources]
    for name, times in Counter(known).items():
        if times > 1:
            reader.report(
                "warning", f"来源编号“{name}”出现 {times} 次", f"source id “{name}” stands {times} times", sheet="sources", column="source_id",
                mend_zh="请改成不同的编号。", mend_en="Give each its own id.",
            )  # fmt: skip
    if not known:
        return
    lost: dict[str, str] = {}
    for sheet in _SHEETS:
        for row in getattr(profile, sheet):
            if row.source_id and row.source_id not in known:
                lost.setdefault(row.source_id, row.ref)
    for name, ref in lost.items():
        where, number = place_of(ref)
        reader.report(
            "warning", f"来源编号“{name[:40]}”不在来源表中", f"source id “{name[:40]}” is not on sheet sources", sheet=where, row=number, column="source_id",
            mend_zh="请在来源表中补一行。", mend_en="Add it there.",
        )  # fmt: skip


def _identity(profile: RegionProfile, reader: Reader) -> None:
    if profile.code and profile.country == "中国":
        known = division("", profile.code)
        bare = known.name.rstrip("省市县区") if known is not None else ""
        if known is None:
            reader.report(
                "warning", f"行政区划代码“{profile.code[:20]}”不在现行代码表中", f"division code “{profile.code[:20]}” is unknown", sheet="meta", column="code",
                mend_zh="请填写六位代码，或留空。", mend_en="Write six digits or leave it empty.",
            )  # fmt: skip
        elif (
            bare not in profile.name
            and not any(part in profile.name for part in known.parents)
            and profile.level not in ("park", "town")
        ):
            reader.report(
                "warning", f"代码 {profile.code} 是{known.name}，与名称“{profile.name[:20]}”不符", f"code {profile.code} is {known.name}, not “{profile.name[:20]}”",
                sheet="meta", column="code", mend_zh="请核对名称和代码。", mend_en="Check name and code.",
            )  # fmt: skip
    chains = {path.stem for path in (asset_dir("corpus") / "chains").glob("[!_]*.yaml")}
    if profile.target_chain and profile.target_chain not in chains:
        reader.report(
            "warning", f"没有编号为“{profile.target_chain[:40]}”的产业链，将由目标产业判断", f"there is no chain “{profile.target_chain[:40]}”; the target industry decides",
            sheet="meta", column="target_chain", mend_zh=f"可选：{'、'.join(sorted(chains))}。", mend_en=f"Choose from {', '.join(sorted(chains))}.",
        )  # fmt: skip


def place_of(ref: str) -> tuple[str, int | None]:
    """Sheet and row of a cell's reference: `indicators!12`, or `input.background[3]`, which is its fourth item."""
    found = re.fullmatch(r"(.+)!(\d+)|(.+)\[(\d+)\]", ref)
    if found is None:
        return ref, None
    return (found[1], int(found[2])) if found[1] else (found[3], int(found[4]) + 1)
