"""What methods, quality flags and measures are called in a plan; keys without a name are shown as they are."""

from collections.abc import Iterable
from typing import Final

from jumou.analysis.region import PARTS
from jumou.domain.framework import Language, Name
from jumou.export.terms import term

METHODS: Final[dict[str, Name]] = {
    "lq": Name("区位熵", "location quotient"),
    "shift_share": Name("偏离份额法", "shift-share"),
    "hhi": Name("赫芬达尔指数", "Herfindahl index"),
    "krugman": Name("克鲁格曼指数", "Krugman index"),
    "linkage": Name("投入产出关联", "input-output linkage"),
    "gap_ratio": Name("对标差距比", "ratio to peers"),
    "percentile": Name("对标百分位", "percentile among peers"),
    "chain_gap": Name("产业链缺口排序", "ranking of chain gaps"),
    "mode_scoring": Name("模式评分", "mode scoring"),
    "endowment": Name("禀赋系数", "endowment coefficient"),
    "ratio": Name("比率", "ratio"),
    "eci": Name("经济复杂度", "economic complexity"),
}

FLAGS: Final[dict[str, Name]] = {
    "scope_differs": Name("口径不一致", "scopes differ"),
    "scope_error": Name("口径错误", "scope error"),
    "part_of_region": Name("仅含部分区域", "part of the region"),
    "derived": Name("推算值", "derived"),
    "estimate": Name("估计值", "estimate"),
    "preliminary": Name("初步数", "preliminary"),
    "rounded": Name("取整值", "rounded"),
    "lower bound": Name("下限值", "lower bound"),
    "current_prices": Name("现价", "current prices"),
    "base_year_matters": Name("受基期影响大", "base year matters"),
    "old_table": Name("投入产出表较早", "old table"),
    "coarse_sectors": Name("部门划分较粗", "coarse sectors"),
    "reprinted_peer_figures": Name("对标数据为转引", "reprinted peer figures"),
    "years_differ": Name("年份不一致", "years differ"),
    "firms_seen_in_profile_only": Name("仅据资料所列企业", "firms of the profile only"),
    "read_from_words": Name("部分据文字判读", "partly read from words"),
    "close": Name("得分接近", "close"),
    "unstable_small": Name("基数小、不稳定", "small and unstable"),
    "band_high": Name("高集中", "high concentration"),
    "band_moderate": Name("中等集中", "moderate concentration"),
    "band_low": Name("低集中", "low concentration"),
    "from_baseline": Name("由基期推算", "from the baseline"),
    "relative": Name("相对值", "relative"),
    "conflict": Name("来源冲突", "sources conflict"),
    "indicative": Name("仅供参考", "indicative"),
}

_MEASURES: Final = {
    "output": "产值", "value_added": "增加值", "revenue": "营业收入", "jobs": "就业", "firms": "企业数", "base": "基期", "openness": "资料缺失度",
}  # fmt: skip
_MORE_PARTS: Final = {"leaders": Name("龙头集中度", "leaders")}
_PHRASES: Final = (
    ("two-sided, against the nation", "与全国比"),
    ("China, domestic inputs, 33 sectors", "全国33部门国内投入"),
    ("R&D spending, base GDP", "研发经费（以地区生产总值为基准）"),
)


def flags(names: Iterable[str], language: Language) -> str:
    """Quality flags in words."""
    return ("、" if language == "zh" else ", ").join(term(FLAGS, name, language) for name in names)


def part(key: str, language: Language) -> str:
    """A part of a criterion of the mode choice."""
    return term({**PARTS, **_MORE_PARTS}, key, language)


def scope(text: str, language: Language) -> str:
    """An indicator's scope; in Chinese, the measures by their Chinese names."""
    if language == "en":
        return text
    for phrase, words in _PHRASES:
        text = text.replace(phrase, words)
    return " ".join(_MEASURES.get(word, word) for word in text.split(" "))
