"""Where plans are kept: tables, migrations and the store. Nothing in it is overwritten or deleted."""

from jumou.storage.accounts import Accounts, Known
from jumou.storage.audit import AuditLog
from jumou.storage.batch_queue import BatchQueue
from jumou.storage.batches import BatchPage, BatchStore
from jumou.storage.change import PlanChange
from jumou.storage.chats import ChatPage, ChatStore
from jumou.storage.database import answers, open_database
from jumou.storage.presence import Presence
from jumou.storage.sessions import Sessions
from jumou.storage.store import PlanPage, PlanStore, ProgressEntry, StoredRequest

__all__ = [
    "Accounts",
    "AuditLog",
    "BatchPage",
    "BatchQueue",
    "BatchStore",
    "ChatPage",
    "ChatStore",
    "Known",
    "PlanChange",
    "PlanPage",
    "PlanStore",
    "Presence",
    "ProgressEntry",
    "Sessions",
    "StoredRequest",
    "answers",
    "open_database",
]
