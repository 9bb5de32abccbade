"""What a planner settles by saying it: the region, the industry, the last year, and how far a vision is to reach.

Only these four are read from prose, and each is repeated to the planner. Nothing here decides, approves or adopts.
"""

import re
from datetime import UTC, datetime
from typing import Final

from jumou.corpus.chains import find_chains, load_chains
from jumou.domain.chat import Brief
from jumou.domain.framework import Language
from jumou.profile.divisions import division

_YEARS: Final = 5
_FURTHEST: Final = 15
_LONGEST_NAME: Final = 30
_PLACE: Final = re.compile(
    r"[\u4e00-\u9fff]{1,14}?(?:自治区|自治州|自治县|开发区|高新区|新区|园区|省|市|县|区|旗|盟|州)"
)
_ENGLISH_PLACE: Final = re.compile(
    r"\b((?:[A-Z][\w'’-]+ ){1,4}(?:City|County|Province|District|Prefecture|Region|Zone))\b"
)
_LEADING: Final = re.compile(r"^.*?(?:我们?是|我们?在|请为|请给|请帮|帮|给|为|在|把|是|的|到|：|:)")
_YEAR: Final = re.compile(r"(?<!\d)(20\d{2})(?!\d)")
_TERM: Final = re.compile(r"(?<!\d)(\d{1,2}|[一二三四五六七八九十]{1,2})\s*(?:年期|年内|年规划|年(?!代)|[- ]?years?)")
_NUMERALS: Final = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_PLAN_TERMS: Final = {"十五五": 2030, "15th five-year": 2030, "十六五": 2035}
_UNDECIDED: Final = re.compile(
    r"默认|随便|都行|都可以|你定|您定|你来定|不清楚|不知道|不限|无所谓|由你|default|whatever|you decide|don'?t know|not sure|up to you|any(?:thing)? is fine",
    re.IGNORECASE,
)
_CHANGE: Final = re.compile(r"改[为成]|换[为成]|改用|而是|change|instead|switch", re.IGNORECASE)
_SCOPES: Final[tuple[tuple[str, str, str], ...]] = (
    (r"全球|世界|国际|global|world|international", "全球", "global"),
    (r"东北|northeast", "东北", "Northeast China"),
    (r"华北|north china", "华北", "North China"),
    (r"华东|east china", "华东", "East China"),
    (r"华南|south china", "华南", "South China"),
    (r"华中|中部|central china", "中部", "Central China"),
    (r"西南|southwest", "西南", "Southwest China"),
    (r"西北|northwest", "西北", "Northwest China"),
    (r"长三角|yangtze", "长三角", "Yangtze Delta"),
    (r"京津冀|jing-?jin-?ji", "京津冀", "Beijing–Tianjin–Hebei"),
    (r"粤港澳|大湾区|greater bay", "粤港澳大湾区", "Greater Bay Area"),
    (r"成渝|chengdu[-–]chongqing", "成渝", "Chengdu–Chongqing"),
    (r"全国|国内|国家级?|national|nation", "全国", "national"),
    (r"全省|省内|省级|全区|provincial|province", "全省", "provincial"),
    (r"全市|市内|市级|municipal", "全市", "municipal"),
    (r"区域|周边|regional|local", "区域", "regional"),
)
_FILLER: Final = re.compile(
    r"^(?:我们?|主要|想|要|打算|重点|发展|是|做|以|the|our|we|focus on|want)+|(?:为主|吧|呢|。|\.|！|!)+$",
    re.IGNORECASE,
)


def settle(brief: Brief, said: str, language: Language, *, fixed_region: bool = False) -> Brief:
    """The brief after what was said. What is settled stays, unless the planner says that it changes."""
    found = brief
    changes = _CHANGE.search(said) is not None
    undecided = _UNDECIDED.search(said) is not None
    if not fixed_region and not brief.region and (region := _region(said, asked=brief.asked == "region")):
        found = found.model_copy(update={"region": region})
    rest = said.replace(found.region, " ") if found.region else said
    if (not found.industry or changes) and (
        industry := _industry(rest, language, asked=brief.asked == "industry" and not undecided)
    ):
        found = found.model_copy(update={"industry": industry})
    horizon = _horizon(rest)
    if horizon is None and brief.asked == "horizon" and undecided:
        horizon = first_year() + _YEARS - 1
    if horizon is not None and (brief.horizon is None or changes or brief.asked == "horizon"):
        found = found.model_copy(update={"horizon": horizon})
    scope = _scope(rest, language, asked=brief.asked == "scope", undecided=undecided)
    if scope and (not brief.scope or changes or brief.asked == "scope"):
        found = found.model_copy(update={"scope": scope})
    return found.model_copy(update={"asked": None})


def first_year() -> int:
    """The first year of a plan that is begun today: one drafted in autumn begins with the new year."""
    now = datetime.now(UTC)
    return now.year if now.month <= 6 else now.year + 1


def _region(said: str, *, asked: bool) -> str:
    for match in _PLACE.finditer(said):
        known = division(match.group())
        if known is not None:
            return known.name
    english = _ENGLISH_PLACE.search(said)
    if english is not None:
        return english[1]
    bare = _LEADING.sub("", said).strip("。,，.!！?？ ") if asked else ""
    if bare and len(bare) <= _LONGEST_NAME:
        known = division(bare)
        return known.name if known is not None else bare
    for match in _PLACE.finditer(said):  # a park or town that no table lists
        name = _LEADING.sub("", match.group())
        if 3 <= len(name) <= 14 and name.endswith(("开发区", "高新区", "新区", "园区")):
            return name
    return ""


def _industry(said: str, language: Language, *, asked: bool) -> str:
    bare = _FILLER.sub("", said.strip())
    if asked and bare and len(bare) <= _LONGEST_NAME and "?" not in bare and "？" not in bare:
        return bare
    matches = find_chains(said)
    if not matches:
        return ""
    chain = load_chains()[matches[0].chain_id]
    aliases = sorted((*chain.aliases.zh, *chain.aliases.en), key=len, reverse=True)
    folded = said.lower()
    spoken = next((alias for alias in aliases if alias.lower() in folded), "")
    return spoken or chain.name.in_(language)


def _horizon(said: str) -> int | None:
    first = first_year()
    years = [year for found in _YEAR.findall(said) if first <= (year := int(found)) <= first + _FURTHEST]
    if years:
        return max(years)
    for words, year in _PLAN_TERMS.items():
        if words in said.lower():
            return year
    term = _TERM.search(said)
    if term is None:
        return None
    length = int(term[1]) if term[1].isdigit() else sum(_NUMERALS[sign] for sign in term[1])
    return first + length - 1 if 2 <= length <= _FURTHEST else None


def _scope(said: str, language: Language, *, asked: bool, undecided: bool) -> str:
    for pattern, zh, en in _SCOPES:
        if re.search(pattern, said, re.IGNORECASE):
            return zh if language == "zh" else en
    if not asked:
        return ""
    bare = said.strip("。,，.!！ ")
    return "auto" if undecided or not bare or len(bare) > _LONGEST_NAME or "?" in bare or "？" in bare else bare
