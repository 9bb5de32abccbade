"""OpenAI's own client against `jumou serve`."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest

from jumou.testing import ModelServer
from jumou.testing.serving import Serving

ANSWERABLE = "政府投资基金可以有返投要求吗？"


@pytest.fixture
def gpt(serving: Serving) -> Iterator[openai.OpenAI]:
    """The client, as anybody would make it."""
    with openai.OpenAI(base_url=f"{serving.address}/openai/v1", api_key="none", max_retries=0) as made:
        yield made


def said(*texts: str) -> Any:
    """A conversation that begins with the user."""
    return [{"role": "user" if n % 2 == 0 else "assistant", "content": text} for n, text in enumerate(texts)]


def test_it_lists_its_models(gpt: openai.OpenAI) -> None:
    assert [model.id for model in gpt.models.list()] == ["jumou", "jumou-rules"]
    assert gpt.models.retrieve("jumou").owned_by == "jumou"


def test_an_answer_has_its_sources_as_footnotes(gpt: openai.OpenAI) -> None:
    answer = gpt.chat.completions.create(model="jumou", messages=said(ANSWERABLE))
    text = answer.choices[0].message.content or ""
    body, _, notes = text.partition("\n---\n")
    assert set(re.findall(r"\[\d+\]", body)) == set(re.findall(r"^\[\d+\]", notes, re.MULTILINE)) != set()
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.total_tokens > 0


def test_a_stream_says_the_same_as_a_whole_answer(gpt: openai.OpenAI) -> None:
    whole = gpt.chat.completions.create(model="jumou", messages=said(ANSWERABLE)).choices[0].message.content
    stream = gpt.chat.completions.create(
        model="jumou", messages=said(ANSWERABLE), stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == whole
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage is not None


def test_a_vision_is_drafted_over_several_turns_though_nothing_is_kept(gpt: openai.OpenAI) -> None:
    conversation: list[str] = []
    for text in ("请拟一个愿景", "瓦房店市", "轴承", "2030年", "全国"):
        conversation.append(text)
        answer = gpt.chat.completions.create(model="jumou", messages=said(*conversation))
        conversation.append(answer.choices[0].message.content or "")
    assert "**V3**" in conversation[-1]
    compared = gpt.chat.completions.create(model="jumou", messages=said(*conversation, "比较一下"))
    assert "| V1 | V2 | V3 |" in (compared.choices[0].message.content or "")


def test_a_profile_in_the_system_message_is_the_region(gpt: openai.OpenAI) -> None:
    profile = json.dumps({"name": "瓦房店市", "industry": "轴承", "horizon": 2030}, ensure_ascii=False)
    messages: Any = [{"role": "system", "content": f"区域资料:{profile}"}, *said("请拟一个全国性的愿景")]
    text = gpt.chat.completions.create(model="jumou", messages=messages).choices[0].message.content or ""
    assert "到2030年，瓦房店市" in text


def test_what_the_evidence_does_not_carry_is_refused(gpt: openai.OpenAI) -> None:
    answer = gpt.chat.completions.create(model="jumou-rules", messages=said("火星基地的制氧工艺路线是什么？"))
    assert "不作推测" in (answer.choices[0].message.content or "")
    extra: Any = answer.model_extra
    assert extra["jumou"]["refused"] is True


def test_errors_have_the_form_the_client_reads(gpt: openai.OpenAI, client: httpx.Client) -> None:
    with pytest.raises(openai.NotFoundError) as missing:
        gpt.chat.completions.create(model="gpt-4", messages=said("你好"))
    assert missing.value.code == "model_not_found"
    with pytest.raises(openai.BadRequestError) as wrong:
        gpt.chat.completions.create(model="jumou", messages=[{"role": "assistant", "content": "嗯"}])
    assert "用户" in wrong.value.message or "user" in wrong.value.message
    assert "error" in client.post("/openai/v1/chat/completions", content=b"{").json()


def test_a_models_answer_streams_checked_and_with_sources(
    with_model: Serving, speaks: tuple[httpx.Client, ModelServer]
) -> None:
    _, model = speaks
    model.script = lambda _: "返投要求逐步取消[1]，拉动投资8837亿元。"
    with openai.OpenAI(base_url=f"{with_model.address}/openai/v1", api_key="none", max_retries=0) as gpt:
        stream = gpt.chat.completions.create(model="jumou", messages=said(ANSWERABLE), stream=True)
        pieces = [chunk.choices[0].delta.content or "" for chunk in stream]
        body, _, notes = "".join(pieces).partition("\n---\n")
        assert body.startswith("返投要求逐步取消[1]，拉动投资8837亿元（未见依据的数字：8837）。")
        assert "[1] " in notes
        asked = model.calls
        gpt.chat.completions.create(model="jumou-rules", messages=said(ANSWERABLE))
        assert model.calls == asked
