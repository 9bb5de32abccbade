"""The core's twelve inputs for the choice of mode, from a profile's figures and unambiguous rows; the rest stays unknown."""

import re
from dataclasses import dataclass
from typing import Final

from jumou.analysis import mode_words as words
from jumou.analysis.figures import figure, figures
from jumou.analysis.mode import ModeInputs
from jumou.analysis.references import national_figures
from jumou.domain.chain import Chain
from jumou.domain.region import ProfileEnterprise, RegionProfile

_HIGH_LEVEL: Final = re.compile(r"^(national|province|provincial|国家级?|省级?|中央)", re.IGNORECASE)
_NATIONAL: Final = re.compile(r"^(national|国家级?)", re.IGNORECASE)
_TRANSPORT: Final = re.compile(r"transport|logistic|交通|物流", re.IGNORECASE)
_WAYS: Final = re.compile(r"高速|铁路|机场|公路|expressway|motorway|highway|railway|airport", re.IGNORECASE)
_FIRMS: Final = re.compile(r"(规模以上|规上)(工业)?企业")
_LEADING_ROLE: Final = re.compile(
    r"anchor|oem|lead|链主|龙头|领军|整车|key supplier|listed|unicorn|specialist|上市", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class FoundInputs:
    """The inputs, the cells each known one was read from, and whether the leading firms are all in trouble."""

    inputs: ModeInputs
    cells: dict[str, tuple[str, ...]]
    leaders_troubled: bool


def find_inputs(
    profile: RegionProfile,
    chain: Chain | None,
    *,
    quotient: float | None,
    secondary_quotient: float | None,
    present_nodes: frozenset[str],
) -> FoundInputs:
    """Read what the profile says in figures. `present_nodes` are the links of `chain` where a firm was placed."""
    cells: dict[str, tuple[str, ...]] = {}
    top1, cr4 = _shares(profile, cells)
    hub, port = _place(profile, cells)
    return FoundInputs(
        inputs=ModeInputs(
            top1=top1,
            cr4=cr4,
            quotient=quotient,
            rd_ratio=_research_ratio(profile, cells),
            platforms=_platforms(profile, cells),
            hub=hub,
            port=port,
            secondary_quotient=secondary_quotient,
            firms=_firms(profile, cells),
            pairs=_pairs(profile, chain, present_nodes, cells),
            designations=_designations(profile, cells),
        ),
        cells=cells,
        leaders_troubled=_leaders_troubled(profile),
    )


def in_trouble(firm: ProfileEnterprise) -> bool:
    """Whether the profile says that a firm is bankrupt, in reorganisation or stopped."""
    return bool(words.TROUBLED.search(f"{firm.role} {firm.status} {firm.note}"))


def _shares(profile: RegionProfile, cells: dict[str, tuple[str, ...]]) -> tuple[float | None, float | None]:
    """Largest firm's and four largest firms' share of industrial output, firms and region of one year."""
    for total in figures(profile, "industrial_output"):
        firms = sorted(
            (firm for firm in profile.enterprises if firm.output and firm.year == total.year and not in_trouble(firm)),
            key=lambda firm: -(firm.output or 0.0),
        )
        if firms and total.value and (firms[0].output or 0) <= total.value:
            shares = [(firm.output or 0.0) / total.value for firm in firms]
            cells["top1"] = (firms[0].ref, total.ref)
            if len(shares) >= 4:
                cells["cr4"] = (*(firm.ref for firm in firms[:4]), total.ref)
                return shares[0], min(1.0, sum(shares[:4]))
            return shares[0], None
    return None, None


def _research_ratio(profile: RegionProfile, cells: dict[str, tuple[str, ...]]) -> float | None:
    """R&D intensity over the nation's, latest year both are known."""
    if profile.abroad:
        return None  # the reference is China's
    nation = national_figures()
    for cell in figures(profile, "rd_intensity"):
        base = nation.get(("rd_intensity", cell.year or 0))
        if base is not None and cell.value is not None and cell.status != "lower bound":
            cells["rd_ratio"] = (cell.ref, f"reference:national:rd_intensity:{cell.year}")
            return cell.value / base.value
    for cell in figures(profile, "rd"):
        gdp, base = figure(profile, "gdp", cell.year), nation.get(("rd_intensity", cell.year or 0))
        if gdp is not None and base is not None and gdp.value and cell.value is not None and cell.unit == gdp.unit:
            cells["rd_ratio"] = (cell.ref, gdp.ref, f"reference:national:rd_intensity:{cell.year}")
            return 100 * cell.value / gdp.value / base.value
    return None


def _platforms(profile: RegionProfile, cells: dict[str, tuple[str, ...]]) -> float | None:
    """National research bodies; all research bodies where the profile gives no levels; 0 only when it says so."""
    listed = [body for body in profile.institutions if body.name.strip()]
    if not listed:
        return None
    if any(words.NOTHING.search(body.name) for body in listed):
        cells["platforms"] = tuple(body.ref for body in listed)
        return 0.0
    if any(body.level for body in listed):
        found = [body for body in listed if _NATIONAL.search(body.level)]
    else:
        found = [
            body for body in listed if words.NATIONAL_RESEARCH.search(body.name) or words.RESEARCH.search(body.name)
        ]
        if not found:
            return None
    cells["platforms"] = tuple(body.ref for body in found)
    return float(len(found))


def _place(profile: RegionProfile, cells: dict[str, tuple[str, ...]]) -> tuple[float | None, float | None]:
    """Trade hub and port: 1 when a row names one, 0 when transport is described without one, else unknown.

    A harbour or an airport is a way of transport before it is a market: it counts a half.
    """
    items = (*profile.infrastructure, *profile.markets, *profile.resources)
    hubs = [item.ref for item in items if words.TRADE_PLACE.search(item.name)]
    crossings = [item.ref for item in profile.infrastructure if words.CROSSING.search(item.name)]
    ports = crossings or [item.ref for item in profile.infrastructure if words.HARBOUR.search(item.name)]
    described = [item.ref for item in profile.infrastructure if _TRANSPORT.search(item.category)]
    if not words.TRADE_INDUSTRY.search(
        profile.target_industry or ""
    ):  # else the target itself says that there is trade
        described += [
            item.ref for item in profile.infrastructure if _WAYS.search(item.name) or words.HARBOUR.search(item.name)
        ]
    silent = 0.0 if described else None
    if hubs or described:
        cells["hub"] = tuple(hubs or described)
    if ports or described:
        cells["port"] = tuple(ports or described)
    return (1.0 if hubs else silent), (1.0 if crossings else 0.5 if ports else silent)


def _firms(profile: RegionProfile, cells: dict[str, tuple[str, ...]]) -> float | None:
    cell = figure(profile, "firms")
    if cell is not None and cell.value is not None:
        cells["firms"] = (cell.ref,)
        return cell.value
    for item in profile.infrastructure:
        if _FIRMS.search(item.name) and item.value is not None:
            cells["firms"] = (item.ref,)
            return item.value
    return None


def _pairs(
    profile: RegionProfile, chain: Chain | None, present: frozenset[str], cells: dict[str, tuple[str, ...]]
) -> float | None:
    """Exchanges of the chain whose ends are both present; known only where the profile places its firms on links."""
    if chain is None or not any(firm.node for firm in profile.enterprises):
        return None
    ids = {node.id for node in chain.nodes}
    closed = [e for e in chain.exchanges if e.from_ in present and (e.to in present or e.to not in ids)]
    cells["pairs"] = tuple(firm.ref for firm in profile.enterprises if firm.node) or ("profile:enterprises",)
    return float(len(closed))


def _designations(profile: RegionProfile, cells: dict[str, tuple[str, ...]]) -> float | None:
    """National and provincial designations among the policies; else rows whose words name one; silence is unknown."""
    levelled = [policy for policy in profile.policies if _HIGH_LEVEL.search(policy.level)]
    if levelled:
        cells["designations"] = tuple(policy.ref for policy in levelled)
        return float(len(levelled))
    rows = [(item.ref, item.name) for item in (*profile.infrastructure, *profile.resources)]
    rows += [(policy.ref, policy.name) for policy in profile.policies]
    found = [ref for ref, name in rows if words.DESIGNATION.search(name)]
    found += [cell.ref for cell in profile.indicators if words.DESIGNATION.search(cell.metric)]
    if words.DESIGNATION.search(f"{profile.name} {profile.level_text}"):
        found.append("profile:name")
    if not found:
        return None
    cells["designations"] = tuple(found)
    return float(len(found))


def _leaders_troubled(profile: RegionProfile) -> bool:
    """Whether firms in trouble are on record and no sound firm has a leading role."""
    troubled = [firm for firm in profile.enterprises if in_trouble(firm)]
    sound = [firm for firm in profile.enterprises if not in_trouble(firm)]
    return bool(troubled) and not any(_LEADING_ROLE.search(firm.role) for firm in sound)
