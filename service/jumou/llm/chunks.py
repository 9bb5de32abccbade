"""The words of a streamed answer as the JSON they come as.

OpenAI's client makes a typed object of every word, which langchain makes into a plain one again: with many chats at once a
fifth of the server's processor time.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openai import AsyncOpenAI, AsyncStream


class PlainChunks:
    """The client's chat completions, but for streams, whose chunks stay plain."""

    def __init__(self, client: "AsyncOpenAI", stream: "type[AsyncStream[object]]") -> None:
        """`stream` is the client library's own: nothing of it is imported here."""
        self._client, self._stream = client, stream

    def __getattr__(self, name: str) -> Any:
        """Whatever else langchain asks of chat completions."""
        return getattr(self._client.chat.completions, name)

    async def create(self, **request: Any) -> Any:
        """An answer; streamed when the request says so. Raises what the client raises."""
        if not request.get("stream") or any(name.startswith("extra_") or name == "timeout" for name in request):
            return await self._client.chat.completions.create(**request)
        return await self._client.post(
            "/chat/completions", body=request, cast_to=object, stream=True, stream_cls=self._stream
        )
