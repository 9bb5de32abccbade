"""What a person chose for this browser: language, light or dark, and the name decisions are signed with. Kept in cookies."""

from typing import Final, NamedTuple
from urllib.parse import quote, unquote

from nicegui import ui

from jumou.domain.access import LOCAL, Principal
from jumou.domain.framework import Language

_YEAR: Final = 31_536_000
_MOST: Final = 60


class Preferences(NamedTuple):
    """The choices of the browser that asks for a page."""

    language: Language
    dark: bool
    name: str
    caller: Principal = LOCAL

    def t(self, zh: str, en: str) -> str:
        """The text in the chosen language."""
        return zh if self.language == "zh" else en


def preferences(default: Language) -> Preferences:
    """The choices sent with the request of this page; `default` is the language of a browser that chose none."""
    request = ui.context.client.request
    cookies = request.cookies if request is not None else {}
    language: Language = default
    if cookies.get("jm_language") == "en":
        language = "en"
    elif cookies.get("jm_language") == "zh":
        language = "zh"
    caller: Principal = LOCAL if request is None else request.state.principal
    name = unquote(cookies.get("jm_name", ""))[:_MOST]
    if caller.authenticated:
        name = caller.user  # who is logged in signs with no other name
    return Preferences(language, cookies.get("jm_dark") == "1", name, caller)


def remember(name: str, value: str) -> None:
    """Keeps a choice in the browser of this page."""
    ui.run_javascript(f'document.cookie = "jm_{name}={quote(value[:_MOST])};path=/;max-age={_YEAR};samesite=lax"')
