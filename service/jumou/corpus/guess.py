"""Reads title, number, issuer, date, level and region off a Chinese official text, where they plainly stand.

Each guess takes a text that is in one of the places where offices put it (GB/T 9704: title and number at the head,
signature and date at the end, a clause on coming into force); what is not there stays empty. References to other
documents in the body are never taken for the document's own.
"""

import re
import unicodedata
from typing import Final, NamedTuple

from jumou.domain.evidence import Level

_HEAD: Final = 1500
_TAIL: Final = 600
_LONGEST_TITLE: Final = 120
_HAN: Final = "\u4e00-\u9fff"
_ORGAN: Final = r"(?:人民政府(?:办公厅|办公室)?|国务院(?:办公厅)?|委员会(?:办公厅|办公室)?|办公厅|办公室|管委会|管理局|总局|税务局|[部委厅局])"
_KIND: Final = "通知|意见|办法|规划|方案|条例|规定|细则|措施|决定|公告|通告|报告|纲要|目录|指南|指引|政策|计划|规则|要点|批复|函|清单|标准|导则|白皮书|决议"
_NUMBER: Final = re.compile(rf"([{_HAN}]{{1,14}})[〔\[(【]((?:19|20)\d{{2}})[〕\])】]第?(\d{{1,5}})号")
_NUMBER_LABEL: Final = re.compile(r"(?:发文字号|文号|发文号):?")
_TITLE_END: Final = re.compile(
    rf"(?:{_KIND})(?:\((?:试行|暂行|修订|草案|征求意见稿|[^()]{{1,12}})\))?$|^中华人民共和国.{{2,30}}[法例]$"
)
_TITLE_ISSUER: Final = re.compile(rf"^((?:[{_HAN}]{{2,24}}{_ORGAN}[ 、]?){{1,4}})关于")
_LABELLED_ISSUER: Final = re.compile(r"(?:发文机关|发布机构|发布机关|制定机关|印发机关):\s*(\S{2,40})")
_SIGNED: Final = re.compile(rf"^[{_HAN}]{{2,30}}{_ORGAN}$")
_DAY: Final = r"((?:19|20)\d{2})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?"
_DATE_LINE: Final = re.compile(rf"^\(?{_DAY}\)?$")
_LABELLED_DATE: Final = re.compile(rf"(?:成文日期|印发日期|发文日期|发布日期):\s*{_DAY}")
_FORCE: Final = re.compile(
    rf"本(?:办法|规定|条例|细则|通知|意见|措施|政策|规则|指南|方案)自\s*{_DAY}起(?:施行|实施|执行)"
)
_CLOSED: Final = re.compile(r"内部资料|内部文件|内部使用|内部参考|不得外传|注意保存|(?:秘密|机密|绝密)\s*★")
_PLACE: Final = re.compile(
    rf"^([{_HAN}]{{2,7}}?(?:省|自治区))?([{_HAN}]{{2,8}}?(?:市|自治州|地区|盟))?([{_HAN}]{{1,8}}?(?:县|自治县|旗|区))?"
)
_PROVINCES: Final = "京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川贵黔云滇藏陕甘青宁新蒙"
_MUNICIPALITIES: Final = ("北京市", "天津市", "上海市", "重庆市")
_PARK: Final = re.compile(r"(?:开发区|高新区|高新技术产业|园区|新区|保税区|产业园|示范区)")
_STATE: Final = (
    "国务院", "国家", "中共中央", "中央", "工业和信息化部", "财政部", "科学技术部", "科技部", "自然资源部", "生态环境部", "商务部",
    "农业农村部", "住房和城乡建设部", "交通运输部", "人力资源和社会保障部", "教育部", "中国人民银行", "海关总署", "市场监管总局",
    "国务院办公厅", "全国人民代表大会", "国资委",
)  # fmt: skip
_STATE_PREFIXES: Final = {"国发": "国务院", "国函": "国务院", "国办发": "国务院办公厅", "国办函": "国务院办公厅"}


class Guess(NamedTuple):
    """What the text says of itself; empty where it does not."""

    title: str = ""
    document_number: str = ""
    issuer: str = ""
    issued: str = ""
    effective: str = ""
    level: Level = "unknown"
    country: str = ""
    regions: tuple[str, ...] = ()
    internal: bool = False


def guess(text: str, *, title: str = "") -> Guess:
    """What `text` says of itself; a `title` that is known is not guessed and helps with the rest."""
    folded = _folded(text)
    printed = [line.strip("# \t\u3000") for line in text[:_HEAD].split("\n")]
    printed = [line for line in printed if line]
    head = [_folded(line) for line in printed]
    tail = [line.strip() for line in folded[-_TAIL:].split("\n") if line.strip()]
    title = (title or _title(printed, head))[:_LONGEST_TITLE]
    number = _number(head)
    signed, dated = _signature(tail)
    issuer = _issuer(_folded(title), "\n".join(head[:40]), number, signed)
    issued = _date(_LABELLED_DATE.search("\n".join(head))) or dated or _headed_date(head)
    force = list(_FORCE.finditer(folded))
    level, regions = _standing(issuer, number)
    return Guess(
        title=title,
        document_number=number,
        issuer=issuer,
        issued=issued or (number[number.index("〔") + 1 :][:4] if number else ""),
        effective=_date(force[-1]) if force else "",
        level=level,
        country="中国" if level != "unknown" else "",
        regions=regions,
        internal=bool(_CLOSED.search("\n".join(head[:15]))),
    )


def _folded(text: str) -> str:
    """One width for brackets, digits and colons; letters stay."""
    return unicodedata.normalize("NFKC", text)


def _title(printed: list[str], head: list[str]) -> str:
    """One to three lines near the top that end like the name of an official text, as they are printed."""
    for start in range(min(8, len(head))):
        if not re.match(rf"[{_HAN}《“\"'A-Za-z0-9]", head[start]) or re.match(
            r"(?:根据|按照|依据|为|第|各)", head[start]
        ):
            continue
        joined = ""
        for number in range(start, min(start + 3, len(head))):
            joined += head[number]
            if re.search(r"[。;:!?]|文件$", joined) or _NUMBER.search(head[number]) or len(joined) > 80:
                break
            if len(joined) >= 6 and _TITLE_END.search(joined):
                begin = max([start, *(one for one in range(start + 1, number + 1) if "关于" in head[one])])
                return "".join(printed[begin : number + 1])
    return ""


def _number(head: list[str]) -> str:
    """A document number that has its line to itself or follows its label."""
    for line in head[:25]:
        found = _NUMBER.search(line)
        if found is None or len(line) > 60:
            continue
        before, after = line[: found.start()].strip("( "), line[found.end() :].strip(") ")
        if _NUMBER_LABEL.search(before) or (not before and (not after or after.startswith("签发"))):
            return f"{_unlabelled(found[1])}〔{found[2]}〕{found[3]}号"
    return ""


def _unlabelled(letters: str) -> str:
    return _NUMBER_LABEL.sub("", letters)


def _issuer(title: str, head: str, number: str, signed: str) -> str:
    if found := _LABELLED_ISSUER.search(head):
        return found[1].rstrip("。;,")
    if found := _TITLE_ISSUER.match(title):
        return found[1].strip(" 、").replace(" ", "、")
    if signed:
        return signed
    return _STATE_PREFIXES.get(number.partition("〔")[0], "")


def _signature(tail: list[str]) -> tuple[str, str]:
    """The office and the day at the end of the text."""
    for number in range(len(tail) - 1, -1, -1):
        found = _DATE_LINE.match(tail[number])
        if found:
            above = "".join(tail[number - 1][:60].split()) if number else ""
            return (above if _SIGNED.match(above) else ""), _date(found)
    return "", ""


def _headed_date(head: list[str]) -> str:
    """A day in brackets right below the title, as laws have it: （2023年5月1日…通过）."""
    for line in head[1:6]:
        if found := re.match(rf"^\({_DAY}[^)]{{0,80}}\)$", line):
            return _date(found)
    return ""


def _date(found: "re.Match[str] | None") -> str:
    if found is None:
        return ""
    year, month, day = (int(part) for part in found.groups()[:3])
    return f"{year}-{month:02}-{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 else ""


def _standing(issuer: str, number: str) -> tuple[Level, tuple[str, ...]]:
    """Level and region of the office; where it names neither, unknown."""
    first = issuer.split("、", maxsplit=1)[0].removeprefix("中共").removeprefix("中国共产党")
    if first.startswith(_STATE):
        return "national", ("全国",)
    found = _PLACE.match(first)
    province, city, county = found.groups() if found else (None, None, None)
    regions = tuple(part for part in (province, city, county) if part)
    if _PARK.search(first) and "人民政府" not in first:
        return "park", tuple(part for part in regions if not _PARK.search(part)) or regions
    if county and (city or province or not county.endswith("区")):
        return "county", regions
    if city in _MUNICIPALITIES or (province and not city):
        return "provincial", regions
    if city:
        return "city", regions
    if number and number[0] in _PROVINCES and re.match(r".(?:政|府)", number) and not regions:
        return "provincial", ()
    return "unknown", ()
