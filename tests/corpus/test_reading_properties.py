"""Laws of what is done to a text between file and passage."""

from hypothesis import given
from hypothesis import strategies as st

from jumou.corpus.readers.encoding import decoded
from jumou.corpus.readers.limits import Limits
from jumou.corpus.readers.lines import paragraphs
from jumou.corpus.readers.markdown import read_markdown
from jumou.corpus.readers.numbering import chinese
from jumou.corpus.readers.tables import rows_as_text
from jumou.corpus.readers.tidy import tidied
from jumou.corpus.split import passages
from jumou.domain.quoting import comparable

VISIBLE = st.characters(
    codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"], exclude_characters="\x85\u200e\u200f"
)
TEXTS = st.text()
PROSE = st.text(st.sampled_from("产业集群发展。，；第一章条（）12 a\n\r\t\u3000#-—"), max_size=400)


@given(TEXTS | PROSE)
def test_passages_rebuild_any_tidied_text(text: str) -> None:
    kept = tidied(text)
    assert "".join(passage.text for passage in passages("d", kept)) == kept


@given(TEXTS | PROSE)
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    assert tidied(tidied(text)) == tidied(text)


@given(st.text(VISIBLE) | PROSE)
def test_tidying_loses_and_adds_no_visible_character(text: str) -> None:
    assert comparable(tidied(text)) == comparable(text)


@given(st.lists(st.text(st.sampled_from("产业发展。，第条一二 ab1"), max_size=60), max_size=20), st.integers(1, 5))
def test_joining_lines_loses_and_adds_no_character(lines: list[str], size: int) -> None:
    pages = ["\n".join(lines[start : start + size]) for start in range(0, len(lines), size)]
    assert comparable(paragraphs(pages, {})) == comparable("\n".join(pages))


@given(st.lists(st.lists(st.text(VISIBLE, max_size=12), max_size=6), max_size=8))
def test_every_cell_of_a_table_is_kept(rows: list[list[str]]) -> None:
    text = "\n".join(rows_as_text(rows))
    assert all(" ".join(cell.split()) in text for row in rows for cell in row)


@given(st.text(st.sampled_from("产业集群区域经济发展企业园区政策创新，。第一条\n 12ab"), min_size=1, max_size=200))
def test_everyday_chinese_is_told_in_gb18030(text: str) -> None:
    text = f"产业集群{text}"  # a few pairs of bytes such as those of 一 alone are letters of UTF-8 as well
    assert decoded(text.encode("gb18030"), "a.txt") == text


@given(st.lists(st.sampled_from(["# 甲", "## 乙", "文字。", "---", "===", "```", "", "- 项"]), max_size=20))
def test_markdown_keeps_all_words(lines: list[str]) -> None:
    read = read_markdown(f"\n{chr(10).join(lines)}".encode(), "a.md", Limits())
    assert [word for word in read.text.split() if word[0] not in "#=-"] == [
        word for word in "\n".join(lines).split() if word[0] not in "#=-"
    ]


def test_chinese_numbers_are_written_as_articles_are_counted() -> None:
    assert [chinese(number) for number in (1, 10, 12, 20, 21, 100, 101, 110, 123, 1005, 2020)] == [
        "一", "十", "十二", "二十", "二十一", "一百", "一百零一", "一百一十", "一百二十三", "一千零五", "二千零二十",
    ]  # fmt: skip
