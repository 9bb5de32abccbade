"""What a model says is checked the same however it arrives in pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jumou.chat.guard import Guard
from jumou.chat.workbench import Shown
from jumou.domain.evidence import Citation

TEXTS = (
    "返投要求取消[1]，预计投资8837亿元，持续多年。其中12.5%来自基金[9]。",
    "1. 设立基金\n2. 到2030年，规模达到346家[1]\n- 5G 与 C36 不是数字。",
    "<think>想一想 77</think>该市有 1,234 家企业，增长 12.5 个百分点。",
    "Invest 99 million by 2030 [1], that is 12.5% more; see [4].",
    "没有任何数字的一段话。第二句！第三句？",
)


def guard() -> Guard:
    shown = Shown("zh")
    shown.show(Citation(passage_id="d#1", document_id="d", quote="占12.5%。", title="文件"), "基金占12.5%。")
    return Guard("zh", shown, "不得复述的说明文字共有二十个字以上才算泄露", ["占12.5%，346家。"])


def said(text: str, cuts: list[int]) -> tuple[str, list[str]]:
    made = guard()
    places = sorted({min(cut, len(text)) for cut in cuts})
    pieces = [text[begin:end] for begin, end in zip([0, *places], [*places, len(text)], strict=True)]
    return "".join(made.feed(piece) for piece in pieces) + made.end(), made.findings


@pytest.mark.parametrize("text", TEXTS)
@given(cuts=st.lists(st.integers(0, 80), max_size=12))
def test_the_pieces_it_comes_in_make_no_difference(text: str, cuts: list[int]) -> None:
    assert said(text, cuts) == said(text, list(range(len(text))))


def test_a_text_without_figures_passes_at_once() -> None:
    made = guard()
    assert made.feed("立足现有基础") == "立足现有基础"


def test_a_carried_figure_passes_and_another_is_marked() -> None:
    text, findings = said("占12.5%。共88家。", [])
    assert text == "占12.5%。共88家（未见依据的数字：88）。"
    assert findings == ["figure 88"]


def test_thoughts_and_instructions_are_not_shown() -> None:
    assert said("<think>秘密 5</think>好的。", [3, 9])[0] == "好的。"
    text, findings = said("说明是：不得复述的说明文字共有二十个字以上才算泄露，请看。", [2, 8, 14, 20])
    assert "二十个字以上才算泄露" not in text
    assert findings == ["instructions"]


@pytest.mark.parametrize("ordinal", ["1. ", "2、", "3）", "**4.** ", "- 5. "])
def test_the_number_of_a_list_is_no_figure(ordinal: str) -> None:
    assert said(f"{ordinal}设立基金。", [])[1] == []
