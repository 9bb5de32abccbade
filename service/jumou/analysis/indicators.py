"""Indicators of a region: each method applied to the profile's tables and figures, with inputs and flags."""

from collections.abc import Iterable
from typing import Final

import numpy as np

from jumou.analysis.concentration import concentration, krugman
from jumou.analysis.endowment import endowment_coefficient
from jumou.analysis.figures import figure, figures
from jumou.analysis.growth import base_year_matters, shift_share
from jumou.analysis.references import national_figures, sector_linkages
from jumou.analysis.specialisation import location_quotients, symmetric_quotients
from jumou.analysis.tables import SECTORS, IndustryTable, earlier
from jumou.corpus.statistics import statistic_in_english
from jumou.domain.chain import Chain
from jumou.domain.framework import Language
from jumou.domain.model import Code, Model
from jumou.domain.quantity import Indicator
from jumou.domain.region import ProfileIndicator, ProfileIndustry, RegionProfile
from jumou.errors import InvalidRequest

_NATION: Final = "reference:national"


class ShiftSharePart(Model):
    """The parts of one industry's change; national + mix + regional is the change, in the table's unit."""

    sector: Code
    code: Code = ""
    national: float
    mix: float
    regional: float
    unit: Code = ""
    flags: tuple[Code, ...] = ()


def pick(language: Language, zh: str, en: str) -> str:
    """The text in the plan's language."""
    return zh if language == "zh" else en


def quotient_indicators(tables: Iterable[IndustryTable], language: Language) -> list[Indicator]:
    """A location quotient for each row with a national value, per table; not computable ones say what they miss."""
    found: dict[str, Indicator] = {}
    for table in tables:
        bare = [row for row in table.rows if row.nation_value is None]
        for row in table.rows:
            if row.nation_value is not None:
                indicator = _quotient(table, row, language)
                found.setdefault(indicator.id, indicator)
        if bare:
            indicator = _without_nation(table, bare, language)
            found.setdefault(indicator.id, indicator)
    return list(found.values())


def _without_nation(table: IndustryTable, rows: list[ProfileIndustry], language: Language) -> Indicator:
    """One indicator for all rows of a table that lack the nation's value."""
    names = (
        "、".join(row.sector for row in rows) if language == "zh" else ", ".join(_sector(row, language) for row in rows)
    )
    return Indicator(
        id=f"lq:{table.area}:{table.measure}:{table.year}", formula="lq", year=table.year, scope=table.scope,
        label=pick(language, f"{table.area}区位熵（{names}）", f"location quotients of {table.area} ({names})"),
        inputs=tuple(row.ref for row in rows if row.ref),
        missing=(pick(language, f"同口径全国值：{names}", f"the nation's values on the same scope: {names}"),),
    )  # fmt: skip


def _sector(row: ProfileIndustry, language: Language) -> str:
    return row.sector if language == "zh" else statistic_in_english(row.sector) or row.sector


def _quotient(table: IndustryTable, row: ProfileIndustry, language: Language) -> Indicator:
    name = f"{table.area}{row.sector}" if language == "zh" else f"{_sector(row, language)} in {table.area}"
    fields = {
        "id": f"lq:{table.area}:{row.code or row.sector}:{table.measure}:{table.year}",
        "formula": "lq",
        "label": pick(language, f"{name}区位熵", f"location quotient of {name}"),
        "year": table.year,
        "scope": table.scope,
        "inputs": _refs(row, table),
        "source_ids": _refs(row, table),
    }
    region_total, nation_total = table.region_total, table.nation_total
    missing = []
    if region_total is None:
        missing.append(pick(language, "区域合计", "the region's total"))
    if nation_total is None:
        missing.append(pick(language, "全国合计", "the nation's total"))
    if missing or row.region_value is None or row.nation_value is None:
        return Indicator.model_validate({**fields, "missing": tuple(missing or ["region_value"])})
    try:
        value = float(
            location_quotients(
                [row.region_value], [row.nation_value], region_total=region_total, nation_total=nation_total
            )[0]
        )
    except InvalidRequest as problem:
        return Indicator.model_validate({**fields, "missing": (problem.message(language),), "flags": ("scope_error",)})
    if not np.isfinite(value):
        return Indicator.model_validate(
            {**fields, "missing": (pick(language, "全国值为零", "the nation's value is zero"),)}
        )
    share = row.region_value / region_total if region_total else 0.0
    return Indicator.model_validate({
        **fields, "value": value, "flags": table.flags(row),
        "detail": {"symmetric": float(symmetric_quotients([value])[0]), "share": share},
    })  # fmt: skip


def _refs(row: ProfileIndustry, table: IndustryTable) -> tuple[str, ...]:
    refs = [row.ref, table.total.ref if table.total is not None else ""]
    return tuple(ref for ref in refs if ref) or ("profile:industries",)


def growth_indicators(
    tables: tuple[IndustryTable, ...], language: Language
) -> tuple[list[Indicator], tuple[ShiftSharePart, ...]]:
    """Shift-share of the best table that has two years, the rest of the total as one more industry."""
    for table in tables:
        before = earlier(table, tables)
        if before is None or table.total is None or before.total is None:
            continue
        pairs = [
            (row, old) for row in table.rows for old in before.rows
            if row.sector == old.sector and row.nation_value is not None and old.nation_value is not None
        ]  # fmt: skip
        columns = _with_rest(pairs, table.total, before.total)
        if len(pairs) >= 2 and columns is not None:
            return _shift_share(table, before, pairs, columns, language)
    return [
        Indicator(
            id="shift_share", formula="shift_share", label=pick(language, "偏离份额分析", "shift-share analysis"),
            missing=(pick(language, "分行业、同口径的两年区域与全国数据", "two years of industries, region and nation, on one scope"),),
        )
    ], ()  # fmt: skip


def _with_rest(
    pairs: list[tuple[ProfileIndustry, ProfileIndustry]], total: ProfileIndustry, old_total: ProfileIndustry
) -> list[list[float]] | None:
    """Columns e0, e1, n0, n1 with the remainder of the total as the last row; None when the totals are not complete."""
    columns = [
        [old.region_value or 0.0 for _, old in pairs], [row.region_value or 0.0 for row, _ in pairs],
        [old.nation_value or 0.0 for _, old in pairs], [row.nation_value or 0.0 for row, _ in pairs],
    ]  # fmt: skip
    totals = (old_total.region_value, total.region_value, old_total.nation_value, total.nation_value)
    for column, whole in zip(columns, totals, strict=True):
        if whole is None or whole < sum(column) - 1e-9:
            return None
        column.append(whole - sum(column))
    return columns


def _shift_share(
    table: IndustryTable, before: IndustryTable, pairs: list[tuple[ProfileIndustry, ProfileIndustry]],
    columns: list[list[float]], language: Language,
) -> tuple[list[Indicator], tuple[ShiftSharePart, ...]]:  # fmt: skip
    result = shift_share(*columns)
    unit = pairs[0][0].unit
    flags = {flag for row, _ in pairs for flag in table.flags(row)} | {
        flag for _, old in pairs for flag in before.flags(old)
    }
    if table.measure in ("output", "revenue", "产值", "营业收入"):
        flags.add("current_prices")
    if base_year_matters(sum(columns[1]) / sum(columns[0]) - 1 if sum(columns[0]) else 0.0):
        flags.add("base_year_matters")
    names = [*((row.sector, row.code) for row, _ in pairs), (pick(language, "其他行业", "other industries"), "")]
    parts = tuple(
        ShiftSharePart(
            sector=name, code=code, national=float(result.national[i]), mix=float(result.mix[i]),
            regional=float(result.regional[i]), unit=unit,
        )
        for i, (name, code) in enumerate(names)
    )  # fmt: skip
    totals = result.totals()
    indicator = Indicator(
        id=f"shift_share:{table.area}:{before.year}-{table.year}",
        formula="shift_share",
        label=pick(
            language,
            f"{table.area}{before.year}—{table.year}年偏离份额：变化总量",
            f"shift-share of {table.area}, {before.year}–{table.year}: total change",
        ),
        value=sum(columns[1]) - sum(columns[0]),
        unit=unit,
        year=table.year,
        scope=f"{table.scope}, base {before.year}",
        inputs=tuple(ref for row, old in pairs for ref in (row.ref, old.ref) if ref) or ("profile:industries",),
        flags=tuple(sorted(flags)),
        detail={name: totals[name] for name in ("national", "mix", "regional")},
    )
    return [indicator], parts


def structure_indicators(tables: tuple[IndustryTable, ...], language: Language) -> list[Indicator]:
    """Concentration of the region's industries (HHI over the listed rows and the rest) and distance from the nation."""
    found = []
    for table in tables:
        sizes = [row.region_value or 0.0 for row in table.rows]
        if len(sizes) < 3:
            continue
        whole = table.region_total
        if whole is not None and whole > sum(sizes) + 1e-9:
            sizes.append(whole - sum(sizes))
        result = concentration(sizes)
        found.append(
            Indicator(
                id=f"hhi:{table.area}:{table.measure}:{table.year}", formula="hhi",
                label=pick(language, f"{table.area}产业集中度（HHI）", f"concentration of industries in {table.area} (HHI)"),
                value=result.hhi, year=table.year, scope=table.scope,
                inputs=tuple(row.ref for row in table.rows if row.ref) or ("profile:industries",),
                flags=(f"band_{result.band}",),
                detail={"top_share": result.top_share, "cr4": result.cr4, "effective_number": result.effective_number},
            )
        )  # fmt: skip
        sectors = [row for row in table.rows if row.sector in SECTORS and row.nation_value is not None]
        if len(sectors) == len(SECTORS):
            found.append(
                Indicator(
                    id=f"krugman:{table.area}:{table.year}", formula="krugman",
                    label=pick(language, f"{table.area}与全国产业结构差异（克鲁格曼指数）", f"structure of {table.area} against the nation (Krugman index)"),
                    value=krugman([row.region_value or 0.0 for row in sectors], [row.nation_value or 0.0 for row in sectors]),
                    year=table.year, scope=f"{table.scope}, two-sided, against the nation",
                    inputs=tuple(row.ref for row in sectors if row.ref) or ("profile:industries",),
                )
            )  # fmt: skip
    return found


def ratio_indicators(profile: RegionProfile, language: Language) -> list[Indicator]:
    """Plain ratios of the profile's own figures: margin, fiscal self-sufficiency, land in use, output a firm."""
    found = []
    for name, top, bottom, zh, en, scale, unit in (
        ("margin", "profit", "revenue", "规上工业利润率", "profit margin of industry", 100.0, "%"),
        ("fiscal_self_sufficiency", "budget_revenue", "budget_spend", "财政自给率", "fiscal self-sufficiency", 100.0, "%"),
        ("output_per_firm", "industrial_output", "firms", "户均产值", "output a firm", 1.0, ""),
    ):  # fmt: skip
        pair = _same_year(profile, top, bottom)
        if pair is None:
            continue
        one, other = pair
        if (one.value or 0) <= 0 or not other.value:
            continue
        value = scale * (one.value or 0.0) / other.value
        detail = {}
        nation = national_figures()
        base = nation.get((top, one.year or 0)), nation.get((bottom, one.year or 0))
        if name == "margin" and base[0] is not None and base[1] is not None:
            detail["nation"] = 100 * base[0].value / base[1].value
        found.append(
            Indicator(
                id=f"ratio:{name}", formula="ratio", label=pick(language, zh, en), value=value,
                unit=unit or f"{one.unit}/{other.unit}", year=one.year, scope=f"{one.metric} / {other.metric}",
                inputs=(one.ref, other.ref), detail=detail,
            )
        )  # fmt: skip
    return found


def _same_year(profile: RegionProfile, top: str, bottom: str) -> tuple[ProfileIndicator, ProfileIndicator] | None:
    for one in figures(profile, top):
        other = figure(profile, bottom, one.year)
        if other is not None:
            return one, other
    return None


def endowment_indicators(profile: RegionProfile, language: Language) -> list[Indicator]:
    """Endowment coefficient of R&D spending against GDP, and GDP a head against the nation."""
    nation, found = national_figures(), []
    label = pick(language, "研发经费禀赋系数", "endowment coefficient of R&D spending")
    for cell in figures(profile, "rd"):
        gdp = figure(profile, "gdp", cell.year)
        factor, size = nation.get(("rd", cell.year or 0)), nation.get(("gdp", cell.year or 0))
        if (
            gdp is None
            or factor is None
            or size is None
            or cell.value is None
            or gdp.value is None
            or cell.unit != gdp.unit
        ):
            continue
        value = endowment_coefficient(cell.value, factor.value, gdp.value, size.value)
        if value is not None:
            found.append(
                Indicator(
                    id="endowment:rd", formula="endowment", label=label, value=value, year=cell.year,
                    scope="R&D spending, base GDP", inputs=(cell.ref, gdp.ref, f"{_NATION}:rd:{cell.year}", f"{_NATION}:gdp:{cell.year}"),
                )
            )  # fmt: skip
            break
    if not found:
        found.append(Indicator(
            id="endowment:rd", formula="endowment", label=label,
            missing=(pick(language, "同年研发经费与地区生产总值", "R&D spending and GDP of one year"),),
        ))  # fmt: skip
    return found


def linkage_indicators(chain: Chain | None, language: Language) -> list[Indicator]:
    """Backward and forward linkage of the target industry's sector in the national table."""
    if chain is None:
        return []
    sectors = sector_linkages()
    linkage = next((sectors[code[:3]] for code in chain.gbt4754 if code[:3] in sectors), None)
    if linkage is None:
        return []
    return [
        Indicator(
            id=f"linkage:{linkage.sector}", formula="linkage",
            label=pick(language, f"“{linkage.name}”后向关联系数（全国）", f"backward linkage of sector {linkage.sector} (nation)"),
            value=linkage.backward, year=linkage.year, scope=pick(language, "全国国内投入产出表，三十三部门", "China, domestic inputs, 33 sectors"),
            inputs=(f"reference:linkages:{linkage.sector}",), flags=("old_table", "coarse_sectors"),
            detail={"forward": linkage.forward, "multiplier": linkage.multiplier, "extraction_loss": linkage.extraction_loss},
        )
    ]  # fmt: skip
