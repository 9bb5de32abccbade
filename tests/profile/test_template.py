"""The workbook planners fill in: empty it lacks a name only, filled it reads back as the same values."""

import string
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from jumou.domain.framework import Language
from jumou.domain.region import RegionProfile
from jumou.errors import NotFound
from jumou.profile import check_profile, read_profile, sample_names, sample_profile, write_template
from jumou.profile.inert import cleaned
from jumou.profile.samples import sample_path
from jumou.profile.sheets import LEVELS, MEASURES, ROLES, SHEETS, STATUSES, Choice

LANGUAGES = ("zh", "en")
SHEET_FIELDS = [sheet.field for sheet in SHEETS]


def values(profile: RegionProfile) -> dict[str, object]:
    """What a profile says, without the places of its rows and the wording of its level."""
    content = profile.model_dump(exclude={"level_text"})
    return {
        key: [{**row, "ref": ""} if isinstance(row, dict) else row for row in rows] if key in SHEET_FIELDS else rows
        for key, rows in content.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_template_lacks_the_name_only(tmp_path: Path, language: Language) -> None:
    path = write_template(tmp_path / "t.xlsx", language)
    problems = check_profile(path, language)
    assert [(item.severity, item.sheet, item.row) for item in problems] == [
        ("error", "区域" if language == "zh" else "Region", 2)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_template_with_a_name_is_a_profile(tmp_path: Path, language: Language) -> None:
    path = write_template(tmp_path / "t.xlsx", language)
    book = openpyxl.load_workbook(path)
    book.worksheets[1]["B2"] = "某县"
    book.save(path)
    assert check_profile(path) == []
    assert read_profile(path) == RegionProfile(name="某县", level="county")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_template_guides_who_fills_it(tmp_path: Path, language: Language) -> None:
    book = openpyxl.load_workbook(write_template(tmp_path / "t.xlsx", language))
    assert len(book.sheetnames) == len(SHEETS) + 2
    for page, sheet in zip(book.worksheets[2:], SHEETS, strict=True):
        assert page.title == (sheet.zh if language == "zh" else sheet.name)
        assert str(page["A2"].value).startswith("▸")
        assert page.freeze_panes.endswith("3")
        shown = [column for column in sheet.columns if not column.rare]
        assert [cell.value for cell in page[1]] == [column.zh if language == "zh" else column.name for column in shown]
        assert all(cell.comment is not None for cell in page[1])
        assert all(page.column_dimensions[cell.column_letter].width >= 10 for cell in page[1])
        offered = [rule.formula1 for rule in page.data_validations.dataValidation]
        assert all(len(formula) < 256 for formula in offered)
        for column in shown:
            for choice in column.choices:
                assert any((choice.zh if language == "zh" else choice.key) in formula for formula in offered)
    levels = book.worksheets[1].data_validations.dataValidation[0].formula1
    assert all((choice.zh if language == "zh" else choice.key) in levels for choice in LEVELS)


words = (
    st.text(
        st.sampled_from(string.ascii_letters + "产业集群链某市=+@'，。（）《》0123456789&<>\""), min_size=1, max_size=12
    )
    .map(lambda text: f"甲{text}")
    .filter(lambda text: not cleaned(text)[1])
)  # markup is taken out: test_inert holds that
numbers = st.floats(0, 1e6, allow_nan=False).map(lambda number: round(number, 4))
years = st.integers(2015, 2024)


def optional(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def row(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(fields)


def keys(choices: tuple[Choice, ...]) -> st.SearchStrategy[str]:
    return st.sampled_from([choice.key for choice in choices])


profiles = st.builds(
    RegionProfile,
    name=words,
    level=st.sampled_from(["provincial", "city", "county", "park", "town"]),
    parent=words.map(lambda text: f"{text}省"),
    country=st.just("中国"),
    target_industry=optional(words),
    base_year=st.just(2023),
    horizon=st.just(2030),
    indicators=st.lists(
        row(
            metric=words,
            value=optional(numbers),
            unit=words,
            year=optional(years),
            growth_percent=optional(st.integers(-90, 900)),
            status=keys(STATUSES),
            note=words,
        ),
        max_size=4,
    ),
    industries=st.lists(
        row(area=words, sector=words, measure=keys(MEASURES), year=years, region_value=numbers, unit=st.just("")),
        max_size=3,
        unique_by=lambda item: item["sector"],
    ),
    enterprises=st.lists(
        row(name=words, role=keys(ROLES), output=optional(numbers), year=optional(years), status=words), max_size=3
    ),
    institutions=st.lists(row(name=words, kind=words, level=st.sampled_from(["national", "city", "校级"])), max_size=2),
    resources=st.lists(row(name=words, value=optional(numbers), unit=words), max_size=2),
    infrastructure=st.lists(row(name=words, raw=words, year=optional(years)), max_size=2),
    constraints=st.lists(row(statement=words, severity=st.sampled_from(["high", "mid", "low"])), max_size=2),
    policies=st.lists(row(name=words, year=optional(years), content=words), max_size=2),
    notes=st.lists(words, max_size=2),
    sources=st.lists(row(id=words, url=words), max_size=2, unique_by=lambda item: item["id"]),
)


@settings(
    max_examples=15,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking writes workbooks for minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(profile=profiles, language=st.sampled_from(LANGUAGES))
def test_a_filled_template_reads_back_as_the_same_values(
    tmp_path: Path, profile: RegionProfile, language: Language
) -> None:
    read = read_profile(write_template(tmp_path / "t.xlsx", language, profile))
    wanted = values(profile)
    for field in SHEET_FIELDS:  # rows that say the same are counted once
        rows = wanted[field]
        assert isinstance(rows, list)
        wanted[field] = [
            item for number, item in enumerate(rows) if item not in rows[:number] or field in ("notes", "sources")
        ]
    assert values(read) == wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sparse_profile_survives_the_workbook(tmp_path: Path, language: Language, shared: Path) -> None:
    """Qualified figures and remarks on units have columns of their own once a profile needs them."""
    for file in sorted((shared / "expert_plans").glob("*.json"))[::6]:
        profile = read_profile(file)
        assert values(read_profile(write_template(tmp_path / "t.xlsx", language, profile))) == values(profile)


def test_the_samples_are_sound() -> None:
    assert set(sample_names()) >= {"changchun", "hefei"}
    for name in sample_names():
        assert check_profile(sample_path(name)) == []
        profile = sample_profile(name)
        assert profile == read_profile(sample_path(name))
        assert profile.target_industry
        known = {source.id for source in profile.sources}
        assert all(cell.source_id in known for cell in profile.indicators if cell.value is not None)


def test_an_unknown_sample_names_those_there_are() -> None:
    with pytest.raises(NotFound) as refused:
        sample_path("atlantis")
    assert "changchun" in refused.value.message("zh")


def test_a_sample_may_be_named_by_no_path() -> None:
    with pytest.raises(NotFound):
        sample_profile(str(Path("..") / "samples" / "hefei"))
