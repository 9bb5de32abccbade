"""Answers that are held back until their body is whole, because head or body have to be changed by what it says."""

from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send


class Withheld:
    """Stands in for `send` of one request. Answers that are not picked pass as they come."""

    def __init__(self, send: Send, picks: Callable[[Message], bool], change: Callable[[Message, bytes], bytes]) -> None:
        """`picks` is shown the head of the answer and may change it; `change` gets a picked head and its whole body, and returns the body to send."""
        self._send = send
        self._picks = picks
        self._change = change
        self._head: Message | None = None
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        """One message of the answer."""
        if message["type"] == "http.response.start" and self._picks(message):
            self._head = message
            return
        if self._head is not None and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if message.get("more_body", False):
                return
            head, self._head = self._head, None
            whole = self._change(head, bytes(self._body))
            if whole:  # else it answers HEAD, and the length is that of a body that is not sent
                MutableHeaders(scope=head)["Content-Length"] = str(len(whole))
            await self._send(head)
            message = {**message, "body": whole}
        await self._send(message)
