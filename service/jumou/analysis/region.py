"""Everything computed about a region, in one object the drafter works from."""

from typing import Final

from pydantic import Field

from jumou.analysis.benchmark import PeerTable
from jumou.analysis.chain_reading import ChainReading, read_chain
from jumou.analysis.growth import Quadrant, quadrant
from jumou.analysis.indicators import (
    ShiftSharePart,
    endowment_indicators,
    growth_indicators,
    linkage_indicators,
    pick,
    quotient_indicators,
    ratio_indicators,
    structure_indicators,
)
from jumou.analysis.mode import CriterionValue, ModeInputs, ModeTable, choose
from jumou.analysis.mode_inputs import FoundInputs, find_inputs
from jumou.analysis.mode_reading import Signal, linear, read_words
from jumou.analysis.peers import PeerRow, compare_with_peers
from jumou.analysis.references import region_panel
from jumou.analysis.sizes import industry_size
from jumou.analysis.tables import SECTORS, IndustryTable, industry_tables
from jumou.domain.chain import Chain
from jumou.domain.diagnosis import ChainNode, SmileCurve
from jumou.domain.framework import MODES, Language, ModeKey, Name
from jumou.domain.model import Code, Model
from jumou.domain.quantity import Indicator, Quantity
from jumou.domain.region import RegionProfile

PARTS: Final[dict[str, Name]] = {
    "top1": Name("最大企业产值占比", "share of the largest firm in output"),
    "cr4": Name("前四家企业产值占比", "share of the four largest firms in output"),
    "quotient": Name("目标产业区位熵", "location quotient of the target industry"),
    "rd_ratio": Name("研发投入强度（与全国之比）", "R&D intensity over the nation's"),
    "patents_ratio": Name("发明专利密度（与全国之比）", "patent density over the nation's"),
    "platforms": Name("国家级科研平台数", "number of national research platforms"),
    "hub": Name("专业市场或贸易枢纽", "trade hub or specialised market"),
    "port": Name("口岸或港口", "port or land port"),
    "secondary_quotient": Name("第二产业区位熵", "location quotient of industry"),
    "firms": Name("规模以上企业数", "number of larger firms"),
    "pairs": Name("产业间物质交换对数", "exchanges of material between sectors"),
    "designations": Name("国家级、省级试点示范", "national or regional designations"),
}
"""What the inputs of the mode table are called."""


class QuadrantPoint(Model):
    """An industry in the growth-share matrix: LQ, growth in per cent, share of the region's total (0-1)."""

    sector: Code
    code: Code = ""
    quotient: float
    growth: float
    share: float
    quadrant: Quadrant
    cut: float
    year: int
    flags: tuple[Code, ...] = ()


class RegionAnalysis(Model):
    """The numbers of a region. `indicators` are by id; those without a value say what they miss.

    `modes` is the decision table, `signals` the reading behind it, `mode_cells` the cells behind each known input.
    `circular`: the profile itself speaks of closing loops. `scale`: the profile's own figure for the industry's size.
    """

    region: Code
    indicators: dict[str, Indicator]
    nodes: tuple[ChainNode, ...] = ()
    smile: SmileCurve = SmileCurve()
    modes: ModeTable
    signals: tuple[Signal, ...] = ()
    mode_cells: dict[str, tuple[Code, ...]] = Field(default_factory=dict)
    quadrants: tuple[QuadrantPoint, ...] = ()
    shift_share: tuple[ShiftSharePart, ...] = ()
    peers: tuple[PeerRow, ...] = ()
    target_quotient: Indicator | None = None
    scale: Quantity | None = None
    circular: bool = False

    @property
    def computed(self) -> tuple[Indicator, ...]:
        """Indicators with a value."""
        return tuple(item for item in self.indicators.values() if item.computable)

    @property
    def not_computable(self) -> tuple[Indicator, ...]:
        """Indicators that lack inputs."""
        return tuple(item for item in self.indicators.values() if not item.computable)

    def signal(self, key: str) -> Signal:
        """A signal of the reading by its key."""
        return next(item for item in self.signals if item.key == key)

    def mode_quantity(self, key: ModeKey) -> Quantity:
        """The score of a mode as a figure a text can use."""
        return self.indicators[f"mode:{key}"].quantity()


def analyse(
    profile: RegionProfile,
    chain: Chain | None,
    *,
    language: Language = "zh",
    peers: PeerTable | None = None,
    wanted: frozenset[str] = frozenset(),
    named: frozenset[str] = frozenset(),
    industry: str = "",
) -> RegionAnalysis:
    """Compute everything the profile allows; the same profile gives the same result.

    `chain` is the target industry's value chain when it is known, `wanted` the links of it that come first, `named` those
    the target itself names, `industry` its name where it is not the profile's target. `peers` defaults to the shipped panel.
    """
    tables = industry_tables(profile)
    quotients = quotient_indicators(tables, language)
    target = _target_quotient(tables, quotients, profile, chain)
    growth, parts = growth_indicators(tables, language)
    reading = None
    if chain is not None:
        reading = read_chain(
            profile, chain, language, quotients=_by_code(tables, quotients), wanted=wanted, named=named
        )
    inputs = find_inputs(
        profile,
        chain,
        quotient=target.value if target is not None else None,
        secondary_quotient=_secondary(tables, quotients),
        present_nodes=reading.present if reading is not None else frozenset(),
    )
    signals = read_words(profile, chain)
    table = choose(inputs.inputs, reading=linear(signals), leaders_troubled=inputs.leaders_troubled, language=language)
    peer_rows, peer_indicators = compare_with_peers(profile, peers if peers is not None else region_panel(), language)
    scale = industry_size(
        profile, _aliases(profile, chain), industry=industry or profile.target_industry or "", language=language
    )
    found = [
        *quotients,
        *growth,
        *structure_indicators(tables, language),
        *ratio_indicators(profile, language),
        *endowment_indicators(profile, language),
        *(() if profile.abroad else linkage_indicators(chain, language)),
        *peer_indicators,
        *_chain_indicators(reading),
        *_mode_indicators(table, inputs, language),
        *_always_missing(quotients, language),
    ]
    return RegionAnalysis(
        region=profile.name,
        indicators={item.id: item for item in found},
        nodes=reading.nodes if reading is not None else (),
        smile=reading.smile if reading is not None else SmileCurve(),
        modes=_named(table, language),
        signals=signals,
        mode_cells=inputs.cells,
        quadrants=_quadrants(tables, quotients),
        shift_share=parts,
        peers=peer_rows,
        target_quotient=target,
        scale=scale.quantity if scale is not None else None,
        circular=next(item for item in signals if item.key == "loops").value >= 0.5,
    )


def _aliases(profile: RegionProfile, chain: Chain | None) -> tuple[str, ...]:
    names = (*chain.aliases.zh, *chain.aliases.en, chain.name.zh, chain.name.en) if chain is not None else ()
    return tuple(name for name in (profile.target_industry or "", *names) if name)


def _by_code(tables: tuple[IndustryTable, ...], quotients: list[Indicator]) -> dict[str, float]:
    values = {item.id: item.value for item in quotients if item.value is not None}
    found: dict[str, float] = {}
    for table in tables:
        for row in table.rows:
            value = values.get(f"lq:{table.area}:{row.code}:{table.measure}:{table.year}")
            if row.code and value is not None:
                found.setdefault(row.code, value)
    return found


def _target_quotient(
    tables: tuple[IndustryTable, ...], quotients: list[Indicator], profile: RegionProfile, chain: Chain | None
) -> Indicator | None:
    """The LQ of the target industry: by the chain's classes, else by its name; own area and latest year first."""
    by_id = {item.id: item for item in quotients if item.computable}
    codes = chain.gbt4754 if chain is not None else ()
    names = [name for name in _aliases(profile, chain) if len(name) > 1]
    for match_code in (True, False):
        for table in tables:
            for row in table.rows:
                known = by_id.get(f"lq:{table.area}:{row.code or row.sector}:{table.measure}:{table.year}")
                if known is None or row.sector in SECTORS:
                    continue
                coded = bool(row.code) and any(code == row.code or row.code.startswith(code) for code in codes)
                named = any(name in row.sector or row.sector.removesuffix("产业") in name for name in names)
                if coded if match_code else named:
                    return known
    return None


def _secondary(tables: tuple[IndustryTable, ...], quotients: list[Indicator]) -> float | None:
    """LQ of industry as a whole (the secondary sector, else 工业) of the region's own area."""
    by_id = {item.id: item.value for item in quotients}
    for sector in ("第二产业", "工业", "全部工业"):
        for table in tables:
            for row in table.rows if table.own else ():
                value = by_id.get(f"lq:{table.area}:{row.code or row.sector}:{table.measure}:{table.year}")
                if row.sector == sector and value is not None:
                    return value
    return None


def _quadrants(tables: tuple[IndustryTable, ...], quotients: list[Indicator]) -> tuple[QuadrantPoint, ...]:
    """Industries with an LQ and a growth rate; the cut is the growth of the table's total."""
    by_id = {item.id: item for item in quotients if item.computable}
    points: dict[str, QuadrantPoint] = {}
    for table in tables:
        cut = table.total.region_growth_percent if table.total is not None else None
        if cut is None:
            continue
        for row in table.rows:
            known = by_id.get(f"lq:{table.area}:{row.code or row.sector}:{table.measure}:{table.year}")
            if known is None or known.value is None or row.region_growth_percent is None or row.sector in points:
                continue
            points[row.sector] = QuadrantPoint(
                sector=row.sector, code=row.code, quotient=known.value, growth=row.region_growth_percent,
                share=known.detail.get("share", 0.0), cut=cut, year=table.year, flags=known.flags,
                quadrant=quadrant(known.value, row.region_growth_percent, growth_cut=cut),
            )  # fmt: skip
    return tuple(points.values())


def _chain_indicators(reading: ChainReading | None) -> list[Indicator]:
    return [reading.stability_indicator] if reading is not None and reading.stability_indicator is not None else []


def _mode_indicators(table: ModeTable, inputs: FoundInputs, language: Language) -> list[Indicator]:
    cells = tuple(dict.fromkeys(cell for found in inputs.cells.values() for cell in found if cell))
    flags = (("close",) if table.close else ()) + (("read_from_words",) if table.openness > 0 else ())
    return [
        Indicator(
            id=f"mode:{row.key}", formula="mode_scoring",
            label=pick(language, f"{MODES[row.key].zh}适配得分", f"score of {MODES[row.key].en}"),
            value=round(row.score, 4), scope=pick(language, f"缺数据的判据占比{table.openness:.2f}", f"share of inputs missing {table.openness:.2f}"), inputs=cells or ("profile",), flags=flags,
            detail={"core": round(row.core, 4), **({"reading": round(row.reading, 4)} if row.reading is not None else {})},
        )
        for row in table.ranking
    ]  # fmt: skip


def _named(table: ModeTable, language: Language) -> ModeTable:
    """The table with missing inputs in words."""

    def names(keys: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(PARTS[key].in_(language) for key in keys)

    criteria: tuple[CriterionValue, ...] = tuple(
        item.model_copy(update={"missing": names(item.missing)}) for item in table.criteria
    )
    return table.model_copy(update={"criteria": criteria, "missing": names(table.missing)})


def _always_missing(quotients: list[Indicator], language: Language) -> list[Indicator]:
    """Methods this profile cannot feed; said once, so that nobody looks for them."""
    found = [
        Indicator(
            id="eci", formula="eci", label=pick(language, "经济复杂度指数", "economic complexity index"),
            missing=(pick(language, "多区域×多行业的参照面板（单一区域无法计算）", "a panel of regions by industries; one region alone has none"),),
        )
    ]  # fmt: skip
    if not quotients:  # no table, or one without values
        found.append(
            Indicator(
                id="lq", formula="lq", label=pick(language, "区位熵", "location quotient"),
                missing=(pick(language, "分行业的区域值与同口径全国值", "industries of the region and of the nation on one scope"),),
            )
        )  # fmt: skip
    return found


__all__ = ["PARTS", "ModeInputs", "QuadrantPoint", "RegionAnalysis", "analyse"]
