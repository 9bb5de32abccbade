import asyncio
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Literal

import pytest

from jumou.domain.model import Model
from jumou.errors import InvalidRequest, MalformedAnswer, MissingExtra, ModelRefused, ModelUnavailable
from jumou.llm import LangchainEndpoint, LanguageModel, Message, Reply, ToolSpec, open_model
from jumou.settings import Settings
from jumou.testing import Fault, ModelServer, Request, Words

Make = Callable[..., tuple[LanguageModel, ModelServer]]
HELLO = (Message("system", "你是助手。"), Message("user", "你好"))
SEARCH = ToolSpec(
    "search", "search", {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
)


class Town(Model):
    """An answer with a shape."""

    name: str
    level: Literal["city", "county"]


def script(request: Request) -> Any:
    if "聚谋" in request.text:
        return {"word": "聚谋", "number": 4}
    if request.schema or "JSON" in request.text:
        return {"name": "瓦房店", "level": "city"}
    return "瓦房店是轴承之都。" * 5


def test_a_stream_gives_the_text_in_pieces_and_at_the_end_the_whole(model: Make) -> None:
    """The pieces joined are the reply's text."""
    asked, _ = model(script)

    async def read() -> tuple[list[str], Reply | None]:
        pieces, last = [], None
        async for piece in asked.run().stream(HELLO):
            pieces.append(piece.text)
            last = piece.reply or last
        return pieces, last

    pieces, last = asyncio.run(read())
    assert last is not None
    assert len(pieces) > 3
    assert "".join(pieces) == last.text == "瓦房店是轴承之都。" * 5
    assert last.usage.tokens_out > 0


@pytest.mark.parametrize(
    ("abilities", "found", "calls"),
    [({"json_schema", "tool", "json"}, "json_schema", 2), ({"tool"}, "tool", 3), ({"json"}, "json", 4), (set(), "plain", 5)],
)  # fmt: skip
def test_an_endpoint_is_held_to_a_shape_by_the_strictest_means_it_has(
    model: Make, abilities: set[str], found: str, calls: int
) -> None:
    """Found out once, and recorded: a second run asks no more than its question."""
    asked, server = model(script, abilities=frozenset(abilities))

    async def twice() -> list[Town]:
        return [await asked.run().ask(HELLO, Town) for _ in range(2)]

    assert asyncio.run(twice()) == [Town(name="瓦房店", level="city")] * 2
    assert server.calls == calls + 1
    assert asked.run().model_abilities.known(asked.key) == found


def test_an_endpoint_that_lost_an_ability_is_tried_anew(model: Make) -> None:
    """A recorded means that is refused is forgotten."""
    asked, server = model(script)
    asyncio.run(asked.run().ask(HELLO, Town))
    server.abilities = frozenset()
    assert asyncio.run(asked.run().ask(HELLO, Town)).name == "瓦房店"
    assert asked.run().model_abilities.known(asked.key) == "plain"


@pytest.mark.parametrize("fault", ["no_json", "refusal", "empty", "cut_length"])
def test_an_answer_without_its_shape_is_malformed(model: Make, fault: Fault) -> None:
    """Refused, empty, cut off by the token limit, or no JSON: the message says which."""
    asked, _ = model(script, faults=lambda request: fault if "聚谋" not in request.text else "")
    with pytest.raises(MalformedAnswer) as told:
        asyncio.run(asked.run().ask(HELLO, Town))
    assert told.value.message_zh
    assert told.value.message_en != told.value.message_zh


def test_an_answer_of_another_shape_is_told_field_by_field(model: Make) -> None:
    """The findings name the fields, so that they can be sent back."""
    asked, _ = model(
        lambda request: script(request) if "聚谋" in request.text else {"name": "x", "level": "planet", "more": 1}
    )
    with pytest.raises(MalformedAnswer, match=r"level.*more"):
        asyncio.run(asked.run().ask(HELLO, Town))


def test_a_busy_endpoint_is_tried_again_after_the_time_it_names(model: Make) -> None:
    """429 with Retry-After: the next try waits so long, and is counted as a call."""
    asked, server = model(script, faults=lambda request: "429" if request.number < 3 else "", retry_after=0.3)
    began = time.perf_counter()
    run = asked.run()
    assert asyncio.run(run.write(HELLO)).text
    assert time.perf_counter() - began >= 0.6
    assert server.calls == run.spent.calls == 3


@pytest.mark.parametrize("fault", ["429", "500"])
def test_tries_end(model: Make, fault: Fault) -> None:
    """One call and `retries` more, then the error says that the service is not available."""
    asked, server = model(script, faults=lambda _: fault, retries=1)
    with pytest.raises(ModelUnavailable):
        asyncio.run(asked.run().write(HELLO))
    assert server.calls == 2


@pytest.mark.parametrize("fault", ["timeout", "cut", "400", "not_openai"])
def test_what_a_second_try_cannot_mend_is_not_tried_again(model: Make, fault: Fault) -> None:
    """Time-outs, cut connections, refusals and answers that are no chat completion."""
    asked, server = model(script, faults=lambda _: fault, timeout=1)
    with pytest.raises((ModelUnavailable, ModelRefused)):
        asyncio.run(asked.run().write(HELLO))
    assert server.calls == 1


def test_a_longer_wait_than_a_run_can_bear_is_not_waited_for(model: Make) -> None:
    """A Retry-After of an hour ends the tries."""
    asked, server = model(script, faults=lambda _: "429", retry_after=3600)
    with pytest.raises(ModelUnavailable):
        asyncio.run(asked.run().write(HELLO))
    assert server.calls == 1


def test_a_run_asks_no_more_after_three_failures_in_a_row(model: Make) -> None:
    """What follows would fail too, only later."""
    asked, server = model(script, faults=lambda _: "500", retries=0)

    async def many() -> None:
        run = asked.run()
        for _ in range(6):
            with pytest.raises(ModelUnavailable):
                await run.write(HELLO)

    asyncio.run(many())
    assert server.calls == 3


def test_a_stream_that_is_cut_fails_and_what_was_written_is_counted(model: Make) -> None:
    """The pieces that came are the reader's to keep."""
    asked, _ = model(script, faults=lambda _: "cut")
    run, pieces = asked.run(), []

    async def read() -> None:
        async for piece in run.stream(HELLO):
            pieces.append(piece.text)  # noqa: PERF401 - what came before the cut is to be kept

    with pytest.raises(ModelUnavailable):
        asyncio.run(read())
    assert pieces
    assert run.spent.tokens_out > 0


def test_tools_are_offered_and_their_calls_come_back(model: Make) -> None:
    """The arguments are as the model wrote them."""
    asked, server = model(lambda _: Words(calls=(("search", {"query": "轴承"}),)))
    reply = asyncio.run(asked.run().write(HELLO, tools=(SEARCH,)))
    assert [(call.name, dict(call.arguments)) for call in reply.tool_calls] == [("search", {"query": "轴承"})]
    assert server.requests[0].body["tools"][0]["function"]["name"] == "search"


def test_as_many_calls_are_under_way_as_the_settings_allow(model: Make) -> None:
    """They overlap, up to the limit."""
    asked, server = model(script, latency=0.2, concurrency=3)

    async def many() -> None:
        run = asked.run()
        await asyncio.gather(*(run.write(HELLO) for _ in range(9)))

    asyncio.run(many())
    assert server.at_once == 3


def test_one_model_serves_one_event_loop_after_another(model: Make) -> None:
    """Connections belong to a loop; a new loop opens its own."""
    asked, _ = model(script)
    assert [asyncio.run(asked.run().write(HELLO)).text for _ in range(3)] == ["瓦房店是轴承之都。" * 5] * 3


def test_the_key_is_sent_and_never_shown(model: Make) -> None:
    """Neither representation nor settings nor errors hold it."""
    asked, server = model(script, faults=lambda _: "400")
    with pytest.raises(ModelRefused) as refused:
        asyncio.run(asked.run().write(HELLO))
    assert server.keys == {"Bearer secret-key"}
    settings = Settings(llm="openai:x", llm_api_key="secret-key")
    for shown in (repr(asked), repr(settings), str(refused.value), refused.value.message("zh")):
        assert "secret-key" not in shown


def test_settings_without_a_model_open_none() -> None:
    """And a name or an address that makes no sense is refused with its remedy."""
    assert open_model(Settings(llm="")) is None
    with pytest.raises(InvalidRequest):
        open_model(Settings(llm="openai:"))
    with pytest.raises(InvalidRequest, match="BASE_URL"):
        open_model(Settings(llm="openai:x", llm_base_url="localhost:8000"))


def test_another_provider_without_its_part_names_what_to_install() -> None:
    """Extras are asked for by name."""
    pytest.importorskip("jumou")
    endpoint = LangchainEndpoint("anthropic:claude")
    try:
        import langchain_anthropic  # noqa: F401, PLC0415 - only to see whether it is there
    except ImportError:
        with pytest.raises(MissingExtra, match=r"anthropic"):
            asyncio.run(endpoint.reply(HELLO))
    else:
        pytest.skip("langchain-anthropic is installed")


def test_a_model_name_with_a_colon_of_its_own_stays_whole() -> None:
    """As Ollama writes them."""
    assert LangchainEndpoint("qwen2.5:7b").name == "qwen2.5:7b"
    assert LangchainEndpoint("openai:qwen2.5:7b").name == "qwen2.5:7b"


def test_the_command_line_starts_without_any_model_library() -> None:
    """Neither langchain nor OpenAI's client nor the price table is loaded before a model is asked."""
    code = "import sys, jumou.cli.main; print([m for m in sys.modules if m.split('.')[0] in ('langchain_core', 'langchain_openai', 'openai', 'genai_prices', 'jinja2')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_many_who_come_at_once_share_one_client() -> None:
    """Making one loads certificates; sixty-four chats that begin together must not make one each and leave them open."""
    import gc  # noqa: PLC0415 - only here

    import openai  # noqa: PLC0415 - slow to load

    def clients() -> int:
        return sum(isinstance(one, openai.AsyncOpenAI) for one in gc.get_objects())

    async def first_words() -> int:
        endpoint = LangchainEndpoint("openai:scripted", base_url="http://127.0.0.1:9/v1")
        before = clients()
        await asyncio.gather(*(endpoint.warm() for _ in range(16)))
        made = clients() - before
        await endpoint.close()
        return made

    assert asyncio.run(first_words()) == 1


def test_a_connection_that_is_closed_without_a_word_is_no_time_out() -> None:
    """Nobody waited for the time-out: to raise it would not help."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            caller, _ = server.accept()
            caller.recv(65536)
            caller.close()

        closing = threading.Thread(target=hang_up)
        closing.start()
        endpoint = LangchainEndpoint("openai:scripted", base_url=f"http://127.0.0.1:{server.getsockname()[1]}/v1")
        with pytest.raises(ModelUnavailable) as raised:
            asyncio.run(endpoint.reply((Message("user", "在吗？"),)))
        closing.join(10)
    assert "无法连接" in raised.value.message("zh")
    assert "did not answer within" not in raised.value.message("en")


def test_connections_end_with_their_event_loop() -> None:
    """Whoever asks in a loop of its own (the command line, a drafting process) closes nothing, and nothing is said of it."""
    code = """
import asyncio, gc, warnings
from jumou.llm.messages import Message
from jumou.llm.model import LangchainEndpoint
from jumou.testing import ModelServer, Words
warnings.simplefilter("always")
with ModelServer(lambda request: Words("好")) as server:
    endpoint = LangchainEndpoint("openai:scripted", base_url=server.url)
    for _ in range(2):
        print(asyncio.run(endpoint.reply((Message("user", "在吗？"),))).text)
        gc.collect()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["好", "好"]
    assert "nclosed" not in done.stderr
