"""An endpoint that clients of OpenAI's chat completions talk to, with jumou as the model. It keeps nothing.

Citations stand in the text as [n], their sources as footnotes at its end. What such clients have no field for (passages,
proposals, what is settled) comes along under `jumou`.
"""

import json
import time
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sse_starlette import EventSourceResponse, ServerSentEvent

from jumou.api.access import Caller, Open
from jumou.api.openai_errors import fault, turned
from jumou.api.problems import as_problem, language_of
from jumou.api.strict import StrictRoute
from jumou.chat import Answerer, Outcome, Turn
from jumou.chat.stateless import Said, turn_of
from jumou.chat.texts import footnotes
from jumou.domain.chat import ShownPassage
from jumou.errors import JumouError, NotFound
from jumou.llm.tokens import estimate

_MODELS: Final = ("jumou", "jumou-rules")
"""`jumou` is the language model with jumou's tools where one is set, else the rules; `jumou-rules` is always the rules."""

_MADE: Final = 1_764_000_000
_LONGEST: Final = 200_000


class OpenAIRoute(StrictRoute):
    """A route that names the parameter that is wrong, as OpenAI's clients read it; other errors are turned around all routes."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with errors turned."""
        handle = super().get_route_handler()

        async def named(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as wrong:
                first = wrong.errors()[0]
                place = ".".join(str(part) for part in first["loc"][1:])
                return JSONResponse(fault(400, f"{place}: {first['msg']}".strip(": "), param=place or None), 400)
            except NotFound as error:
                said = error.message(language_of(request))
                return JSONResponse(fault(404, said, param="model", code="model_not_found"), 404)

        return named


router = APIRouter(prefix="/openai/v1", tags=["openai"], route_class=OpenAIRoute)


class OpenAIFault(BaseModel):
    """What went wrong."""

    message: str
    type: str
    param: str | None = None
    code: str | None = None


class OpenAIProblem(BaseModel):
    """An error in the form of OpenAI's API."""

    error: OpenAIFault


class Model(BaseModel):
    """A model of this endpoint."""

    id: str
    object: Literal["model"] = "model"
    created: int = _MADE
    owned_by: Literal["jumou"] = "jumou"


class ModelList(BaseModel):
    """The models of this endpoint."""

    object: Literal["list"] = "list"
    data: list[Model]


class TextPart(BaseModel):
    """A part of a message; only text is read."""

    type: Literal["text"]
    text: str = Field(max_length=_LONGEST)


class CompletionMessage(BaseModel):
    """One message of the conversation."""

    role: Literal["system", "developer", "user", "assistant"]
    content: Annotated[str, Field(max_length=_LONGEST)] | list[TextPart] | None = None

    @property
    def text(self) -> str:
        """Its text."""
        if isinstance(self.content, list):
            return "".join(part.text for part in self.content)
        return self.content or ""


class StreamOptions(BaseModel):
    """What a stream carries besides."""

    include_usage: bool = False


class CompletionRequest(BaseModel):
    """A conversation to be continued. Parameters of sampling are accepted and not used."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"model": "jumou", "messages": [{"role": "user", "content": "请为瓦房店市轴承产业拟一个愿景"}]}
            ]
        }
    )

    model: str = Field(max_length=200)
    messages: list[CompletionMessage] = Field(min_length=1, max_length=500)
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None
    user: str | None = Field(default=None, max_length=200)


class CompletionUsage(BaseModel):
    """Tokens, estimated."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class CompletionAnswer(BaseModel):
    """An answer's message."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class Choice(BaseModel):
    """The one choice."""

    index: Literal[0] = 0
    message: CompletionAnswer
    finish_reason: Literal["stop"] = "stop"
    logprobs: None = None


class Completion(BaseModel):
    """A whole answer."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: CompletionUsage
    jumou: dict[str, Any] = Field(
        description="passages, proposal, what is settled, who wrote it, whether it was refused"
    )


_ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    **{
        status: {"model": OpenAIProblem, "description": "in the form of OpenAI's errors"}
        for status in (400, 401, 403, 404, 413, 429, 502, 503)
    },
}
_CHUNKS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "model": Completion,
        "description": "the answer; with `stream` chunks of it as server-sent events",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get("/models")
def list_models() -> ModelList:
    """The models: jumou, and jumou by its rules alone."""
    return ModelList(data=[Model(id=name) for name in _MODELS])


@router.get("/models/{model}", responses={404: {"model": OpenAIProblem, "description": "no such model"}})
def get_model(model: Annotated[str, Path(max_length=200)]) -> Model:
    """One of the models."""
    return Model(id=_known(model))


@router.post("/chat/completions", response_model=Completion, responses=_CHUNKS | _ERRORS)
async def complete_chat(sent: CompletionRequest, jumou: Open, caller: Caller) -> Response:
    """Continues a conversation: evidence with sources, or a vision drafted step by step. Nothing is kept."""
    model = _known(sent.model)
    answerers = jumou.answerers
    answerer = answerers["rules"] if model == "jumou-rules" else answerers.get("llm", answerers["rules"])
    bench = jumou.workbench if answerer is answerers["rules"] else jumou.workbench_for("llm")
    said = [Said("system" if one.role == "developer" else one.role, one.text) for one in sent.messages]
    turn = await turn_of(said, bench, user=caller.user if caller.authenticated else sent.user or "")
    asked = sum(estimate(one.text) for one in said)
    if sent.stream:
        usage = sent.stream_options is not None and sent.stream_options.include_usage
        return EventSourceResponse(_chunks(model, answerer, turn, asked, usage=usage))
    text, outcome, more = await _whole(answerer, turn)
    text += footnotes(_cited(text, (*turn.shown, *outcome.passages)), turn.language)
    answer = Completion(
        id=_name(), created=int(time.time()), model=model, choices=[Choice(message=CompletionAnswer(content=text))],
        usage=_usage(asked, text), jumou=_told(outcome, more),
    )  # fmt: skip
    return Response(answer.model_dump_json(), media_type="application/json")


async def _whole(answerer: Answerer, turn: Turn) -> tuple[str, Outcome, dict[str, Any]]:
    text, outcome, more = "", Outcome("rules"), {}
    async for part in answerer.answer(turn):
        if isinstance(part, Outcome):
            outcome = part
        elif part.kind == "token":
            text += part.data["text"]
        elif part.kind == "proposal":
            more = part.data
    return text, outcome, more


async def _chunks(
    model: str, answerer: Answerer, turn: Turn, asked: int, *, usage: bool
) -> AsyncIterator[ServerSentEvent]:
    head = {"id": _name(), "object": "chat.completion.chunk", "created": int(time.time()), "model": model}

    def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> ServerSentEvent:
        choices = [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}]
        return ServerSentEvent(json.dumps({**head, "choices": choices, **more}, ensure_ascii=False))

    text, outcome, more = "", Outcome("rules"), {}
    yield chunk({"role": "assistant", "content": ""})
    try:
        async for part in answerer.answer(turn):
            if isinstance(part, Outcome):
                outcome = part
            elif part.kind == "token":
                text += part.data["text"]
                yield chunk({"content": part.data["text"]})
            elif part.kind == "proposal":
                more = part.data
    except JumouError as error:  # too late for a status
        yield ServerSentEvent(json.dumps(turned(as_problem(error, turn.language))[1], ensure_ascii=False))
        yield ServerSentEvent("[DONE]")
        return
    notes = footnotes(_cited(text, (*turn.shown, *outcome.passages)), turn.language)
    if notes:
        yield chunk({"content": notes})
    yield chunk({}, "stop", jumou=_told(outcome, more))
    if usage:
        counted = _usage(asked, text + notes).model_dump()
        yield ServerSentEvent(json.dumps({**head, "choices": [], "usage": counted}))
    yield ServerSentEvent("[DONE]")


def _cited(text: str, shown: tuple[ShownPassage, ...]) -> list[ShownPassage]:
    return [one for one in shown if f"[{one.n}]" in text]


def _told(outcome: Outcome, more: dict[str, Any]) -> dict[str, Any]:
    return {
        "author": outcome.author, "refused": outcome.refused, "brief": outcome.brief.model_dump(mode="json"),
        "passages": [one.model_dump(mode="json") for one in outcome.passages], "findings": list(outcome.findings), **more,
    }  # fmt: skip


def _usage(asked: int, text: str) -> CompletionUsage:
    wrote = estimate(text)
    return CompletionUsage(prompt_tokens=asked, completion_tokens=wrote, total_tokens=asked + wrote)


def _name() -> str:
    return f"chatcmpl-{uuid.uuid4().hex}"


def _known(model: str) -> str:
    if model not in _MODELS:
        raise NotFound(f"没有模型 {model}。", f"There is no model {model}.", mend_zh="可用:jumou、jumou-rules。", mend_en="There are jumou and jumou-rules.")  # fmt: skip
    return model
