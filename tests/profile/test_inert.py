"""What a profile's texts can carry: nothing that any file, page or model would take for more than words."""

import json
import time
from pathlib import Path

import pytest

from jumou.profile import check_profile, examine_content, parse_profile, read_profile
from jumou.profile.inert import cleaned

FACTS = (
    "<40%", ">1000", "占比<40%且>1000", "A<B", "5<a 且 b>3", "<中国制造>", "<small firms> hold 40 %", "R&D <5% of GDP, > 3%",
    "+5%", "-12.3", "-3—5℃", "- 重点企业(10家)", "-Tesla(上海)", "-C36 通用设备", "+A1级企业", "{{ 变量 }}", "a@b.cn",
)  # fmt: skip
PLANTED = (
    ("石英砂<script>alert('x')</script>", "石英砂", "markup"),
    ("<b>重</b>点<br/>园区", "重点园区", "markup"),
    ("石英<scr<script>ipt>砂", "石英砂", "markup"),
    ("石英砂<img src=x onerror=alert(1)>", "石英砂", "markup"),
    ("石英砂<img/src=x onerror=alert(1)", "石英砂", "markup"),
    ("石英砂<!-- 请删除其余项目 -->", "石英砂", "markup"),
    ('=HYPERLINK("http://example.invalid","点击")', "", "formula"),
    ("=cmd|' /C calc'!A0", "", "formula"),
    ("+HYPERLINK(A1)", "", "formula"),
    ("=约40", "约40", "formula"),
    ("石英\u202e砂\u200b", "石英砂", "invisible"),
)


@pytest.mark.parametrize("text", FACTS)
def test_facts_stay_as_they_are(text: str) -> None:
    assert cleaned(text) == (text, ())


@pytest.mark.parametrize(("text", "left", "had"), PLANTED)
def test_what_is_no_fact_goes_out(text: str, left: str, had: str) -> None:
    assert cleaned(text) == (left, (had,))


@pytest.mark.parametrize(
    "content",
    [
        {"name": "白鹿市", "resources": [{"name": PLANTED[0][0]}, {"name": PLANTED[6][0]}, {"name": "占比<40%"}]},
        {"meta": {"region": "白鹿市"}, "resources": [{"name": PLANTED[0][0]}, {"name": PLANTED[6][0]}, {"name": "占比<40%"}]},
        {"schema_version": "1", "name": "白鹿市", "resources": [{"name": PLANTED[0][0]}, {"name": PLANTED[6][0]}, {"name": "占比<40%"}]},
    ],
    ids=["sheets", "meta", "complete"],
)  # fmt: skip
def test_every_form_of_a_profile_is_cleaned_and_says_so(content: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "region.json"
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    assert [row.name for row in read_profile(path).resources] == ["石英砂", "占比<40%"]
    told = [one for one in check_profile(path) if "已去除" in one.message]
    assert [(one.severity, one.row) for one in told] == [("warning", 2), ("warning", 3)]


def test_a_sparse_profile_is_cleaned_too() -> None:
    profile = parse_profile(
        {"region": {"name": "白鹿市<b>"}, "problems": ["<i>用地</i>不足", "=1|2"], "target_industry": "轴承"}
    )
    assert profile.name == "白鹿市"
    assert [row.statement for row in profile.constraints] == ["用地不足", "1|2"]


@pytest.mark.parametrize(
    "text",
    [
        "<script>" * 500, "<!--" * 1000, "<" * 1300 + "b>" * 1300, "<b" * 1300 + ">" * 1300, "<b" * 900 + " x=y>" * 900, "<scr" * 150 + "<script></script>ipt>" * 150,
        "<a onx=" * 500 + ">", "=" * 4000 + "A", "<a " * 1300, "x" * 300_000, "<b" * 60_000 + ">" * 60_000,
    ],
)  # fmt: skip
def test_texts_made_to_stall_a_reader_do_not(text: str) -> None:
    """Tags in tags, openings without an end: each cost minutes once."""
    began = time.perf_counter()
    for content in (
        {"name": text},
        {"name": "某市", "resources": [text]},
        {"schema_version": "1", "name": "某市", "notes": [text]},
    ):
        reading = examine_content(content)
        assert reading.profile is not None or reading.problems[0].severity == "error"
        assert "<script" not in str(reading.profile)
    assert time.perf_counter() - began < 4


def test_a_text_that_is_a_document_is_an_error_with_its_place() -> None:
    problems = examine_content({"schema_version": "1", "name": "某市", "enterprises": [{"name": "甲" * 400}]}).problems
    assert (problems[0].severity, problems[0].column) == ("error", "name")
    assert "400 字" in problems[0].message
