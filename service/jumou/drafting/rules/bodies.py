"""Who leads and who joins, named by office and not by person, at the region's level."""

import re
from typing import Final

from jumou.domain.framework import Language, Name
from jumou.domain.playbook import Department
from jumou.domain.region import RegionLevel, RegionProfile

_PREFIX: Final[dict[RegionLevel, str]] = {
    "national": "国家",
    "provincial": "省",
    "city": "市",
    "county": "县（市、区）",
    "park": "园区",
    "town": "镇",
    "other": "",
}

_DEPARTMENTS: Final[dict[Department, Name]] = {
    "government": Name("人民政府（管委会）办公室", "office of the government (park committee)"),
    "drc": Name("发展改革部门", "development and reform department"),
    "industry": Name("工业和信息化部门", "industry and information technology department"),
    "commerce": Name("商务（投资促进）部门", "commerce (investment promotion) department"),
    "science": Name("科技部门", "science and technology department"),
    "finance": Name("财政（金融）部门", "finance department"),
    "hr": Name("人力资源社会保障部门", "human resources department"),
    "talent": Name("人才工作部门", "talent office"),
    "education": Name("教育部门", "education department"),
    "land": Name("自然资源部门", "natural resources department"),
    "ecology": Name("生态环境部门", "ecology and environment department"),
    "market": Name("市场监管部门", "market regulation department"),
    "data": Name("数据管理部门", "data department"),
    "park": Name("园区管理机构", "park management body"),
    "firms": Name("骨干企业", "leading firms"),
    "institutions": Name("高校院所", "universities and institutes"),
    "associations": Name("行业协会（商会）", "industry associations"),
    "investor": Name("国有投资运营平台", "state investment operator"),
    "banks": Name("金融机构", "financial institutions"),
    "media": Name("宣传部门", "publicity department"),
    "agriculture": Name("农业农村部门", "agriculture department"),
    "tourism": Name("文化和旅游部门", "culture and tourism department"),
    "transport": Name("交通运输部门", "transport department"),
    "health": Name("卫生健康部门", "health department"),
    "water": Name("水利（水务）部门", "water department"),
}
_WITHOUT_PREFIX: Final[frozenset[Department]] = frozenset(
    ("park", "firms", "institutions", "associations", "investor", "banks")
)
_ABROAD: Final[dict[Department, Name]] = {
    "drc": Name("经济发展主管机构", "economic development authority"),
    "industry": Name("产业主管机构", "industry agency"),
    "commerce": Name("投资与贸易促进机构", "investment and trade agency"),
    "science": Name("科技部门", "innovation agency"),
    "finance": Name("财政（金融）部门", "finance office"),
    "education": Name("教育部门", "education authority"),
    "ecology": Name("生态环境部门", "environment agency"),
    "market": Name("市场监管部门", "standards and consumer-protection office"),
    "data": Name("数据管理部门", "digital services office"),
    "park": Name("园区管理机构", "site management body"),
    "hr": Name("就业与技能主管机构", "employment and skills agency"),
    "talent": Name("就业与技能主管机构", "employment and skills agency"),
    "land": Name("规划主管机构", "planning authority"),
    "investor": Name("公共投资机构", "public investment body"),
    "media": Name("对外宣传机构", "communications office"),
    "agriculture": Name("农业与食品主管机构", "agriculture and food agency"),
    "tourism": Name("旅游与文化机构", "tourism and culture agency"),
    "transport": Name("交通主管机构", "transport authority"),
    "health": Name("卫生与照护主管机构", "health and care authority"),
    "water": Name("水务主管机构", "water authority"),
    "government": Name("地方政府（合作机制）办公室", "office of the local government or partnership"),
}


def body(profile: RegionProfile, department: Department, language: Language) -> str:
    """The office's name: with the level's prefix in Chinese, in general terms outside China."""
    if abroad(profile):
        return _ABROAD.get(department, _DEPARTMENTS[department]).in_(language)
    name = _DEPARTMENTS[department].in_(language)
    if language == "en" or department in _WITHOUT_PREFIX:
        return name
    return f"{_prefix(profile)}{name}"


def _prefix(profile: RegionProfile) -> str:
    """The level as the region's own name ends (县, 区, 旗), which of 县（市、区） it is."""
    own = re.search(r"[县市区旗]$", profile.name.strip())
    if profile.level == "county" and own:
        return own.group()
    return _PREFIX[profile.level]


def abroad(profile: RegionProfile) -> bool:
    """Whether the region lies outside China, so that Chinese rules do not bind it."""
    return profile.abroad
