"""Reading a profile's words for the choice of mode: ten signals, each with the cells it was read from.

Meant for thin profiles, where the figures of the core table are missing. The signals follow the conditions of the
five modes; the industry's kind follows Pavitt (1984): scale-intensive industries are organised by leading firms,
science-based ones by research, consumer goods and trade by markets.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from jumou.analysis import mode_words as words
from jumou.analysis.mode import LinearReading
from jumou.domain.chain import Chain
from jumou.domain.framework import ModeKey
from jumou.domain.model import Code, Model
from jumou.domain.region import ProfileIndicator, RegionProfile

BASE: Final[Mapping[ModeKey, float]] = {
    "anchor_firm": 0.10, "innovation": 0.10, "market_hub": 0.05, "policy_led": 0.25, "symbiosis": 0.05,
}  # fmt: skip
WEIGHTS: Final[Mapping[ModeKey, Mapping[str, float]]] = {
    "anchor_firm": {"leaders": 0.40, "base": 0.20, "scale_kind": 0.30, "weakness": -0.25, "comprehensive": -0.30, "nascent": -0.15},
    "innovation": {"research": 0.45, "research_led": 0.20, "base": 0.10, "science_kind": 0.25, "weakness": -0.30, "comprehensive": -0.20},
    "market_hub": {"market": 0.70, "trade_kind": 0.20, "base": 0.05},
    "policy_led": {
        "weakness": 0.35, "comprehensive": 0.40, "nascent": 0.30, "government": 0.10, "base": -0.10, "leaders": -0.10,
    },
    "symbiosis": {"loops": 0.85},
}  # fmt: skip
_ONE_FIELD: Final = (
    words.SCIENCE_INDUSTRY, words.SCALE_INDUSTRY, words.CONSUMER_INDUSTRY, re.compile("|".join(p.pattern for p in words.PROCESS), re.IGNORECASE),
)  # fmt: skip
_HARBOUR, _HARBOURS = 0.15, 0.25
"""A harbour or an airport carries goods past a region as well as to it; all of them together are no market."""

_FALLING: Final = re.compile(
    r"(?:生产总值|GDP|工业|制造业).*(?:增速|增长|增幅)|(?:GDP|industr|manufactur).*growth", re.IGNORECASE
)
_WHOLE: Final = re.compile(r"生产总值|^GDP|工业(?:总产值|增加值)|industrial (?:output|production)", re.IGNORECASE)
_BESIDE: Final = re.compile(r"(?:^|[(（,，])\s*(?:同比|可比)?(?:[-−–]|下降)\s*\d+(?:\.\d+)?\s*[%％]")
_RESEARCH_SHARE: Final = re.compile(
    r"(?:研发|研究与试验发展|R&D|research and development).*(?:强度|占|share|intensity|% of)", re.IGNORECASE
)
_LITTLE, _TAUGHT_ONLY = 1.0, 0.5
"""Where less than one per cent of output goes into research, its bodies teach more than they invent: our judgement."""

_SEPARATORS: Final = re.compile(r"[、，,；;]|\band\b|以及")


class Signal(Model):
    """What the words say on one point, 0 to 1, with the cells and words it rests on."""

    key: Code
    value: float
    cells: tuple[Code, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(slots=True)
class _Tally:
    """Adds up evidence for a signal and keeps its places."""

    total: float = 0.0
    cells: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)

    def add(self, amount: float, cell: str, word: str) -> None:
        self.total += amount
        self.cells.append(cell)
        self.found.append(word)

    def signal(self, key: str, full: float = 1.0) -> Signal:
        return Signal(
            key=key, value=round(min(1.0, max(0.0, self.total / full)), 4), cells=tuple(dict.fromkeys(self.cells)),
            words=tuple(dict.fromkeys(self.found)),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Line:
    """A piece of the profile's text with its place and the sheet it stands in."""

    cell: str
    text: str
    sheet: str


def read_words(profile: RegionProfile, chain: Chain | None = None) -> tuple[Signal, ...]:
    """The signals of a profile, in a fixed order.

    `chain` names the industry of a profile that gives its target as a chain id only.
    """
    if not profile.target_industry and chain is not None and profile.target_chain == chain.id:
        profile = profile.model_copy(update={"target_industry": chain.name.zh})
    lines = tuple(_lines(profile))
    research = _research(lines, profile)
    leaders = _leaders(lines, profile)
    base = _base(lines)
    nascent = _kind("nascent", words.NASCENT_INDUSTRY, profile)
    led = _research_led(profile, research)
    scale = _kind("scale_kind", words.SCALE_INDUSTRY, profile)
    science = _kind("science_kind", words.SCIENCE_INDUSTRY, profile)
    market = _market(lines, profile)
    loops = _loops(lines)
    unknown = 0.3 if profile.level in ("county", "town") else 0.6
    return (
        leaders,
        base,
        research,
        led,
        market,
        _weakness(lines, profile, base),
        loops,
        _comprehensive(profile, led, loops),
        nascent,
        _government(lines),
        _scaled(scale, min(1.0, unknown + 1.4 * leaders.value) * (1 - nascent.value)),
        _scaled(science, min(1.0, unknown + 1.2 * research.value)),
        _scaled(
            _kind("trade_kind", words.CONSUMER_INDUSTRY, profile, words.TRADE_INDUSTRY),
            min(1.0, unknown + market.value),
        ),
    )


def linear(signals: Iterable[Signal]) -> LinearReading:
    """The scores of the modes that follow from the signals."""
    return LinearReading({signal.key: signal.value for signal in signals}, BASE, WEIGHTS)


def _lines(profile: RegionProfile) -> Iterable[_Line]:
    """Every text of the profile once: remarks whole, without the rows read out of them."""
    return (line for line in _every_line(profile) if line.sheet == "notes" or not line.cell.startswith("notes!"))


def _every_line(profile: RegionProfile) -> Iterable[_Line]:
    yield _Line("profile:name", f"{profile.name} {profile.level_text}", "region")
    if profile.target_industry:
        yield _Line("profile:target_industry", profile.target_industry, "target")
    for cell in profile.indicators:
        yield _Line(cell.ref, f"{cell.metric} {cell.raw} {cell.unit} {cell.unit_note} {cell.note}", "background")
    for sheet, items in (
        ("resources", profile.resources), ("infrastructure", profile.infrastructure), ("markets", profile.markets),
        ("talents", profile.talents),
    ):  # fmt: skip
        for item in items:
            yield _Line(item.ref, f"{item.name} {item.raw}", sheet)
    for firm in profile.enterprises:
        yield _Line(firm.ref, f"{firm.name} {firm.role} {firm.status} {firm.quantity}", "enterprises")
    for body in profile.institutions:
        yield _Line(body.ref, f"{body.name} {body.kind}", "institutions")
    for policy in profile.policies:
        yield _Line(policy.ref, f"{policy.name} {policy.content}", "policies")
    for problem in profile.constraints:
        yield _Line(problem.ref, problem.statement, "problems")
    for number, note in enumerate(profile.notes, start=1):
        yield _Line(f"notes!{number}", note, "notes")


def _of(lines: Iterable[_Line], *sheets: str) -> Iterable[_Line]:
    return (line for line in lines if line.sheet in sheets)


def _leaders(lines: tuple[_Line, ...], profile: RegionProfile) -> Signal:
    tally = _Tally()
    sound = [
        firm for firm in profile.enterprises if not words.TROUBLED.search(f"{firm.role} {firm.status} {firm.note}")
    ]
    for firm in sound[:3]:
        tally.add(0.2, firm.ref, firm.name)
    for line in _of(lines, "enterprises", "resources", "background", "infrastructure", "policies", "notes"):
        match = words.LEADER.search(line.text)
        if match and not words.TROUBLED.search(line.text):
            tally.add(0.4, line.cell, match.group())
            break
    return tally.signal("leaders")


def _base(lines: tuple[_Line, ...]) -> Signal:
    tally = _Tally()
    for line in _of(lines, "resources", "background", "markets", "enterprises", "policies", "notes"):
        match = words.STRONG_BASE.search(line.text)
        if match:
            tally.add(0.5, line.cell, match.group())
    return tally.signal("base")


def _research(lines: tuple[_Line, ...], profile: RegionProfile) -> Signal:
    tally = _Tally()
    for line in _of(lines, "institutions", "resources", "infrastructure", "background", "policies", "talents"):
        named = line.sheet == "institutions"
        if named and words.NOTHING.search(line.text):
            continue
        national = words.NATIONAL_RESEARCH.search(line.text)
        plain = words.RESEARCH.search(line.text)
        college = words.COLLEGE.search(line.text)
        if national:
            tally.add(1.0, line.cell, national.group())
        elif named and college:
            tally.add(0.3, line.cell, college.group())
        elif plain:
            rich = not named and words.ABUNDANT.search(line.text)
            tally.add(1.5 if rich else 0.8 if named else 0.6, line.cell, plain.group())
        elif named and not words.OTHER_BODY.search(line.text):
            tally.add(0.3, line.cell, line.text.strip())
    for line in _of(lines, "region", "infrastructure", "institutions"):
        match = words.SCIENCE_PLACE.search(line.text)
        if match:
            tally.add(0.5, line.cell, match.group())
            break
    if any(
        _RESEARCH_SHARE.search(c.metric) and "%" in c.unit and 0 < (c.value or 0.0) < _LITTLE
        for c in profile.indicators
    ):
        tally.total *= _TAUGHT_ONLY
    return tally.signal("research", full=3.0)


def _research_led(profile: RegionProfile, research: Signal) -> Signal:
    """How far research bodies are what the profile puts forward: their share of all actors named, times their weight."""
    bodies = sum(
        bool(words.RESEARCH.search(b.name) or words.NATIONAL_RESEARCH.search(b.name)) for b in profile.institutions
    )
    actors = bodies + len(profile.enterprises)
    share = bodies / actors if actors else 0.0
    return Signal(
        key="research_led", value=round(share * research.value, 4), cells=research.cells, words=research.words
    )


def _market(lines: tuple[_Line, ...], profile: RegionProfile) -> Signal:
    tally, harbours = _Tally(), 0.0
    trade = words.TRADE_INDUSTRY.search(profile.target_industry or "")
    if trade:
        tally.add(0.6, "profile:target_industry", trade.group())
    for line in _of(lines, "infrastructure", "markets", "resources", "background", "policies", "notes", "enterprises"):
        place = words.TRADE_PLACE.search(line.text)
        port = words.CROSSING.search(line.text)
        harbour = words.HARBOUR.search(line.text)
        fair = words.FAIR.search(line.text)
        if place:
            tally.add(0.35, line.cell, place.group())
        elif port:
            tally.add(0.25, line.cell, port.group())
        elif fair:
            tally.add(0.1, line.cell, fair.group())
        elif harbour:
            tally.add(max(0.0, min(_HARBOUR, _HARBOURS - harbours)), line.cell, harbour.group())
            harbours += _HARBOUR
    return tally.signal("market")


def _weakness(lines: tuple[_Line, ...], profile: RegionProfile, base: Signal) -> Signal:
    tally = _Tally()
    for line in _of(lines, "problems", "resources", "background", "notes"):
        strong = words.WEAK.search(line.text) or words.DECLINE.search(line.text)
        stated = line.sheet == "problems"
        mild = words.mildly_weak(line.text) if stated else ""
        if strong:
            tally.add(1.0 if stated else 0.6, line.cell, strong.group())
        elif mild:
            tally.add(0.5, line.cell, mild)
    for cell in profile.indicators:
        if _falls(cell):
            tally.add(0.5, cell.ref, cell.metric)
            break
    troubled = [firm for firm in profile.enterprises if words.TROUBLED.search(f"{firm.role} {firm.status} {firm.note}")]
    for firm in troubled:
        tally.add(0.5, firm.ref, firm.name)
    tally.total -= 0.5 * base.value
    return tally.signal("weakness", full=2.0)


def _falls(cell: ProfileIndicator) -> bool:
    """Whether a figure says that the region's economy or industry shrinks."""
    if _FALLING.search(cell.metric) and "%" in cell.unit:
        return (cell.value or 0.0) < 0
    if not _WHOLE.search(cell.metric):
        return False
    return (cell.growth_percent or 0.0) < 0 or any(_BESIDE.search(text) for text in (cell.unit, cell.unit_note))


def _loops(lines: tuple[_Line, ...]) -> Signal:
    tally = _Tally()
    first = True
    for line in _of(
        lines,
        "target",
        "region",
        "background",
        "resources",
        "infrastructure",
        "institutions",
        "policies",
        "markets",
        "notes",
    ):
        match = words.LOOP.search(line.text)
        if match:
            tally.add(0.6 if first else 0.2, line.cell, match.group())
            first = False
        elif hint := words.LOOP_HINT.search(line.text):
            tally.add(0.15, line.cell, hint.group())
    process: set[int] = set()
    for line in _of(lines, "target", "resources", "enterprises", "infrastructure"):
        for number, pattern in enumerate(words.PROCESS):
            match = pattern.search(line.text)
            if match and number not in process:
                process.add(number)
                tally.add(0.0, line.cell, match.group())
    if len(process) >= 2:
        tally.total += 0.3 if len(process) == 2 else 0.5
    return tally.signal("loops")


def _comprehensive(profile: RegionProfile, led: Signal, loops: Signal) -> Signal:
    """Whether the plan covers many industries at once.

    Industries of one kind count as one field. Less so when research is all the profile puts forward, or when it
    speaks of loops, which need several industries side by side.
    """
    target = (profile.target_industry or "").strip()
    if not target and not profile.target_chain:
        value, word = 1.0, "—"
    else:
        parts = [part for part in _SEPARATORS.split(target) if part.strip()]
        match = words.COMPREHENSIVE.search(target)
        value = 1.0 if match else {0: 0.0, 1: 0.0, 2: 0.2, 3: 0.7}.get(len(parts), 1.0)
        if not match and any(all(kind.search(part) for part in parts) for kind in _ONE_FIELD):
            value = 0.2 if len(parts) > 2 else 0.0
        word = match.group() if match else target
    return Signal(
        key="comprehensive", value=round(value * (1 - 0.8 * led.value) * (1 - 0.5 * loops.value), 4), cells=("profile:target_industry",) if value else (),
        words=(word,) if value else (),
    )  # fmt: skip


def _government(lines: tuple[_Line, ...]) -> Signal:
    tally = _Tally()
    for line in _of(lines, "region", "infrastructure", "policies", "background", "resources", "institutions", "notes"):
        for pattern in (words.DESIGNATION, words.GOVERNMENT_LED):
            match = pattern.search(line.text)
            if match:
                tally.add(0.34, line.cell, match.group())
                break
    return tally.signal("government")


def _kind(key: str, pattern: re.Pattern[str], profile: RegionProfile, *more: re.Pattern[str]) -> Signal:
    """How far the target industry is of a kind: the share of the industries named that one of its words names."""
    parts = [part for part in _SEPARATORS.split(profile.target_industry or "") if part.strip()]
    found = [next((match.group() for p in (pattern, *more) if (match := p.search(part))), "") for part in parts]
    hits = [word for word in found if word]
    if not hits:
        return Signal(key=key, value=0.0)
    return Signal(
        key=key,
        value=round(len(hits) / len(parts), 4),
        cells=("profile:target_industry",),
        words=tuple(dict.fromkeys(hits)),
    )


def _scaled(signal: Signal, factor: float) -> Signal:
    return signal.model_copy(update={"value": round(signal.value * factor, 4)})
