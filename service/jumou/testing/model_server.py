"""A language model's server that follows a script: the OpenAI protocol over real HTTP, deterministic, with faults on demand.

    with ModelServer(script) as server:
        model = LangchainEndpoint("openai:scripted", base_url=server.url)

`script` gets every request as it came and says what is answered; `faults` names the fault each request meets, by number.
"""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Literal, NamedTuple, Self

from jumou.llm.tokens import estimate

Fault = Literal["", "429", "500", "400", "timeout", "cut", "no_json", "not_openai", "refusal", "empty", "cut_length"]
"""`timeout`: the answer never comes. `cut`: the connection ends in the middle. `cut_length`: ended by the token limit."""

_STRICT: Final = frozenset({"json_schema", "tool", "json"})


class Request(NamedTuple):
    """What a client asked for, in the parts a script needs."""

    number: int
    body: Mapping[str, Any]

    @property
    def text(self) -> str:
        """All messages, one after another."""
        return "\n".join(_flat(message.get("content")) for message in self.body["messages"])

    @property
    def last(self) -> str:
        """The last message."""
        return _flat(self.body["messages"][-1].get("content"))

    @property
    def schema(self) -> Mapping[str, Any] | None:
        """The JSON Schema of the answer, when the request holds the model to one."""
        form = self.body.get("response_format") or {}
        if form.get("type") == "json_schema":
            return dict(form["json_schema"]["schema"])
        choice = self.body.get("tool_choice")
        if isinstance(choice, dict):
            for tool in self.body.get("tools", ()):
                if tool["function"]["name"] == choice["function"]["name"]:
                    return dict(tool["function"]["parameters"])
        return None


class Words(NamedTuple):
    """An answer: text, or calls of tools (name and arguments)."""

    text: str = ""
    calls: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    refusal: str = ""


Script = Callable[[Request], "str | Mapping[str, Any] | Words"]
"""Answers a request. A mapping is an object in the shape asked for; it goes out as text or as a tool call, as was wanted."""


@dataclass
class ModelServer:
    """The server; a context manager. Requests are numbered from 1 and kept in `requests`.

    `latency` is in seconds a call, `pace` in seconds between two pieces of a stream; `faults` maps a request to a fault (`""` for none); `abilities` are the means it accepts to
    hold it to a shape (others are answered 400); `retry_after` goes with every 429.
    """

    script: Script
    latency: float = 0.0
    faults: Callable[[Request], Fault] = lambda _: ""
    abilities: frozenset[str] = _STRICT
    retry_after: float | None = 0.01
    usage: bool = True
    piece: int = 16
    pace: float = 0.0
    model: str = "scripted"
    port: int = 0
    requests: list[Request] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    at_once: int = 0
    _under_way: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _server: "_Quiet | None" = None

    def __enter__(self) -> Self:
        """Starts on a free port of this machine."""
        handler = type("Handler", (_Handler,), {"owner": self})
        self._server = _Quiet(("127.0.0.1", self.port), handler)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops; calls under way are cut off."""
        self._stopping.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.cut_off()
            self._server.server_close()

    @property
    def url(self) -> str:
        """The base URL of its API."""
        if self._server is None:
            raise RuntimeError("the server is used inside `with`")
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def calls(self) -> int:
        """How many requests came."""
        return len(self.requests)

    def take(self, body: Mapping[str, Any], key: str) -> Request:
        """Numbers a request."""
        with self._lock:
            request = Request(len(self.requests) + 1, body)
            self.requests.append(request)
            self.keys.add(key)
            self._under_way += 1
            self.at_once = max(self.at_once, self._under_way)
            return request

    def done(self) -> None:
        """A request is answered."""
        with self._lock:
            self._under_way -= 1

    def wait(self, seconds: float) -> None:
        """Waits, but not past the end."""
        self._stopping.wait(seconds)


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def cut_off(self) -> None:
        """Ends the connections that clients keep for their next call: a server that is gone answers on none."""
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that leave are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    owner: ModelServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name the base class gives it
        """Silent."""

    def do_GET(self) -> None:
        self._json(200, {"object": "list", "data": [{"id": self.owner.model, "object": "model", "owned_by": "jumou"}]})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        request = self.owner.take(body, self.headers.get("Authorization", ""))
        try:
            self._answer(request)
        finally:
            self.owner.done()

    def _answer(self, request: Request) -> None:
        owner = self.owner
        fault = owner.faults(request)
        means = _means(request.body)
        if fault == "" and means in _STRICT and means not in owner.abilities:
            fault = "400"
        if fault == "timeout":
            owner.wait(3600)
            return
        owner.wait(owner.latency)
        match fault:
            case "429":
                more = {} if owner.retry_after is None else {"Retry-After": f"{owner.retry_after:g}"}
                self._json(429, _error("rate limit", "rate_limit_error"), more)
            case "500":
                self._json(500, _error("internal error", "server_error"))
            case "400":
                self._json(400, _error("this parameter is not supported", "invalid_request_error"))
            case "not_openai":
                self._json(200, {"hello": "world"})
            case _:
                self._speak(request, fault)

    def _speak(self, request: Request, fault: Fault) -> None:
        words, finish = _words(self.owner.script(request), request), "stop"
        match fault:
            case "no_json":
                words = Words('好的,以下是我的建议:{ "items": [ 未完')
            case "refusal":
                words = Words(refusal="抱歉,我无法协助完成该请求。")
            case "empty":
                words = Words()
            case "cut_length":
                words, finish = _halved(words), "length"
            case _:
                pass
        if words.calls and finish == "stop":
            finish = "tool_calls"
        counted = {"prompt_tokens": estimate(request.text), "completion_tokens": estimate(_written(words))}
        counted["total_tokens"] = sum(counted.values())
        if request.body.get("stream"):
            self._stream(words, finish, counted, cut=fault == "cut")
            return
        message: dict[str, Any] = {"role": "assistant", "content": words.text or None, "refusal": words.refusal or None}
        if words.calls:
            message["tool_calls"] = _calls(words)
        answer: dict[str, Any] = {
            "id": f"call-{request.number}", "object": "chat.completion", "created": int(time.time()), "model": self.owner.model,
            "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
        }  # fmt: skip
        if self.owner.usage:
            answer["usage"] = counted
        self._json(200, answer, cut=fault == "cut")

    def _stream(self, words: Words, finish: str, counted: Mapping[str, int], *, cut: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        pieces = list(_pieces(words, self.owner.piece))
        if cut:
            pieces = pieces[: max(1, len(pieces) // 2)]
        for delta in pieces:
            self.owner.wait(self.owner.pace)
            self._event({"choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        if cut:
            self.close_connection = True
            self.wfile.flush()
            self.connection.close()
            return
        self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
        if self.owner.usage:
            self._event({"choices": [], "usage": counted})
        self._chunk("data: [DONE]\n\n")
        self._chunk("")

    def _event(self, content: Mapping[str, Any]) -> None:
        whole = {"id": "stream", "object": "chat.completion.chunk", "created": 0, "model": self.owner.model, **content}
        self._chunk(f"data: {json.dumps(whole, ensure_ascii=False)}\n\n")

    def _chunk(self, text: str) -> None:
        raw = text.encode()
        self.wfile.write(f"{len(raw):x}\r\n".encode() + raw + b"\r\n")
        self.wfile.flush()

    def _json(
        self, status: int, content: Mapping[str, Any], headers: Mapping[str, str] | None = None, *, cut: bool = False
    ) -> None:
        raw = json.dumps(content, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw[: len(raw) // 2] if cut else raw)
        self.wfile.flush()
        if cut:
            self.close_connection = True
            self.connection.close()


def _means(body: Mapping[str, Any]) -> str:
    kind = (body.get("response_format") or {}).get("type", "")
    if kind == "json_object":
        return "json"
    return str(kind) or ("tool" if isinstance(body.get("tool_choice"), dict) else "")


def _words(answer: "str | Mapping[str, Any] | Words", request: Request) -> Words:
    if isinstance(answer, Words):
        return answer
    if isinstance(answer, str):
        return Words(answer)
    choice = request.body.get("tool_choice")
    if isinstance(choice, dict):
        return Words(calls=((choice["function"]["name"], answer),))
    return Words(json.dumps(answer, ensure_ascii=False))


def _halved(words: Words) -> Words:
    written = words.text or json.dumps(words.calls[0][1], ensure_ascii=False) if words.calls or words.text else ""
    return Words(written[: len(written) // 2])


def _written(words: Words) -> str:
    return (
        words.text + words.refusal + "".join(json.dumps(arguments, ensure_ascii=False) for _, arguments in words.calls)
    )


def _calls(words: Words) -> list[dict[str, Any]]:
    return [
        {"id": f"t{n}", "type": "function", "index": n, "function": {"name": name, "arguments": json.dumps(given, ensure_ascii=False)}}
        for n, (name, given) in enumerate(words.calls)
    ]  # fmt: skip


def _pieces(words: Words, size: int) -> Iterator[dict[str, Any]]:
    yield {"role": "assistant", "content": ""}
    text = words.text or words.refusal
    for start in range(0, len(text), size):
        yield {"content": text[start : start + size]}
    for call in _calls(words):
        yield {"tool_calls": [call]}


def _error(message: str, kind: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": None}}


def _flat(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, Sequence):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return ""
