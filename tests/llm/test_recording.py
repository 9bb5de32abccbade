import asyncio
from pathlib import Path

import pytest

from jumou.errors import NotFound
from jumou.llm import LangchainEndpoint, LanguageModel, Message, Piece
from jumou.testing import ModelServer, RecordedEndpoint

HELLO = (Message("user", "你好"),)


def test_a_conversation_is_recorded_once_and_played_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Word for word, with its tokens, and without the model."""
    path = tmp_path / "talk.json"
    monkeypatch.setenv("JUMOU_RECORD", "1")
    with ModelServer(lambda _: "瓦房店是轴承之都。") as server:
        real = LangchainEndpoint("openai:scripted", base_url=server.url)
        first = asyncio.run(RecordedEndpoint(path, real=real).reply(HELLO))
        again = asyncio.run(RecordedEndpoint(path, real=real).reply(HELLO))
        assert server.calls == 1
    monkeypatch.delenv("JUMOU_RECORD")
    played = LanguageModel(RecordedEndpoint(path), tmp_path)
    assert first == again == asyncio.run(played.run().write(HELLO, max_tokens=1024))

    async def streamed() -> list[Piece]:
        return [piece async for piece in RecordedEndpoint(path).stream(HELLO)]

    assert "".join(piece.text for piece in asyncio.run(streamed())) == first.text


def test_a_question_that_was_not_recorded_fails_loudly(tmp_path: Path) -> None:
    """With the words that were asked, and how to record them."""
    with pytest.raises(NotFound, match="not recorded") as missed:
        asyncio.run(RecordedEndpoint(tmp_path / "none.json").reply(HELLO))
    assert "JUMOU_RECORD" in missed.value.message("zh")
