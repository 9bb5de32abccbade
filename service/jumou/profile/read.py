"""Reading a region's profile from a file, a folder or a request, with every problem on the way."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from jumou.domain.framework import Language
from jumou.domain.region import ProfileProblem, RegionProfile
from jumou.errors import InvalidProfile, RefusedFile
from jumou.profile.files import csv_files, json_object, nested_beyond, raw_bytes
from jumou.profile.folder import only_file, sheets_in
from jumou.profile.inert import inert
from jumou.profile.places import placed
from jumou.profile.plausible import plausible
from jumou.profile.rows import Reader
from jumou.profile.shapes import fields_of, fields_of_sheets
from jumou.profile.workbook import read_workbook

_DEEPEST: Final = 32
_WORKBOOKS: Final = (".xlsx", ".xlsm", ".xls", ".et")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a profile file gave: the profile, unless an error stands among the problems; errors come first."""

    profile: RegionProfile | None
    problems: tuple[ProfileProblem, ...]


def read_profile(path: Path | str, language: Language = "zh") -> RegionProfile:
    """The profile in a workbook, a JSON file or a folder of CSV files.

    `language` is the language of the problems, not of the profile. JSON may be a complete profile, sheets by name, or
    the sparse form (a region, a target industry, background facts); a file with an `input` object is read from there.

    Raises:
        InvalidProfile: it cannot be read or does not hold together; carries every problem with its place.
    """
    return _settled(examine_profile(path, language))


def parse_profile(content: Mapping[str, Any], language: Language = "zh") -> RegionProfile:
    """The profile in a JSON object, in any of the forms a JSON file may have.

    Raises:
        InvalidProfile: it does not hold together; carries every problem with its place.
    """
    return _settled(examine_content(content, language))


def examine_profile(path: Path | str, language: Language = "zh") -> Reading:
    """The profile at `path` and everything found wrong with it; raises nothing for a bad file."""
    path = Path(path)
    reader = Reader(path.name, language)
    try:
        fields = _fields_at(path, reader)
    except RefusedFile as refused:
        reader.report("error", refused.message_zh, refused.message_en, mend_zh=refused.mend_zh, mend_en=refused.mend_en)
        return Reading(None, reader.sorted())
    return _built(fields, reader)


def examine_content(content: Mapping[str, Any], language: Language = "zh") -> Reading:
    """The profile in a JSON object and everything found wrong with it; raises nothing."""
    reader = Reader("", language)
    try:
        fields = _fields_in(content, reader)
    except RefusedFile as refused:
        reader.report("error", refused.message_zh, refused.message_en, mend_zh=refused.mend_zh, mend_en=refused.mend_en)
        return Reading(None, reader.sorted())
    return _built(fields, reader)


def _fields_in(content: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    if nested_beyond(content, _DEEPEST):
        raise RefusedFile(
            f"资料嵌套超过 {_DEEPEST} 层。", f"the profile is nested more than {_DEEPEST} levels deep.",
            mend_zh="请参照样例 changchun。", mend_en="See the sample changchun.",
        )  # fmt: skip
    return fields_of(content, reader)


def _fields_at(path: Path, reader: Reader) -> dict[str, Any]:
    if path.is_dir():
        one = only_file(path)
        if one is not None:
            reader.file = one.name
            return _fields_at(one, reader)
        head, tables, unknown = sheets_in(path)
    elif path.suffix.lower() == ".json":
        content, repeated = json_object(path)
        for key in repeated:
            reader.report(
                "warning", f"键“{key}”在同一对象中出现两次，只读取最后一个", f"key “{key}” stands twice in an object; the last counts",
                column=key, mend_zh="请删除或改名其中一个。", mend_en="Delete or rename one of them.",
            )  # fmt: skip
        return _fields_in(content, reader)
    elif path.suffix.lower() == ".csv":
        head, tables, unknown = csv_files([path])
    elif path.suffix.lower() not in _WORKBOOKS and path.is_file():
        raise RefusedFile(
            f"不支持 {path.suffix or path.name} 格式。", f"{path.suffix or path.name} is no format of a profile.",
            mend_zh="请提供 .xlsx、.json 或 CSV 文件夹。", mend_en="Give an .xlsx, a .json or a folder of CSV files.",
        )  # fmt: skip
    else:
        head, tables, unknown = read_workbook(raw_bytes(path), path.name)
    for name in unknown:
        reader.report(
            "warning", f"不认识的表“{name}”，未读取", f"unknown sheet “{name}” is not read", sheet=name,
            mend_zh="请使用模板中的表名。", mend_en="Use the template's sheet names.",
        )  # fmt: skip
    return fields_of_sheets(head, tables, reader)


def _built(fields: dict[str, Any], reader: Reader) -> Reading:
    fields = placed(inert(fields, reader))
    if not fields.get("name") and not reader.failed():
        reader.report(
            "error", "没有写区域名称", "the region's name is missing", sheet="meta", row=reader.head_rows.get("name"), column="name",
            mend_zh="请在“区域”表或 name 处填写区域名称，如“长春市”。", mend_en="Write it on sheet Region or under name, e.g. 长春市.",
        )  # fmt: skip
        fields["name"] = "?"
    try:
        profile = RegionProfile.model_validate(fields)
    except ValidationError as problem:
        reader.report_invalid(problem)
        return Reading(None, reader.sorted())
    profile = plausible(profile, reader)
    problems = reader.sorted()
    return Reading(None if any(item.severity == "error" for item in problems) else profile, problems)


def _settled(reading: Reading) -> RegionProfile:
    if reading.profile is None:
        raise InvalidProfile(reading.problems)
    return reading.profile
