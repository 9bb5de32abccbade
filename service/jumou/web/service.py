"""What the pages reach for: the open parts of this process, plans as read, and who drafts."""

import asyncio
import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple, Self

from nicegui import ui

from jumou.api.access import Parts
from jumou.api.identity import Door
from jumou.api.making import Making
from jumou.compose import Office
from jumou.domain.access import LOCAL, Principal, Scope
from jumou.domain.framework import Language
from jumou.domain.plan import Plan
from jumou.domain.standing import History
from jumou.export.sources import SourceList, source_list
from jumou.settings import Settings
from jumou.workflow.reading import StoredPlan, read_plan
from jumou.workflow.review import Person

_KEPT: Final = 6
_Key = tuple[str, str]
"""A workspace, and the id of a plan in it."""


class Loaded(NamedTuple):
    """A plan as it stands, its records, and its sources numbered."""

    plan: StoredPlan
    whole: Plan
    history: History
    sources: SourceList


@dataclass
class Service:
    """The parts behind the pages of one person. Plans that were read are kept until they change."""

    settings: Settings
    parts: Parts
    making: Making
    door: Door
    caller: Principal = LOCAL
    session: str = ""
    _read: OrderedDict[_Key, Loaded] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def here(self) -> Self:
        """The same parts for whoever asked for the page that is being built."""
        request = ui.context.client.request
        if request is None:
            raise RuntimeError("no page is being built")
        return replace(self, caller=request.state.principal, session=self.door.session_of(request))

    @property
    def language(self) -> Language:
        """The language of a browser that chose none."""
        return self.settings.language

    def may(self, scope: Scope) -> bool:
        """Whether the person may act so; what they may not is not offered."""
        return self.caller.may(scope)

    def person(self, name: str) -> Person:
        """Who acts on the page: the person logged in, or without accounts whoever gave the name.

        Raises:
            NotSignedIn: the session has ended meanwhile.
        """
        return Person(self.caller.signs("" if self.caller.authenticated else name), principal=self._still())

    def acting(self, scope: Scope) -> Office:
        """The parts, for an act.

        Raises:
            NotAllowed: the person may not.
            ServiceUnavailable: they are still being opened.
            NotSignedIn: the session has ended meanwhile.
        """
        self._still().must(scope)
        return self.opened()

    def stored(self) -> Office:
        """The parts with the database open.

        Raises:
            ServiceUnavailable: it is still being opened.
            NotSignedIn: the session has ended meanwhile.
        """
        return self.parts.opening.stored().within(self._still().reach)

    def opened(self) -> Office:
        """The parts with the library open too.

        Raises:
            ServiceUnavailable: it is still being opened.
            NotSignedIn: the session has ended meanwhile.
        """
        return self.parts.opening.jumou().within(self._still().reach)

    def _still(self) -> Principal:
        """The caller as it stands now: a page stays open longer than a session may last."""
        return self.door.still(self.caller, self.session)

    async def load(self, plan_id: str) -> Loaded:
        """The plan as it stands now.

        Raises:
            NotFound: there is none.
            StepConflict: it does not have all four steps.
        """
        return await asyncio.to_thread(self._load, plan_id)

    def _load(self, plan_id: str) -> Loaded:
        store = self.stored().store
        history = store.history(plan_id)  # raises when it is none of the caller's
        key = (store.workspace, plan_id)
        with self._lock:
            held = self._read.get(key)
            if held is not None and held.history.event == history.event:
                self._read.move_to_end(key)
                return held
        plan = read_plan(store, plan_id)
        whole = plan.whole()
        loaded = Loaded(plan, whole, history, source_list(whole))
        with self._lock:
            self._read[key] = loaded
            while len(self._read) > _KEPT:
                self._read.popitem(last=False)
        return loaded
