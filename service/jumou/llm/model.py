"""The one place that talks to language models: langchain's chat models, reached by their provider and name.

Any OpenAI-compatible endpoint (DeepSeek, Qwen, vLLM, Ollama, llama.cpp's server) goes through langchain-openai; other
providers through `init_chat_model` with their extra installed. Nothing of langchain is imported before the first call.
"""

import asyncio
import importlib
import json
from collections.abc import AsyncGenerator, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol
from weakref import WeakKeyDictionary

from jumou.errors import InvalidRequest, MissingExtra, ModelRefused, ModelUnavailable
from jumou.llm.chunks import PlainChunks
from jumou.llm.connections import held, opened, timed_out
from jumou.llm.messages import Message, Piece, Reply, Shape, ToolCall, ToolSpec, Usage
from jumou.llm.tokens import estimate

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, BaseMessage

_ERRORS: Final[dict[str, tuple[str, ...]]] = {
    "openai": (
        "openai:OpenAIError",
        "httpx2:HTTPError",
        "aiohttp:ClientError",
        "httpx:HTTPError",
        "langchain_core.exceptions:LangChainException",
    ),
    "anthropic": ("anthropic:AnthropicError", "httpx:HTTPError"),
    "google_genai": ("google.genai.errors:APIError", "httpx:HTTPError"),
}
"""What the client libraries raise; a provider not listed is held to raise httpx's errors."""

_LEAST_ANSWER: Final = 1024


class Endpoint(Protocol):
    """One model at one address. It asks once: tries, budgets and shapes of answers are its caller's business."""

    name: str
    """The model's name as it stands under what it wrote."""
    address: str
    """Where it is reached; with the name, the key under which its abilities are kept. Never holds the key."""

    async def reply(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        shape: Shape | None = None,
        max_tokens: int = _LEAST_ANSWER,
        temperature: float = 0.2,
    ) -> Reply:
        """A whole answer.

        Raises:
            ModelUnavailable: busy, silent, or cut off.
            ModelRefused: the key, the model or a parameter is refused.
        """
        ...

    def stream(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        max_tokens: int = _LEAST_ANSWER,
        temperature: float = 0.4,
    ) -> AsyncGenerator[Piece, None]:
        """The answer as it is written, at the end the whole reply; raises as `reply`."""
        ...

    async def warm(self) -> None:
        """Loads what the first question would have to wait for; asks nothing. Raises MissingExtra when a part is missing."""
        ...

    async def close(self) -> None:
        """Closes what is open in the running loop."""
        ...


class LangchainEndpoint:
    """A model behind langchain. Connections are kept per event loop, so one object serves a whole process."""

    def __init__(self, model: str, *, base_url: str = "", api_key: str = "", timeout: float = 120.0) -> None:
        """`model` is `<provider>:<name>`; without a provider it is an OpenAI-compatible one.

        Raises:
            InvalidRequest: the name or the address makes no sense.
        """
        provider, colon, name = model.partition(":")
        if not colon or provider not in (
            *_ERRORS,
            "azure_openai",
            "mistralai",
            "ollama",
            "deepseek",
            "bedrock",
            "groq",
        ):
            provider, name = "openai", model  # names such as qwen2.5:7b carry a colon of their own
        if not name.strip():
            raise InvalidRequest(
                f"JUMOU_LLM 设置不正确：{model}", f"JUMOU_LLM makes no sense: {model}",
                mend_zh="请写成 openai:<模型名>，例如 openai:qwen3-32b。", mend_en="Write openai:<model>, for example openai:qwen3-32b.",
            )  # fmt: skip
        if base_url and not base_url.startswith(("http://", "https://")):
            raise InvalidRequest(
                f"JUMOU_LLM_BASE_URL 不是网址：{base_url}", f"JUMOU_LLM_BASE_URL is no address: {base_url}",
                mend_zh="请写成 http://127.0.0.1:8000/v1 的形式。", mend_en="Write it as http://127.0.0.1:8000/v1.",
            )  # fmt: skip
        self.name = name
        self.provider = provider
        self.address = base_url.rstrip("/") or provider
        self._base_url = base_url
        self._api_key = api_key
        self._timeout = timeout
        self._open: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[BaseChatModel, AsyncGenerator[None, None]]] = (
            WeakKeyDictionary()
        )
        self._making: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()

    def __repr__(self) -> str:
        """Name and address, never the key."""
        return f"LangchainEndpoint({self.provider}:{self.name} at {self.address})"

    async def reply(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        shape: Shape | None = None,
        max_tokens: int = _LEAST_ANSWER,
        temperature: float = 0.2,
    ) -> Reply:
        """As the port says."""
        chat = await self._bound(tools, shape, max_tokens, temperature)
        spoken = _spoken(messages)
        try:
            async with asyncio.timeout(self._timeout):  # wait_for loses a cancellation that comes with the answer
                answer = await chat.ainvoke(spoken)
        except TimeoutError as late:
            raise self._late() from late
        except self._failures() as problem:
            raise self._designed(problem) from problem
        except (ValueError, KeyError, TypeError, AttributeError) as problem:  # a body that is no chat completion
            raise self._unreadable(problem) from problem
        return _reply(answer, messages)

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        max_tokens: int = _LEAST_ANSWER,
        temperature: float = 0.4,
    ) -> AsyncGenerator[Piece, None]:
        """As the port says."""
        chat = await self._bound(tools, None, max_tokens, temperature)
        spoken = _spoken(messages)
        chunks: list[Any] = []
        pieces = chat.astream(spoken)
        try:
            while True:
                async with asyncio.timeout(self._timeout):  # `wait_for` would make a task of every word
                    chunk = await anext(pieces)
                chunks.append(chunk)
                if text := _text(chunk):
                    yield Piece(text)
        except StopAsyncIteration:
            pass
        except TimeoutError as late:
            raise self._late() from late
        except self._failures() as problem:
            raise self._designed(problem) from problem
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise self._unreadable(problem) from problem
        finally:
            await pieces.aclose()
        if not chunks:
            raise self._unreadable("empty stream")
        whole = chunks[0] + chunks[1:] if len(chunks) > 1 else chunks[0]
        reply = _reply(whole, messages)
        if not whole.response_metadata.get("finish_reason") and self.provider == "openai":
            raise ModelUnavailable("大模型的回答中途断开。", "The model's answer was cut off.")
        yield Piece(reply=reply)

    async def warm(self) -> None:
        """As the port says."""
        await self._bound((), None, _LEAST_ANSWER, 0.0)

    async def close(self) -> None:
        """Closes the connections of the running loop."""
        held_open = self._open.pop(asyncio.get_running_loop(), None)
        if held_open is not None:
            await held_open[1].aclose()

    async def _bound(self, tools: Sequence[ToolSpec], shape: Shape | None, max_tokens: int, temperature: float) -> Any:
        loop = asyncio.get_running_loop()
        for ended in [other for other in self._open if other.is_closed()]:  # their connections went with them
            del self._open[ended]
            self._making.pop(ended, None)
        if loop not in self._open:
            async with self._making.setdefault(loop, asyncio.Lock()):  # many may come at once; one client is enough
                if loop not in self._open:
                    chat, connections = await asyncio.to_thread(self._make)  # importing langchain takes a second
                    holding = held(connections)
                    await anext(holding)
                    self._open[loop] = chat, holding
        chat = self._open[loop][0]
        more: dict[str, Any] = {"max_tokens": max_tokens, "temperature": temperature}
        offered = [_function(tool) for tool in tools]
        choice: dict[str, Any] = {}
        form: dict[str, Any] = {}
        if shape is not None:
            match shape.constraint:
                case "json_schema":
                    schema = {"name": shape.name, "schema": dict(shape.schema), "strict": True}
                    form = {"response_format": {"type": "json_schema", "json_schema": schema}}
                case "tool":
                    offered = [_function(ToolSpec(shape.name, "answer", shape.schema))]
                    choice = {"tool_choice": shape.name}
                case "json":
                    form = {"response_format": {"type": "json_object"}}
                case "plain":
                    pass
        if form:  # past OpenAI's client, which would raise on an answer that is cut off before we can say so
            more |= {"extra_body": form} if self.provider == "openai" else form
        if offered:
            return chat.bind_tools(offered, **choice).bind(**more)
        return chat.bind(**more)

    def _make(self) -> "tuple[BaseChatModel, Any]":
        """The chat model of one loop, and the connections to be closed with it."""
        if self.provider == "openai":
            import openai  # noqa: PLC0415 - only whoever asks a model pays for loading its client
            from langchain_openai import ChatOpenAI  # noqa: PLC0415 - as above

            client, connections = opened(self._base_url, self._api_key, self._timeout)
            made = ChatOpenAI(
                model=self.name,
                base_url=self._base_url or None,
                api_key=lambda: "none",  # of the client that nothing is asked through
                stream_chunk_timeout=None,  # `stream` watches the time itself
                stream_usage=True,
                use_responses_api=False,
                async_client=PlainChunks(client, openai.AsyncStream[object]),
                root_async_client=client,
            )
            return made, connections
        try:
            init_chat_model = importlib.import_module("langchain.chat_models").init_chat_model
            more: dict[str, Any] = {"base_url": self._base_url} if self._base_url else {}
            if self._api_key:
                more["api_key"] = self._api_key
            return init_chat_model(
                self.name, model_provider=self.provider, timeout=self._timeout, max_retries=0, **more
            ), None
        except ImportError as missing:
            raise MissingExtra(
                f"使用 {self.provider} 的模型需要另行安装部件（{missing.name}）。",
                f"Models of {self.provider} need a part that is not installed ({missing.name}).",
                mend_zh=f"请执行 pip install langchain langchain-{self.provider.replace('_', '-')}。",
                mend_en=f"Run pip install langchain langchain-{self.provider.replace('_', '-')}.",
            ) from missing

    def _failures(self) -> tuple[type[Exception], ...]:
        found: list[type[Exception]] = []
        for place in _ERRORS.get(self.provider, ("httpx:HTTPError",)):
            module, _, name = place.partition(":")
            try:
                found.append(getattr(importlib.import_module(module), name))
            except ImportError:
                continue
        return (*found, OSError)

    def _designed(self, problem: Exception) -> ModelUnavailable | ModelRefused:
        """The error of ours that says the same. The texts of others are shortened: they may repeat what was sent."""
        status = getattr(problem, "status_code", None) or getattr(problem, "code", None)
        said = _shortened(problem, self._api_key)
        if isinstance(status, int) and (status in (408, 409, 425, 429) or status >= 500):
            return ModelUnavailable(
                f"大模型服务暂不可用（{status}）：{said}", f"The model's service is not available ({status}): {said}",
                mend_zh="请稍后重试。", mend_en="Try again later.",
                passing=status == 429 or status >= 500, retry_after=_retry_after(problem),
            )  # fmt: skip
        if isinstance(status, int):
            return ModelRefused(
                f"大模型服务拒绝请求（{status}）：{said}", f"The model's service refuses the request ({status}): {said}",
                mend_zh="请核对 JUMOU_LLM、JUMOU_LLM_BASE_URL、JUMOU_LLM_API_KEY，并用 jumou llm check 检查。",
                mend_en="Check JUMOU_LLM, JUMOU_LLM_BASE_URL and JUMOU_LLM_API_KEY; jumou llm check tells more.",
            )  # fmt: skip
        if timed_out(problem):
            return self._late()
        return ModelUnavailable(
            f"无法连接大模型服务 {self.address}：{said}", f"The model at {self.address} cannot be reached: {said}",
            mend_zh="请检查服务是否启动、地址是否正确。", mend_en="Check that it runs and that the address is right.",
        )  # fmt: skip

    def _late(self) -> ModelUnavailable:
        return ModelUnavailable(
            f"大模型在 {self._timeout:g} 秒内没有回答。", f"The model did not answer within {self._timeout:g} seconds.",
            mend_zh="可调大 JUMOU_LLM_TIMEOUT。", mend_en="JUMOU_LLM_TIMEOUT can be raised.",
        )  # fmt: skip

    def _unreadable(self, problem: object) -> ModelUnavailable:
        kind = problem if isinstance(problem, str) else type(problem).__name__
        return ModelUnavailable(
            f"{self.address} 的回答不是 OpenAI 格式（{kind}）。", f"What {self.address} answers is no chat completion ({kind}).",
            mend_zh="请核对 JUMOU_LLM_BASE_URL，通常以 /v1 结尾。", mend_en="Check JUMOU_LLM_BASE_URL; it usually ends in /v1.",
        )  # fmt: skip


def _function(tool: ToolSpec) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)},
    }


def _spoken(messages: Sequence[Message]) -> "list[BaseMessage]":
    from langchain_core import messages as spoken  # noqa: PLC0415 - as above

    turned: list[BaseMessage] = []
    for message in messages:
        match message.role:
            case "system":
                turned.append(spoken.SystemMessage(message.text))
            case "user":
                turned.append(spoken.HumanMessage(message.text))
            case "tool":
                turned.append(spoken.ToolMessage(message.text, tool_call_id=message.tool_call_id))
            case "assistant":
                calls = [
                    {"name": call.name, "args": dict(call.arguments), "id": call.id, "type": "tool_call"}
                    for call in message.tool_calls
                ]
                turned.append(spoken.AIMessage(message.text, tool_calls=calls))
    return turned


def _text(answer: "AIMessage") -> str:
    content = answer.content
    if isinstance(content, str):
        return content
    return "".join(part if isinstance(part, str) else str(part.get("text", "")) for part in content)


def _reply(answer: "AIMessage", messages: Sequence[Message]) -> Reply:
    text = _text(answer)
    calls = [ToolCall(str(call.get("id") or ""), call["name"], call["args"]) for call in answer.tool_calls]
    calls += [  # arguments that are no JSON: kept as written, the reader judges them
        ToolCall(str(broken.get("id") or ""), str(broken.get("name")), {"": broken.get("args")})
        for broken in answer.invalid_tool_calls
    ]
    used = answer.usage_metadata
    if used:
        usage = Usage(used["input_tokens"], used["output_tokens"])
    else:
        out = estimate(text) + sum(estimate(json.dumps(dict(call.arguments), ensure_ascii=False)) for call in calls)
        usage = Usage(sum(estimate(message.text) for message in messages), out, estimated=True)
    return Reply(
        text=text,
        tool_calls=tuple(calls),
        usage=usage,
        finish=str(
            answer.response_metadata.get("finish_reason") or answer.response_metadata.get("stop_reason") or "stop"
        ),
        refusal=str(answer.additional_kwargs.get("refusal") or ""),
    )


def _retry_after(problem: Exception) -> float | None:
    headers = getattr(getattr(problem, "response", None), "headers", None)
    if headers is None:
        return None
    try:
        return max(0.0, float(headers.get("retry-after", "")))
    except ValueError:
        return None


def _shortened(problem: Exception, secret: str) -> str:
    said = str(problem).strip().splitlines()
    text = said[0] if said else type(problem).__name__
    if len(secret) > 3:
        text = text.replace(secret, "***")
    return text[:200]
