"""Who a request comes from, found before any route sees it."""

from starlette.types import ASGIApp, Receive, Scope, Send

from jumou.domain.access import LOCAL


class Identity:
    """Puts the principal of every request and every socket into its state (`request.state.principal`)."""

    def __init__(self, app: ASGIApp) -> None:
        """`app` is what is called with it."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or socket."""
        if scope["type"] in ("http", "websocket"):
            scope.setdefault("state", {})["principal"] = LOCAL
        await self._app(scope, receive, send)
