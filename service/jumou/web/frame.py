"""What stands around every page: the head with its choices, the styles and scripts, and errors said in words."""

import inspect
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from nicegui import ui

from jumou.domain.access import SCOPES, Principal
from jumou.errors import JumouError
from jumou.web.preferences import Preferences, remember
from jumou.web.view import render_plain

ASSETS: Final = "/assets/jumou"
_COLOURS: Final = {"positive": "#1d6b43", "negative": "#a8261c", "warning": "#805300", "info": "#1b4f72"}


@contextmanager
def frame(chosen: Preferences, here: str, title: str) -> Iterator[None]:
    """The head of a page; its content is built inside."""
    ui.page_title(f"{title} · {chosen.t('聚谋', 'jumou')}")
    ui.colors(primary="#1b4f72" if not chosen.dark else "#2d6f9e", **_COLOURS)
    ui.dark_mode(value=chosen.dark)
    ui.add_head_html(
        f'<link rel="stylesheet" href="{ASSETS}/jumou.css"><script defer src="{ASSETS}/jumou.js"></script>'
    )
    caller = chosen.caller
    for scope in SCOPES:
        if not caller.may(scope):
            ui.query("body").classes(
                f"may-not-{scope}"
            )  # what one may not do is not offered; the service refuses it anyway
    markup("frame_top", chosen, here=here, name=chosen.name, dark=chosen.dark, caller=caller, places=_places(caller))
    ui.on("jm-act", lambda event: _choose(chosen, event.args))
    yield


def _places(caller: Principal) -> tuple[str, ...]:
    """The workspaces the person may turn to: none besides this one without accounts, or with the key of one workspace."""
    request = ui.context.client.request
    if caller.via != "session" or caller.key_id or request is None:
        return ()
    known = request.app.state.parts.opening.stored().accounts.memberships(caller.user)
    return tuple(one.workspace for one in known)


def markup(template: str, chosen: Preferences, /, **more: Any) -> ui.html:
    """A piece of a page that needs no plan."""
    return html(render_plain(template, chosen.language, **more))


def html(content: str) -> ui.html:
    """Markup of our own; every value in it was escaped by its template."""
    return ui.html(content, sanitize=False).classes("jm-slot")


def _choose(chosen: Preferences, sent: dict[str, str]) -> None:
    """The choices in the head of the page."""
    match sent["act"]:
        case "language" | "dark":
            remember(sent["act"], sent["value"])
            ui.navigate.reload()
        case "name":
            ask_name(chosen, lambda _: ui.navigate.reload())


def ask_name(chosen: Preferences, then: Callable[[str], object]) -> None:
    """Asks by which name decisions are to be signed, then goes on with it."""
    t = chosen.t
    with ui.dialog(value=True) as dialog, ui.card():
        ui.label(t("审阅署名", "Your name")).classes("jm-h")
        ui.label(
            t("通过、修改、退回等决定都会署上这个名字。", "Approvals, edits and rejections are signed with it.")
        ).classes("small quiet")
        field = ui.input(t("姓名", "Name"), value=chosen.name).props("outlined dense autofocus maxlength=60")

        async def keep() -> None:
            name = (field.value or "").strip()
            if not name:
                return
            remember("name", name)
            shown = json.dumps(f"{t('署名：', 'Name: ')}{name}", ensure_ascii=False)
            ui.run_javascript(f"document.querySelector('[data-act=name]').textContent = {shown}")
            dialog.close()
            going = then(name)
            if inspect.isawaitable(going):
                await going

        field.on("keydown.enter", keep)
        with ui.row():
            button(t("确定", "Keep"), keep, main=True)
            button(t("取消", "Cancel"), dialog.close)


def button(text: str, press: Callable[[], object], *, main: bool = False, slim: bool = False) -> ui.element:
    """A button in our own dress."""
    classes = f"btn {'main' if main else ''} {'slim' if slim else ''}"
    with ui.element("button").classes(classes).props("type=button").on("click", lambda _: press()) as made:
        ui.label(text)
    return made


def fault(chosen: Preferences, error: JumouError) -> None:
    """Says what is wrong and what to do."""
    markup("fault", chosen, message=error.message(chosen.language))


def tell(chosen: Preferences, error: JumouError) -> None:
    """The same, in passing."""
    ui.notify(error.message(chosen.language), type="negative", timeout=8000, close_button=chosen.t("知道了", "OK"), multi_line=True)  # fmt: skip
