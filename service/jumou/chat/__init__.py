"""Chats in which a planner drafts a vision and asks for evidence: with a model, or guided by rules, with the same events."""

from jumou.chat.answering import Answerer, Outcome, Step, Turn
from jumou.chat.session import Chatting

__all__ = ["Answerer", "Chatting", "Outcome", "Step", "Turn"]
