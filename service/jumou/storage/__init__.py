"""Where plans are kept: tables, migrations and the store. Nothing in it is overwritten or deleted."""

from jumou.storage.accounts import Accounts, Known
from jumou.storage.audit import AuditLog
from jumou.storage.batch_queue import BatchQueue
from jumou.storage.batches import BatchPage, BatchStore
from jumou.storage.calls import CallJournal
from jumou.storage.change import PlanChange
from jumou.storage.chats import ChatPage, ChatStore
from jumou.storage.claims import CallClaims
from jumou.storage.corpus_log import DatabaseCorpusLog
from jumou.storage.database import DATABASE_ERRORS, answers, open_database
from jumou.storage.dump import fill, snapshot
from jumou.storage.presence import Presence
from jumou.storage.run_queue import RunAsked, RunQueue
from jumou.storage.run_rows import RunFile
from jumou.storage.runs import RunPage, RunStore
from jumou.storage.sessions import Sessions
from jumou.storage.store import PlanPage, PlanStore
from jumou.storage.workers import WorkerList

__all__ = [
    "DATABASE_ERRORS",
    "Accounts",
    "AuditLog",
    "BatchPage",
    "BatchQueue",
    "BatchStore",
    "CallClaims",
    "CallJournal",
    "ChatPage",
    "ChatStore",
    "DatabaseCorpusLog",
    "Known",
    "PlanChange",
    "PlanPage",
    "PlanStore",
    "Presence",
    "RunAsked",
    "RunFile",
    "RunPage",
    "RunQueue",
    "RunStore",
    "Sessions",
    "WorkerList",
    "answers",
    "fill",
    "open_database",
    "snapshot",
]
