"""What the pages reach for: the open parts of this process, plans as read, and who drafts."""

import asyncio
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from jumou.api.access import Parts
from jumou.api.making import Making
from jumou.compose import Jumou
from jumou.domain.framework import Language
from jumou.domain.plan import Plan
from jumou.domain.standing import History
from jumou.export.sources import SourceList, source_list
from jumou.settings import Settings
from jumou.workflow.reading import StoredPlan, read_plan

_KEPT: Final = 6


class Loaded(NamedTuple):
    """A plan as it stands, its records, and its sources numbered."""

    plan: StoredPlan
    whole: Plan
    history: History
    sources: SourceList


@dataclass
class Service:
    """The parts behind the pages. Plans that were read are kept until they change."""

    settings: Settings
    parts: Parts
    making: Making
    _read: OrderedDict[str, Loaded] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def language(self) -> Language:
        """The language of a browser that chose none."""
        return self.settings.language

    def stored(self) -> Jumou:
        """The parts with the database open.

        Raises:
            ServiceUnavailable: it is still being opened.
        """
        return self.parts.opening.stored()

    def opened(self) -> Jumou:
        """The parts with the library open too.

        Raises:
            ServiceUnavailable: it is still being opened.
        """
        return self.parts.opening.jumou()

    async def load(self, plan_id: str) -> Loaded:
        """The plan as it stands now.

        Raises:
            NotFound: there is none.
            StepConflict: it does not have all four steps.
        """
        return await asyncio.to_thread(self._load, plan_id)

    def _load(self, plan_id: str) -> Loaded:
        store = self.stored().store
        history = store.history(plan_id)
        with self._lock:
            held = self._read.get(plan_id)
            if held is not None and held.history.event == history.event:
                self._read.move_to_end(plan_id)
                return held
        plan = read_plan(store, plan_id)
        whole = plan.whole()
        loaded = Loaded(plan, whole, history, source_list(whole))
        with self._lock:
            self._read[plan_id] = loaded
            while len(self._read) > _KEPT:
                self._read.popitem(last=False)
        return loaded
