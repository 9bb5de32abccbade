"""Builds the object graph of a process once, from its settings."""

import asyncio
import threading
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from jumou.corpus.progress import Progress, silent
from jumou.domain.access import Reach
from jumou.domain.evidence import EvidencePassage
from jumou.drafting.drafter import Drafter, DrafterName, RulesDrafter
from jumou.drafting.watching import WatchedDrafter
from jumou.errors import InvalidRequest, NotFound
from jumou.retrieval import Encoder, Library, Reranker, SharedLibrary, Shelf, load_encoder, load_reranker
from jumou.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Engine

    from jumou.chat import Answerer, Chatting
    from jumou.chat.workbench import Workbench
    from jumou.llm import Journal, LanguageModel
    from jumou.storage import (
        Accounts,
        AuditLog,
        BatchQueue,
        BatchStore,
        CallClaims,
        PlanStore,
        Presence,
        RunQueue,
        RunStore,
        Sessions,
    )
    from jumou.storage.reading import Kept
    from jumou.workflow.iterate import Operating
    from jumou.workflow.review import Reviewing


@dataclass(frozen=True)
class Office:
    """The parts of a process as one reach has them: nothing else can be read or written through them."""

    whole: "Jumou"
    reach: Reach

    @property
    def settings(self) -> Settings:
        """The settings of the process."""
        return self.whole.settings

    @cached_property
    def library(self) -> Shelf:
        """The shipped corpus and the documents of the workspace.

        Raises:
            IndexLocked: the index has to be built and another process is writing.
        """
        return Shelf(self.whole.index, self.reach)

    def library_for(self, drafter: str) -> Shelf:
        """What a drafter or answerer called so may be shown: a model on an endpoint of somebody's sees nothing internal."""
        return self.library if self._trusted(drafter) else Shelf(self.whole.index, self.reach._replace(internal=False))

    def _trusted(self, drafter: str) -> bool:
        return drafter == "rules" or self.settings.llm_internal

    @cached_property
    def store(self) -> "PlanStore":
        """The plans of the workspace, in the database of this home, or in the one the settings name; raises as `database`."""
        from jumou.storage import PlanStore  # noqa: PLC0415 - some commands need no database

        return PlanStore(self.whole.database, self.reach, self.whole.records)

    @cached_property
    def batches(self) -> "BatchStore":
        """The batches of the workspace."""
        from jumou.storage import BatchStore  # noqa: PLC0415 - as above

        return BatchStore(self.whole.database, self.reach)

    @cached_property
    def runs(self) -> "RunStore":
        """The runs of the workspace."""
        from jumou.storage import RunStore  # noqa: PLC0415 - as above

        return RunStore(self.whole.database, self.reach)

    @cached_property
    def chatting(self) -> "Chatting":
        """The chats of the workspace; used within one event loop.

        Raises:
            IndexLocked: the index has to be built and another process is writing.
        """
        from jumou.chat import Chatting  # noqa: PLC0415 - as above
        from jumou.storage import ChatStore  # noqa: PLC0415 - as above

        store = ChatStore(self.whole.database, self.reach)
        return Chatting(
            store, self.store, self.answerers, self.whole.presence, model_reads_internal=self.settings.llm_internal
        )

    @cached_property
    def answerers(self) -> "Mapping[str, Answerer]":
        """Who can answer in a chat: `rules`, and `llm` where the settings name a model."""
        from jumou.chat.rules import RulesAnswerer  # noqa: PLC0415 - as above

        rules = RulesAnswerer(self.workbench)
        model = self.whole.model
        if model is None:
            return {"rules": rules}
        from jumou.chat.model import ModelAnswerer  # noqa: PLC0415 - as above
        from jumou.chat.workbench import Workbench  # noqa: PLC0415 - as above

        quiet = RulesAnswerer(self.workbench_for("llm"), announce=False)
        bench = Workbench(self.library_for("llm"), self.drafter_named("llm"))
        return {"rules": rules, "llm": ModelAnswerer(model, bench, quiet)}

    @cached_property
    def workbench(self) -> "Workbench":
        """The tools of the chats."""
        return self.workbench_for("rules")

    def workbench_for(self, answerer: str) -> "Workbench":
        """The tools of an answerer: over no more than it may be shown."""
        from jumou.chat.workbench import Workbench  # noqa: PLC0415 - as above

        return Workbench(self.library_for(answerer))

    @cached_property
    def operating(self) -> "Operating":
        """Kept plans in operation: actual values, deviations, proposed adjustments."""
        from jumou.workflow.iterate import Operating  # noqa: PLC0415 - as above

        return Operating(self.store, self.reviewing)

    @cached_property
    def reviewing(self) -> "Reviewing":
        """Decisions on stored plans; passages a person cites come from the library."""
        from jumou.workflow.review import Reviewing  # noqa: PLC0415 - as above

        return Reviewing(self.store, self._passage)

    def _passage(self, passage_id: str) -> EvidencePassage | None:
        try:
            passage = self.library.passage(passage_id)
            return EvidencePassage(passage=passage, document=self.library.document(passage.document_id))
        except NotFound:
            return None

    @property
    def encoder(self) -> Encoder:
        """The encoder the settings name; raises as the process's."""
        return self.whole.encoder

    @property
    def model(self) -> "LanguageModel | None":
        """The language model the settings name; None when they name none."""
        return self.whole.model

    @property
    def drafter(self) -> Drafter:
        """The drafter the settings name; raises as `drafter_named`."""
        return self.whole.drafter

    def drafter_named(self, name: DrafterName, *, user: str = "", journal: "Journal | None" = None) -> Drafter:
        """The drafter called so; empty is the settings' choice. `user` is whom a model's daily allowance is counted for.

        The `journal` of a run keeps the answers it has paid for.

        Raises:
            InvalidRequest: the model's is asked for and the settings name no model.
        """
        return self.whole.drafter_named(name, user=user, journal=journal)

    def drafter_of(self, plan_id: str, *, user: str = "", journal: "Journal | None" = None) -> Drafter:
        """Who drafts a stored plan again: the rules, where it is internal and a model must not see it.

        Raises:
            NotFound: there is no such plan.
        """
        drafter = self.drafter_named("", user=user, journal=journal)
        if self._trusted(drafter.name) or self.store.classification(plan_id) == "public":
            return drafter
        return RulesDrafter()


@dataclass(frozen=True)
class Jumou:
    """The parts of one process. The library opens on first use, or is built from the shipped corpus when there is none."""

    settings: Settings
    progress: Progress = silent
    _offices: dict[Reach, Office] = field(default_factory=dict, compare=False, repr=False)
    _opening: threading.Lock = field(default_factory=threading.Lock, compare=False, repr=False)

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder the settings name.

        Raises:
            InvalidRequest: none is called so.
            MissingExtra: it needs an optional part that is not installed.
        """
        chosen = self.settings
        return load_encoder(
            chosen.encoder, home=chosen.home, base_url=chosen.embeddings_base_url, api_key=chosen.embeddings_api_key
        )

    @cached_property
    def reranker(self) -> Reranker | None:
        """The reranker the settings name; None when they name none.

        Raises:
            MissingExtra: one is asked for and the optional part is not installed.
        """
        return load_reranker(self.settings.reranker) if self.settings.reranker else None

    @cached_property
    def index(self) -> Library:
        """The whole index of this home, for whoever keeps it; readers get a shelf of it (`within`).

        Raises:
            IndexLocked: it has to be built and another process is writing.
        """
        if self.shares_corpus:
            return self._joined(announce=False)
        return Library.ensure(
            self.settings.home, encoder=self.encoder, reranker=self.reranker, progress=self.progress,
            chroma_url=self.settings.chroma_url,
        )  # fmt: skip

    @property
    def shares_corpus(self) -> bool:
        """Whether the corpus is that of several machines: with a PostgreSQL database and a Chroma server."""
        return self.settings.database_url.startswith("postgres") and bool(self.settings.chroma_url)

    def build_index(self, *, rebuild: bool) -> Library:
        """The index of this home, brought up to date; with `rebuild` made anew, by this process's encoder for all machines.

        Raises:
            IndexLocked: another process is writing.
        """
        if self.shares_corpus:
            return self._joined(announce=rebuild)
        return Library.build(
            self.settings.home, encoder=self.encoder, reranker=self.reranker, rebuild=rebuild, progress=self.progress,
            chroma_url=self.settings.chroma_url,
        )  # fmt: skip

    def _joined(self, *, announce: bool) -> Library:
        from jumou.storage import DatabaseCorpusLog  # noqa: PLC0415 - one machine alone needs none

        return SharedLibrary.join(
            self.settings.home, DatabaseCorpusLog(self.database), encoder=self.encoder, reranker=self.reranker,
            chroma_url=self.settings.chroma_url, announce=announce, progress=self.progress,
        )  # fmt: skip

    @cached_property
    def database(self) -> "Engine":
        """The open database.

        Raises:
            InvalidRequest: the database address is of no use.
            MissingExtra: the driver of the database is not installed.
            ServiceUnavailable: the database does not answer.
        """
        from jumou.storage import open_database  # noqa: PLC0415 - as above

        return open_database(self.settings.home, self.settings.database_url)

    @cached_property
    def accounts(self) -> "Accounts":
        """Workspaces, members and keys; raises as `database`."""
        from jumou.storage import Accounts  # noqa: PLC0415 - as above

        return Accounts(self.database)

    @cached_property
    def sessions(self) -> "Sessions":
        """Page sessions; raises as `database`."""
        from jumou.storage import Sessions  # noqa: PLC0415 - as above

        return Sessions(self.database)

    @cached_property
    def audit(self) -> "AuditLog":
        """The audit stream; raises as `database`."""
        from jumou.storage import AuditLog  # noqa: PLC0415 - as above

        return AuditLog(self.database)

    def within(self, reach: Reach) -> Office:
        """The parts as somebody of this reach has them; the same ones every time."""
        with self._opening:
            if reach not in self._offices:
                self._offices[reach] = Office(self, reach)
            return self._offices[reach]

    @property
    def offices(self) -> tuple[Office, ...]:
        """Those that were asked for."""
        with self._opening:
            return tuple(self._offices.values())

    async def close_chats(self) -> None:
        """Breaks off the answers under way; what was said so far is kept."""
        for office in self.offices:
            if "chatting" in vars(office):
                await office.chatting.close()
        if "presence" in vars(self):
            await asyncio.to_thread(self.presence.end)

    @cached_property
    def presence(self) -> "Presence":
        """This process among those that answer in chats."""
        from jumou.storage import Presence  # noqa: PLC0415 - as above

        return Presence(self.database, self.settings.home)

    @cached_property
    def claims(self) -> "CallClaims":
        """The calls of a model this process has under way for runs."""
        from jumou.storage import CallClaims  # noqa: PLC0415 - as above

        return CallClaims(self.database, self.settings.home)

    @cached_property
    def records(self) -> "Kept":
        """Records of plans seen lately, whosever they are; stores look here only for plans they have found."""
        from jumou.storage.reading import Kept  # noqa: PLC0415 - as above

        return Kept()

    @cached_property
    def queue(self) -> "BatchQueue":
        """The regions of all batches that are to be drafted."""
        from jumou.storage import BatchQueue  # noqa: PLC0415 - as above

        return BatchQueue(self.database)

    @cached_property
    def runs(self) -> "RunQueue":
        """The runs of all workspaces that are to be done."""
        from jumou.storage import RunQueue  # noqa: PLC0415 - as above

        return RunQueue(self.database)

    @cached_property
    def model(self) -> "LanguageModel | None":
        """The language model the settings name; None when they name none.

        Raises:
            InvalidRequest: its name or address makes no sense.
        """
        from jumou.llm import open_model  # noqa: PLC0415 - most commands ask no model
        from jumou.storage.spending import DaySpending  # noqa: PLC0415 - as above

        shared = self.settings.database_url.startswith(("postgres:", "postgresql"))
        spending = DaySpending.beside(self.settings.home, lambda: self.database, shared=shared)
        return open_model(self.settings, spending)

    @cached_property
    def drafter(self) -> Drafter:
        """The drafter the settings name: without a word of theirs, the model where there is one, else the rules.

        Raises:
            InvalidRequest: they name the model's and there is no model.
        """
        return self.drafter_named("")

    def drafter_named(self, name: DrafterName, *, user: str = "", journal: "Journal | None" = None) -> Drafter:
        """The drafter called so; empty is the settings' choice. `user` is whom a model's daily allowance is counted for.

        The `journal` of a run keeps the answers it has paid for.

        Raises:
            InvalidRequest: the model's is asked for and the settings name no model.
        """
        if not self.settings.asks_model(name):
            return WatchedDrafter(RulesDrafter())
        if self.model is None:
            raise InvalidRequest(
                "没有设置大模型，不能由大模型起草。", "No language model is set, so none can draft.",
                mend_zh="请设置 JUMOU_LLM（见 docs/models.md），或改用 rules。", mend_en="Set JUMOU_LLM (see docs/models.md), or use rules.",
            )  # fmt: skip
        from jumou.drafting.llm import LlmDrafter  # noqa: PLC0415 - as above

        return WatchedDrafter(LlmDrafter(self.model, rounds=self.settings.llm_rounds, user=user, journal=journal))


def at_home(settings: Settings, progress: Progress = silent) -> Office:
    """The parts for a command on this machine: of the workspace the settings name, with all that an admin may do there."""
    return Jumou(settings, progress).within(Reach(settings.workspace))
