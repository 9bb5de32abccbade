"""Where plans are kept: tables, migrations and the store. Nothing in it is overwritten or deleted."""

from jumou.storage.change import PlanChange
from jumou.storage.chats import ChatPage, ChatStore
from jumou.storage.database import open_database
from jumou.storage.store import PlanPage, PlanStore, ProgressEntry, StoredRequest

__all__ = [
    "ChatPage",
    "ChatStore",
    "PlanChange",
    "PlanPage",
    "PlanStore",
    "ProgressEntry",
    "StoredRequest",
    "open_database",
]
