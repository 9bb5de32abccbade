"""What a search may be narrowed to, and what it gives back."""

import re
import unicodedata
from typing import Final

from pydantic import Field

from jumou.domain.evidence import Document, DocumentKind, DocumentStatus, Level, Passage
from jumou.domain.framework import ModeKey, ProjectType
from jumou.domain.model import Model


class Filter(Model):
    """Conditions a document must meet; every field that is not empty must match, by any of its values.

    `regions` compares names without their rank (安徽 is 安徽省); a nationwide document has the region 全国 and matches
    only that. `industries` matches when one word contains the other. Dates are YYYY, YYYY-MM or YYYY-MM-DD, both ends
    included; a document without a date does not match a date. `workspaces` defaults to all of them.
    """

    kinds: tuple[DocumentKind, ...] = ()
    levels: tuple[Level, ...] = ()
    regions: tuple[str, ...] = ()
    statuses: tuple[DocumentStatus, ...] = ()
    modes: tuple[ModeKey, ...] = ()
    project_types: tuple[ProjectType, ...] = ()
    industries: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    issued_from: str = Field(default="", pattern=r"^(\d{4}(-\d{2}(-\d{2})?)?)?$")
    issued_to: str = Field(default="", pattern=r"^(\d{4}(-\d{2}(-\d{2})?)?)?$")
    document_ids: tuple[str, ...] = ()
    workspaces: tuple[str, ...] = ()
    classifications: tuple[str, ...] = ()


class Hit(Model):
    """A passage found, its document, and why: `parts` holds the normalised and raw scores it is made of."""

    passage: Passage
    document: Document
    score: float
    parts: dict[str, float] = Field(default_factory=dict)
    own: bool = Field(default=False, description="the document is about the region that is being planned")
    outdated: bool = Field(
        default=False, description="superseded or expired: shown for want of current ones, or asked for"
    )


_PEOPLES: Final = (
    "各|蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗"
    "|撒拉|毛南|仡佬|锡伯|普米|塔吉克|怒|鄂温克|德昂|保安|裕固|独龙|鄂伦春"
)
_RANKS: Final = re.compile(
    rf"(?:(?:(?:{_PEOPLES})族|蒙古|哈萨克|柯尔克孜|塔吉克)*自治[州县旗]|特别行政区|自治区|新区|省|市|地区|盟|县|区|旗|州)$"
)
_PARTS: Final = re.compile(r"[\u4e00-\u9fff]+?(?:省|自治[区州县旗]|地区|市|盟|县|区|旗)")


def place(name: str) -> str:
    """A region's name without its rank, to compare by: 安徽省 and 安徽 are one, so are Hefei and hefei."""
    folded = " ".join(unicodedata.normalize("NFKC", name).lower().split())
    folded = re.sub(r"[ -](?:city|province|county|prefecture|municipality|region|district)$", "", folded)
    for name_, short in (("内蒙古", "内蒙古"), ("广西", "广西"), ("西藏", "西藏"), ("宁夏", "宁夏"), ("新疆", "新疆")):
        if folded.startswith(name_) and folded.endswith("自治区"):
            return short
    short = _RANKS.sub("", folded)
    return short if len(short) >= 2 else folded


def places(name: str) -> frozenset[str]:
    """The forms a document may call the region: the whole name, and the last part of one like 吉林省长春市."""
    parts = _PARTS.findall(unicodedata.normalize("NFKC", name))
    return frozenset({place(name), place(parts[-1]) if len(parts) > 1 and "".join(parts) == name else place(name)})


def date_bounds(date: str) -> tuple[int, int]:
    """The first and last day, as YYYYMMDD, that `date` (year, month or day) may mean; (0, 0) when it is no date."""
    match = re.match(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", date)
    if not match:
        return 0, 0
    year, month, day = (int(part) if part else 0 for part in match.groups())
    return year * 10000 + (month or 1) * 100 + (day or 1), year * 10000 + (month or 12) * 100 + (day or 31)
