"""The account of one draft: what a model was asked, what it cost, and which items the rules wrote after all."""

from collections import Counter
from dataclasses import dataclass, field

from jumou.domain.framework import StepKey
from jumou.domain.plan import Fallback, ModelUse, PromptUse

_EXAMPLES = 5


@dataclass(eq=False)
class Account:
    """Filled while a plan is drafted; empty when no model takes part."""

    model: str = ""
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    usd: float | None = None
    unpriced: int = 0
    seconds: float = 0.0
    repairs: int = 0
    written: Counter[StepKey] = field(default_factory=Counter)
    prompts: Counter[tuple[StepKey, str, int, str]] = field(default_factory=Counter)
    fallen: dict[tuple[StepKey, str], list[str]] = field(default_factory=dict)

    def fall_back(self, step: StepKey, reason: str, item: str) -> None:
        """The rules' text of `item` stands, because of `reason`."""
        self.fallen.setdefault((step, reason), []).append(item)

    @property
    def by_model(self) -> int:
        """How many texts are the model's."""
        return sum(self.written.values())

    def use(self) -> ModelUse | None:
        """For the plan's provenance; None when no model took part."""
        if not self.model:
            return None
        return ModelUse(
            model=self.model,
            calls=self.calls,
            tokens_in=self.tokens_in,
            tokens_out=self.tokens_out,
            usd=self.usd,
            unpriced_calls=self.unpriced,
            seconds=round(self.seconds, 3),
            repairs=self.repairs,
            items_by_model={step: count for step, count in self.written.items() if count},
            prompts=tuple(
                PromptUse(step=step, id=name, version=version, hash=digest, calls=calls)
                for (step, name, version, digest), calls in sorted(self.prompts.items())
            ),
            fallbacks=tuple(
                Fallback(step=step, reason=reason, items=len(items), examples=tuple(sorted(items)[:_EXAMPLES]))
                for (step, reason), items in sorted(self.fallen.items())
            ),
        )
