"""What a planner wants of a turn, as far as rules can tell. A wrong guess costs a question, never a decision."""

import re
from typing import Final, Literal

from jumou.domain.chat import Brief

Intent = Literal["help", "adopt", "compare", "vision", "gaps", "indicators", "evidence"]

_HELP: Final = re.compile(
    r"^(?:你好|您好|嗨|hi|hello|hey|help|帮助)\W*$|你能做什么|你会什么|怎么用|你是谁|what can you do|who are you|how do (?:i|you) use",
    re.IGNORECASE,
)
_ADOPT: Final = re.compile(
    r"(?:采用|采纳|选定|确定|批准|通过|就用|就选|选用|我选|adopt|choose|pick|approve|take|go with)\W{0,3}.{0,12}"
    r"(?:方案|候选|愿景|V[1-9]|第.{1,2}[个条]|[1-9一二三甲乙丙]|candidate|option|vision|the (?:first|second|third))",
    re.IGNORECASE,
)
_COMPARE: Final = re.compile(
    r"比较|对比|区别|差异|不同|优劣|哪个好|哪一?个更|compare|differ|versus|\bvs\b|which (?:one )?is better",
    re.IGNORECASE,
)
_VISION: Final = re.compile(r"愿景|战略定位|发展定位|总体定位|目标定位|定位|vision|positioning", re.IGNORECASE)
_DRAFTING: Final = re.compile(
    r"拟|起草|提出|写|设计|制定|生成|来[一几三]|帮|请为|请给|想要?|需要|形成|改[为成]|换[为成]|重新|再来"
    r"|\b(?:draft|write|propose|suggest|make|create|help|need|want|design|develop|change|again|new)\b",
    re.IGNORECASE,
)
ASKING: Final = re.compile(
    r"[?？]|什么|哪|怎|如何|多少|吗|呢|是否|\b(?:what|how|which|who|when|where|why|does|did|is|are)\b", re.IGNORECASE
)
_GAPS: Final = re.compile(
    r"短板|缺口|薄弱|弱项|不足|缺什么|缺哪些|缺少|断点|堵点|补链|gaps?\b|weak|missing|shortfall|lack", re.IGNORECASE
)
_INDICATORS: Final = re.compile(
    r"指标|区位商|集中度|专业化|份额|增速|产值|增加值|数据|数字|多少|indicator|quotient|figures?\b|numbers?\b|output|growth|share|how (?:many|much)",
    re.IGNORECASE,
)
_OWN: Final = re.compile(
    r"我们|我市|我县|我区|我省|咱们|本市|本县|本区|本省|本地|当地|该区域|这里|\bour\b|\bwe\b|\bhere\b|the region\b|\bmy\b",
    re.IGNORECASE,
)
_SHORT: Final = 40


def intent(said: str, brief: Brief, *, settled_more: bool, has_proposal: bool) -> Intent:
    """What is wanted. `settled_more`: the words settled something of the brief."""
    text = said.strip()
    asking = ASKING.search(text) is not None
    if _HELP.search(text):
        return "help"
    if has_proposal and _ADOPT.search(text) and not asking:
        return "adopt"
    if has_proposal and _COMPARE.search(text):
        return "compare"
    if _VISION.search(text) and (_DRAFTING.search(text) or not asking):
        return "vision"
    if brief.asked and (settled_more or (len(text) <= _SHORT and not asking)):
        return "vision"
    own = _OWN.search(text) is not None or (bool(brief.region) and brief.region in text)
    if own and _GAPS.search(text):
        return "gaps"
    if own and _INDICATORS.search(text):
        return "indicators"
    if settled_more and not asking and len(text) <= _SHORT and brief.region:
        return "vision"
    return "evidence"
