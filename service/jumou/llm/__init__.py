"""Language models: reached, asked for text or for answers of a shape, kept within a budget."""

from jumou.llm.budget import Budget, Spending, Spent
from jumou.llm.journal import Journal
from jumou.llm.messages import Message, Piece, Reply, ToolCall, ToolSpec, Usage
from jumou.llm.model import Endpoint, LangchainEndpoint
from jumou.llm.opening import open_model
from jumou.llm.prompt import Prompt, load_prompt
from jumou.llm.run import LanguageModel, Run

__all__ = [
    "Budget",
    "Endpoint",
    "Journal",
    "LangchainEndpoint",
    "LanguageModel",
    "Message",
    "Piece",
    "Prompt",
    "Reply",
    "Run",
    "Spending",
    "Spent",
    "ToolCall",
    "ToolSpec",
    "Usage",
    "load_prompt",
    "open_model",
]
