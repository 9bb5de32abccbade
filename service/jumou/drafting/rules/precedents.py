"""What a project leans on: a case that did the same, and a policy that calls for it, each in the sentence that shows it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NamedTuple

from jumou.domain.evidence import Citation, Document, Passage, Statement
from jumou.domain.framework import PROJECT_TYPES
from jumou.drafting.comparable import level_likeness
from jumou.drafting.context import DraftContext
from jumou.drafting.desk import Told, words_of
from jumou.drafting.rules.benchmarks import industry_nearness
from jumou.drafting.rules.bodies import abroad
from jumou.drafting.rules.selection import Candidate
from jumou.drafting.wording import Said
from jumou.retrieval import Filter, Hit

_OF_THE_PLAN: Final = 96
_OF_A_PROJECT: Final = 12
"""Passages found. Shipped documents are short and read whole: the passage found is seldom the one that tells how it was done."""

_ENOUGH, _FURTHER, _MOST_SHOWN = 2, 0.2, 1.6
"""A sentence that speaks of a measure in two ways is about it; each further way counts a little more."""

_HINT, _ABOUT = 0.5, 1.0
"""How far a sentence has to speak of the measure: a policy that is not about this type of project, in two ways."""

_FIGURES: Final = 0.16
_MOST_NUMBERS: Final = 2
_RESULT: Final = re.compile(
    r"目标(?:方面|为|是)|规模方面|占全[国省市]|年均增长|已?实现的?产值|规划口径"
    r"|\b(?:was founded|by media reports|ranked|running total|forecast)\b|\bis (?:a|an|the largest)\b", re.IGNORECASE
)  # fmt: skip
"""From such a share of digits on, and with such words, a sentence counts results or aims; it does not say what was done."""

_DOUBTFUL: Final = re.compile(r"〔待核〕|未核|文号为|[^，。]*印发日期|\d+日(?:发布|印发)|资料中没有体现|来源中未见")
"""A sentence that is doubtful, or tells only when a document came out, shows nobody how to do a thing."""

_PRACTICE, _NEAR, _LEVEL, _TYPE, _WORDS = 0.8, 0.6, 0.15, 0.15, 0.5
_USED, _MOST_USED, _COUNTED = 0.3, 3, 0.35
_WARNS: Final = re.compile(
    r"\b(?:fail|declin|cannot|hard limits?|risks?|must|depend|only if|lacked|too )", re.IGNORECASE
)
"""An English summary has no sections: by such words a sentence is a lesson or a reservation."""

_FAULTS: Final = re.compile(r"不足|缺乏|滞后|失败|受挫|亏损|空置|过剩|未能|偏低|闲置")
"""What went wrong is no practice to follow."""

_AREAS: Final[dict[str, tuple[str, ...]]] = {
    "中部": ("山西", "安徽", "江西", "河南", "湖北", "湖南"), "东北": ("辽宁", "吉林", "黑龙江"),
    "西部": ("内蒙古", "广西", "重庆", "四川", "贵州", "云南", "西藏", "陕西", "甘肃", "青海", "宁夏", "新疆"), "贵州": ("贵州",),
    "长三角": ("上海", "江苏", "浙江", "安徽"), "京津冀": ("北京", "天津", "河北"), "粤港澳": ("广东",),
}  # fmt: skip
"""National policies for a part of the country name it in their titles; they hold for its provinces."""

_BINDS, _ELSEWHERE, _OWN = 0.3, -0.15, 0.3
"""A policy of the country or of the region's own province binds; one of another province or country is an example. What
people added themselves they want to be used.
"""

_ACTS: Final = re.compile(
    r"建(?!议)|设立|设置|引(?:进|入|来|导)|推(?:动|进|行|广|出)|办(?:展|会|学|起)|开展|组建|出台|发布|集中|实行|采用|举办|先.{1,14}再|提供|支持|布局|改革|下放|整合|扩|培育|吸引|资助|"
    r"统筹|聚焦|以.{2,24}(?:带动|接|换|形成|吸引|强化|推广|锚|体)|配备|给予|开放|对接|共享|共用|延伸|转向|升级|换|缩短|降低|要求|应(?!用|链)|须|不得|宜|可以|牵头|防止|鼓励|允许|优先|衍生|推手|回流"
    r"|\b(?:buil[dt]s?|sets? up|created?|creates|opened|opens|ran|runs?|offer(?:s|ed)?|funds?|funded|gave|gives?|made it|requires?d?|bro(?:ught)|brings?|shared?|shares|designed|trains?|trained|attract(?:s|ed)?|"
    r"links?|linked|supports?|supported|joins?|joined|turned|starte?d?|launched|pushed|ke(?:ep|eps|pt)|invested|invests|merged|coordinat\w+|manage[sd]?|organi[sz]e[sd]?|promote[sd]?|planned|pooled?|provide[sd]?|"
    r"help(?:s|ed)?|conceived|adopt(?:s|ed)?|paid|moved|spread|certifi\w+|grants?|granted|competed|worked together|exchange[sd]?|should|must|combine[sd]?|developed|won|replaced|renewed|upgrad\w+|stage[sd]?|host(?:s|ed)?)\b",
    re.IGNORECASE,
)
"""Words of doing: a sentence without one gives a state or a number, and shows nobody how a thing is done."""

_STATES: Final = re.compile(
    r"概念方面|类型方面|分工方面|概况|界定为|分为.{0,6}[类层种]|由.{1,4}部分组成|不适用|[两三]份文件|定位在|[两三四五]层，|占比|集中体现|是.{2,30}的代表|代表.{2,12}延伸|覆盖.{2,60}领域。|\d+(?:\.\d+)?(?:亿|万)"
    r"|\b(?:had|has|have|drew|draws) (?:about|over|nearly|some|around|only)?\s*(?:\d|one|two|a third|half)|accounts? for|\bemploy(?:s|ed)\b|is the (?:largest|biggest)|analysts? (?:note|credit)|\bcites?\b"
    r"|\bmakes? (?:tiles|cars)|was bought|square kilomet|since \d{4}\.$|Jobs created are|cannot be rebuilt",
    re.IGNORECASE,
)
"""Definitions, shares and sizes."""

_DIRECT, _DONE_ELSEWHERE, _DISTANT = 2, 1, 0
"""How far a precedent bears on a project: it did the same in a like industry; elsewhere; or it is only the nearest there is."""

_OF_A_CHAIN: Final = frozenset(("industry", "node", "platform", "facility", "segment"))
_SAME_FIELD: Final = 0.4
_SHARED: Final = 0.12
"""From this relatedness of industries on, or this share of the project's own words, a text is about a like thing."""

_SECTIONS: Final[dict[str, float]] = {
    "成功因素": 0.35, "主要内容": 0.3, "发展历程": 0.2, "标志性项目": 0.2, "聚合动力与要素": 0.05, "概述": -0.1,
    "教训与启示": -0.15, "适用条件与限制": -0.2, "受挫原因": -0.2, "概况": -0.3, "可借鉴条件": -0.3,
}  # fmt: skip
"""Where a text tells how a thing was done, and where it gives the setting, the lesson or the reservation."""

_LEADS: Final[tuple[tuple[tuple[str, ...], tuple[str, str]], ...]] = (
    (("教训与启示", "受挫原因"), ("应吸取{title}的教训：“{quote}”", "A lesson from {title}: “{quote}”")),
    (("可借鉴条件", "适用条件与限制"), ("参照{title}时应注意：“{quote}”", "A reservation from {title}: “{quote}”")),
    (("聚合动力与要素",), ("{title}的经验是：“{quote}”", "The experience of {title}: “{quote}”")),
    (("概况",), ("可对照{title}的情况：“{quote}”", "For comparison, {title}: “{quote}”")),
)  # fmt: skip
_ELSEWHERE_DONE: Final = (
    "产业与本区域不同，借鉴{title}办同类事项的做法：“{quote}”",
    "Another industry, for how such a thing was done ({title}): “{quote}”",
)
_ONLY_NEAREST: Final = (
    "未找到直接可比的先例，{title}的情况只作一般参考：“{quote}”",
    "No directly comparable precedent was found; {title} is a distant comparison only: “{quote}”",
)
_OF_A_CASE: Final = ("可参照{title}的做法：“{quote}”", "For comparison, {title}: “{quote}”")
_OF_A_POLICY: Final = ("政策依据为{title}：“{quote}”", "{title} calls for it: “{quote}”")


class _Read(NamedTuple):
    """A document, its sentences, how far each speaks of a measure, how far it has to, and how the document fits the plan."""

    document: Document
    told: Told
    shown: tuple[float, ...]
    least: float
    fits: float


class _Weighed(NamedTuple):
    """A sentence as a precedent."""

    bears: int
    worth: float
    sentence: str
    passage: Passage
    document: Document

    def rank(self) -> tuple[int, float, str]:
        """The greater the better."""
        return self[:3]


@dataclass(slots=True)
class Precedents:
    """Finds the precedents of one plan's projects; what one project leans on, others lean on less."""

    ctx: DraftContext
    _cases: list[Hit] | None = None
    _policies: list[Hit] | None = None
    _near: dict[tuple[str, str], float] = field(default_factory=dict)
    _used: Counter[str] = field(default_factory=Counter)
    _said: set[str] = field(default_factory=set)
    _led: dict[str, tuple[str, str]] = field(default_factory=dict)

    def of(self, item: Candidate, query: str, name: str) -> tuple[Citation, ...]:
        """One case and one policy that did or support the same, the nearest in industry first.

        A quote has to tell what was done, and a policy what it requires, in a like field; a policy that does not is left out.
        Where no quote does, the nearest text stands in, and the project says that it is no direct precedent.
        """
        cases, policies = self._found(query)
        wanted = words_of(f"{query} {name}")
        case, policy = self._best(cases, item, wanted), self._best(policies, item, wanted)
        if policy is not None and policy.bears < _DIRECT and case is not None and case.bears >= policy.bears:
            policy = None
        if case is not None and policy is not None and case.bears == _DISTANT:
            case = None
        cited = tuple(self._quoted(item, one) for one in (case, policy) if one is not None)
        desk = self.ctx.desk
        return cited or desk.cite(
            [*cases, *policies] or desk.find(PROJECT_TYPES[item.archetype.type].zh, limit=8), [query, name], most=1
        )

    def _found(self, query: str) -> tuple[list[Hit], list[Hit]]:
        """Cases and policies: those nearest to the plan's industry, once, and those nearest to a project's own words."""
        desk, outside = self.ctx.desk, abroad(self.ctx.profile)
        worked = Filter(kinds=("case",), outcomes=("success", "mixed"))
        if outside:  # cases from elsewhere are nearer
            worked = worked.model_copy(update={"levels": ("international",)})
        rules = Filter(kinds=("policy", "user"))
        if self._cases is None or self._policies is None:
            about = f"{self.ctx.industry.name} {self.ctx.industry.chain.name.in_(self.ctx.language)}"
            self._cases = desk.find(about, limit=_OF_THE_PLAN, where=worked, benchmarks=True)
            self._policies = desk.find(about, limit=_OF_THE_PLAN, where=rules)
        cases = [*self._cases, *desk.find(query, limit=_OF_A_PROJECT, where=worked, benchmarks=True)]
        policies = [*self._policies, *desk.find(query, limit=_OF_A_PROJECT, where=rules)]
        if outside:  # China's policies bind and pay for nothing there
            policies = [hit for hit in policies if hit.document.kind == "user" or hit.document.level == "international"]
        return cases, policies

    def rationale(self, item: Candidate, precedents: tuple[Citation, ...]) -> Statement:
        """Why the project is proposed: the gap, and what the first precedent shows."""
        write, gap = self.ctx.writer, item.gap
        if not precedents:
            return write.say(
                "针对诊断所列“{gap}”（{gap_id}）提出；尚未找到可参照的做法。",
                "Answers “{gap}” ({gap_id}) of the diagnosis; no precedent was found.",
                gap=gap.name, gap_id=gap.id, figures=gap.figures,
            )  # fmt: skip
        first = precedents[0]
        zh, en = self._led.get(first.passage_id, _ONLY_NEAREST)
        title = f"《{first.title}》" if self.ctx.language == "zh" else f"“{first.title}”"
        return write.say(
            "针对诊断所列“{gap}”（{gap_id}）提出；" + zh,
            "Answers “{gap}” ({gap_id}) of the diagnosis. " + en,
            gap=gap.name,
            gap_id=gap.id,
            title=Said(title, first.document_id),
            quote=first.quote,
            figures=gap.figures,
            citations=precedents[:1],
        )

    def _best(self, hits: Iterable[Hit], item: Candidate, wanted: frozenset[str]) -> "_Weighed | None":
        documents: dict[str, tuple[Document, dict[str, Passage]]] = {}
        for hit in hits:
            documents.setdefault(hit.document.id, (hit.document, {}))[1][hit.passage.id] = hit.passage
        read: list[_Read] = []
        for document, found in documents.values():
            if document.outdated or (document.level == "national" and not self._binds(document)):
                continue  # the latter is for another part of the country
            told = self._told(document, found.values())
            least = _HINT if document.kind == "case" or item.archetype.type in document.project_types else _ABOUT
            shown = all_show(item.archetype.shows, told.texts)
            read.append(_Read(document, told, shown, least, self._fits(document, item)))
        best = max(self._weighed(read, item, wanted), key=_Weighed.rank, default=None)
        if best is None or best.bears == _DISTANT:  # only then can a sentence win that does not speak of the measure
            cases = [one for one in read if one.document.kind == "case"]
            others = self._weighed(cases, item, wanted, beside=True)
            best = max(others if best is None else (best, *others), key=_Weighed.rank, default=None)
        return best

    def _weighed(
        self, read: Iterable["_Read"], item: Candidate, wanted: frozenset[str], *, beside: bool = False
    ) -> Iterator["_Weighed"]:
        """The sentences that speak of the measure (`beside`: the others), each with what it is worth as a precedent."""
        for document, told, shares, least, fits in read:
            for place, shown in enumerate(shares):
                if (shown < least) is not beside or told.texts[place] in self._said:
                    continue
                sentence, passage = told.texts[place], told.passages[place]
                shared = len(wanted & words_of(sentence)) / max(1, len(wanted))
                worth = fits + _PRACTICE * shown + _WORDS * shared + _SECTIONS.get(section_of(passage), 0.0)
                worth -= _COUNTED * (_counts(sentence) + _warns(sentence))
                bears = _DISTANT if beside else self._bears(document, item, sentence, shown, shared)
                yield _Weighed(bears, worth, sentence, passage, document)

    def _bears(self, document: Document, item: Candidate, sentence: str, shown: float, shared: float) -> int:
        """How far a sentence bears on a project: told as a thing done, about its measure, in a like industry or in its own words."""
        if document.workspace:
            return _DIRECT  # what people added themselves they want to be used
        if not _acts(sentence) or _counts(sentence):
            return _DISTANT
        like = self._near_to(document, item) >= _SAME_FIELD or shared >= _SHARED
        if document.kind == "case":
            return _DIRECT if like else _DONE_ELSEWHERE
        if item.archetype.type not in document.project_types:
            return _DISTANT
        ours = self._binds(document) or self._near_to(document, item) >= _SAME_FIELD
        return _DIRECT if ours and shared >= _SHARED and shown >= _ABOUT else _DONE_ELSEWHERE

    def _near_to(self, document: Document, item: Candidate) -> float:
        """How near a document's industries are to those the project is about: its own chain's where it has one of several."""
        own = item.chain if item.archetype.per in _OF_A_CHAIN and len(self.ctx.industry.chains) > 1 else None
        key = (document.id, own.id if own else "")
        if key not in self._near:
            self._near[key] = industry_nearness(self.ctx, document, own)
        return self._near[key]

    def _told(self, document: Document, found: Iterable[Passage]) -> Told:
        """The sentences of a document; of one that somebody added, which may be a book, those of the passages found."""
        desk = self.ctx.desk
        return desk.told_in(found) if document.workspace else desk.told(document.id)

    def _fits(self, document: Document, item: Candidate) -> float:
        """How far a document is about a region, an industry and a way of growing such as these."""
        ctx = self.ctx
        if document.kind == "case":
            place = _LEVEL * level_likeness(ctx.profile.level, document.level or "")
        else:
            place = _BINDS if self._binds(document) else _ELSEWHERE
        kind = item.archetype.type in document.project_types
        used = min(self._used[document.id], _MOST_USED)
        own = _OWN * bool(document.workspace)
        return _NEAR * self._near_to(document, item) + place + own + _TYPE * kind - _USED * used

    def _binds(self, document: Document) -> bool:
        """Whether a policy holds where the region lies; what people handed in is theirs."""
        profile = self.ctx.profile
        if document.kind == "user":
            return True
        if abroad(profile):
            return document.country == profile.country
        lies_in = f"{profile.parent}{profile.name}"
        if document.level == "national":
            areas = [provinces for area, provinces in _AREAS.items() if area in document.title]
            return not areas or any(province in lies_in for provinces in areas for province in provinces)
        return any(region in lies_in for region in document.regions if region)

    def _quoted(self, item: Candidate, best: "_Weighed") -> Citation:
        bears, _, sentence, passage, document = best
        self._used[document.id] += 1
        self._said.add(sentence)
        section = section_of(passage)
        if (self.ctx.language == "en" and _WARNS.search(sentence)) or _FAULTS.search(sentence):
            section = "教训与启示"
        elif _counts(sentence):
            section = "概况"
        led = next((words for sections, words in _LEADS if section in sections), None)
        own = document.kind != "case" and self._binds(document)
        far = _ONLY_NEAREST if bears == _DISTANT else None
        if far is None and led is None and not own and self._near_to(document, item) < _SAME_FIELD:
            far = _ELSEWHERE_DONE
        self._led[passage.id] = far or led or (_OF_A_POLICY if own else _OF_A_CASE)
        return self.ctx.desk.quote(passage, document, sentence)


def section_of(passage: Passage) -> str:
    """The heading a passage stands under."""
    return passage.section.rpartition(" / ")[2]


@lru_cache(maxsize=16_384)  # the same documents are weighed for every plan
def all_show(pattern: str, sentences: tuple[str, ...]) -> tuple[float, ...]:
    """As `shows`, for the sentences of one document."""
    return tuple(shows(pattern, sentence) for sentence in sentences)


def shows(pattern: str, sentence: str) -> float:
    """How far a sentence speaks of the measures of a pattern: 0 not at all, 1 it is about them, a little more for more of them."""
    if _DOUBTFUL.search(sentence):
        return 0.0
    ways = len({match.group().lower() for match in _compiled(pattern).finditer(sentence)})
    return min(_MOST_SHOWN, min(1.0, ways / _ENOUGH) + _FURTHER * max(0, ways - _ENOUGH))


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


@lru_cache(maxsize=32_768)
def _warns(sentence: str) -> bool:
    return bool(_WARNS.search(sentence))


@lru_cache(maxsize=32_768)
def _acts(sentence: str) -> bool:
    """Whether a sentence tells of a thing done, not of how things stand."""
    return bool(_ACTS.search(sentence)) and not _STATES.search(sentence)


@lru_cache(maxsize=32_768)
def _counts(sentence: str) -> bool:
    digits = sum(char.isdigit() for char in sentence)
    many = len(re.findall(r"\d[\d.,]*", sentence)) > _MOST_NUMBERS
    return many or digits >= _FIGURES * len(sentence) or bool(_RESULT.search(sentence))
