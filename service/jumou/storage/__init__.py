"""Where plans are kept: tables, migrations and the store. Nothing in it is overwritten or deleted."""

from jumou.storage import access_tables
from jumou.storage.audit import AuditLog
from jumou.storage.batch_queue import BatchQueue
from jumou.storage.batches import BatchPage, BatchStore
from jumou.storage.change import PlanChange
from jumou.storage.chats import ChatPage, ChatStore
from jumou.storage.database import answers, open_database
from jumou.storage.presence import Presence
from jumou.storage.store import PlanPage, PlanStore, ProgressEntry, StoredRequest

__all__ = [
    "AuditLog",
    "BatchPage",
    "BatchQueue",
    "BatchStore",
    "ChatPage",
    "ChatStore",
    "PlanChange",
    "PlanPage",
    "PlanStore",
    "Presence",
    "ProgressEntry",
    "StoredRequest",
    "access_tables",
    "answers",
    "open_database",
]
