"""The drafter that asks a language model, item by item, and takes nothing from it that does not pass the checks."""

from jumou.drafting.llm.drafter import LlmDrafter

__all__ = ["LlmDrafter"]
