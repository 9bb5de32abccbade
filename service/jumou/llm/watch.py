"""The figures of a call of the model."""

from decimal import Decimal

from jumou import metrics
from jumou.llm.messages import Usage


def called(model: str, usage: Usage | None, usd: Decimal | None, seconds: float) -> None:
    """Counts one call; without `usage` it failed before anything was written."""
    metrics.note("jumou_model_calls", model=model, outcome="failed" if usage is None else "answered")
    metrics.note("jumou_model_call_seconds", seconds, model=model)
    if usage is not None:
        metrics.note("jumou_model_tokens", usage.tokens_in, model=model, direction="in")
        metrics.note("jumou_model_tokens", usage.tokens_out, model=model, direction="out")
    if usd:
        metrics.note("jumou_model_usd", float(usd), model=model)
