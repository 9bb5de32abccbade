"""What the templates are given: a plan in one language, with the marks that stand behind its statements."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from jumou.domain import framework
from jumou.domain.evidence import Citation, Grounded
from jumou.domain.framework import Language, StepKey
from jumou.domain.quantity import Quantity
from jumou.domain.review import Comment
from jumou.domain.standing import ItemStanding, StepStanding
from jumou.domain.steps import STEP_ORDER
from jumou.drafting.wording import number, shown, unit_in
from jumou.export import terms
from jumou.export.label import running_label
from jumou.web.fields import title_of
from jumou.web.service import Loaded

_FOLDER: Final = Path(__file__).parent / "templates"
_NUMERALS: Final = ("一", "二", "三", "四")

STATE_NAMES: Final[dict[str, tuple[str, str]]] = {
    "not_drafted": ("未起草", "not drafted"),
    "awaiting": ("待审", "awaiting"),
    "approved": ("已审定", "approved"),
    "rejected": ("已退回", "rejected"),
    "asked_again": ("待重拟", "asked again"),
    "stale": ("上游已变", "stale"),
}


@dataclass
class View:
    """One plan in one language. `figures` holds what stands behind the figure marks that were rendered, by key."""

    loaded: Loaded
    language: Language
    figures: dict[str, tuple[Quantity, ...]] = field(default_factory=dict)
    _standings: dict[str, dict[str, ItemStanding]] = field(default_factory=dict)
    _comments: dict[tuple[str, str], list[Comment]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Standings and comments are found by item."""
        for step in self.loaded.plan.steps:
            self._standings[step.step] = {item.id: item for item in step.items}
        for comment in self.loaded.history.comments:
            self._comments.setdefault((comment.step, comment.item_id), []).append(comment)

    def t(self, zh: str, en: str) -> str:
        """The text in the page's language."""
        return zh if self.language == "zh" else en

    def step(self, key: StepKey) -> StepStanding:
        """Where a step stands."""
        return next(step for step in self.loaded.plan.steps if step.step == key)

    def standing(self, step: str, item_id: str) -> ItemStanding | None:
        """Where an item stands."""
        return self._standings[step].get(item_id)

    def comments(self, step: str, item_id: str = "") -> list[Comment]:
        """The remarks on an item, oldest first."""
        return self._comments.get((step, item_id), [])

    def state(self, key: str) -> str:
        """The name of a state."""
        zh, en = STATE_NAMES[key]
        return self.t(zh, en)

    def mark(self, citation: Citation) -> str:
        """The number a source has in the plan."""
        return self.loaded.sources.mark(citation)

    def keep(self, said: Sequence[Quantity]) -> str:
        """The key under which figures can be asked for later."""
        key = hashlib.sha256("|".join(f"{one.label}{one.value}{one.unit}" for one in said).encode()).hexdigest()[:12]
        self.figures[key] = tuple(said)
        return key

    def shown(self, quantity: Quantity | None, *, year: bool = False) -> str:
        """A figure as text; a dash for none."""
        return "—" if quantity is None else shown(quantity, self.language, year=year)

    def unit(self, unit: str) -> str:
        """A unit in the page's language."""
        return unit_in(unit, self.language)

    def joined(self, words: Sequence[str]) -> str:
        """An enumeration."""
        return self.t("、", ", ").join(words)

    def term(self, table: str, key: str) -> str:
        """The name of a key, from the framework or from the terms files use."""
        names: Mapping[Any, framework.Name] = getattr(framework, table, None) or getattr(terms, table)
        return terms.term(names, key, self.language)

    def title(self, item_id: str) -> str:
        """What an item is called."""
        return title_of(item_id, self.language)

    def label(self) -> str:
        """The label of assisted content, as it stands in the files."""
        return running_label(self.loaded.whole)

    def drafted_by(self) -> str:
        """Who wrote the plan: rules or a model, and the people who changed it."""
        names = self.loaded.plan.provenance.drafter.split(", ")
        people = [name.removeprefix("person:") for name in names if name.startswith("person:")]
        drafters = [
            self.t("规则起草，未使用大模型", "drafted by rules, no language model") if name == "rules" else self.t(f"起草：{name}", f"drafted by {name}")
            for name in names if not name.startswith("person:")
        ]  # fmt: skip
        changed = [self.t("人工修改：", "changed by ") + self.joined(people)] if people else []
        return self.t("；", "; ").join([*drafters, *changed])

    def own(self, said: Grounded) -> str:
        """The person who wrote it; empty when a drafter did."""
        return said.author.removeprefix("person:") if said.author.startswith("person:") else ""


def render(name: str, view: View, /, **more: Any) -> str:
    """The template `name` (without ending) as HTML."""
    return _ENVIRONMENT.get_template(f"{name}.html").render(v=view, t=view.t, plan=view.loaded.whole, stored=view.loaded.plan, **more)  # fmt: skip


def render_plain(name: str, language: Language, /, **more: Any) -> str:
    """A template that needs no plan."""
    return _ENVIRONMENT.get_template(f"{name}.html").render(t=lambda zh, en: zh if language == "zh" else en, language=language, **more)  # fmt: skip


def _paragraphs(text: str) -> Markup:
    return Markup("<br>").join(text.split("\n"))


def _moment(at: str) -> Markup:
    """A stored time, in UTC; the page turns it into the reader's own."""
    return Markup('<time datetime="{}">{} UTC</time>').format(at, at[:16].replace("T", " "))


_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    extensions=["jinja2.ext.do"],
)  # fmt: skip
_ENVIRONMENT.filters |= {"number": number, "paragraphs": _paragraphs, "moment": _moment}
_ENVIRONMENT.globals |= {"STEPS": framework.STEPS, "ORDER": STEP_ORDER, "NUMERALS": _NUMERALS, "CATEGORIES": framework.CATEGORIES, "TYPES": framework.PROJECT_TYPES, "FAMILIES": framework.KPI_FAMILIES, "PESTEL": framework.PESTEL, "FUNDING": terms.FUNDING, "POSITIONS": terms.POSITIONS}  # fmt: skip
