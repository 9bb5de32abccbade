"""How a plan's objects are put on a page: each statement with its marks, each figure with its basis."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from jumou.domain.evidence import Citation, Grounded, Statement
from jumou.domain.framework import Language, Name
from jumou.domain.quantity import Quantity
from jumou.drafting.wording import Writer, in_english, number, shown, unit_in
from jumou.export.blocks import Cell, Line, Run, cell_of, plain
from jumou.export.sources import SourceList
from jumou.export.terms import BASES, STATES

_BRACKETS: Final[dict[Language, tuple[str, str]]] = {"zh": ("〔", "〕"), "en": (" [", "]")}
_PERSON: Final = Name("人工", "person")
_MODEL: Final = Name("模型", "model")


@dataclass(frozen=True, slots=True)
class Voice:
    """Writes lines in the plan's language with the plan's source numbers."""

    language: Language
    sources: SourceList

    def pick(self, zh: str, en: str) -> str:
        """The text in the plan's language."""
        return zh if self.language == "zh" else en

    def name(self, name: Name) -> str:
        """The term in the plan's language."""
        return name.in_(self.language)

    def bracketed(self, text: str) -> str:
        """A mark as it stands behind a statement: 〔规划假设〕 or [planning assumption]."""
        left, right = _BRACKETS[self.language]
        return f"{left}{text}{right}"

    def say(self, statement: Statement, *, lead: str = "") -> Line:
        """A statement with its marks; `lead` is set before it in bold."""
        return (*self.strong(lead), Run(statement.text), *self.marks(statement))

    def says(self, statements: Iterable[Statement]) -> Cell:
        """A cell of statements, one a line."""
        return cell_of(self.say(statement) for statement in statements)

    def strong(self, text: str) -> Line:
        """Text that leads a line."""
        return (Run(text, "strong"),) if text else ()

    def marks(self, said: Grounded) -> Line:
        """What stands behind it: source numbers, else profile or computation; assumption; no evidence; and a foreign author."""
        runs: list[Run] = []
        if said.citations:
            runs.append(Run(self.sources.marks(said.citations), "source"))
        if said.state == "grounded" and not said.citations:
            computed = any(figure.basis == "computed" for figure in said.figures)
            only = computed and not any(figure.basis in ("profile", "source") for figure in said.figures)
            runs.append(Run(self.bracketed(self.name(BASES["computed" if only else "profile"])), "state"))
        elif said.state == "assumption":
            runs.append(Run(self.bracketed(self.name(STATES["assumption"])), "state"))
        elif said.state == "no_evidence":
            runs.append(Run(self.bracketed(self.name(STATES["no_evidence"])), "warning"))
        runs.extend(self.author(said.author))
        return tuple(runs)

    def author(self, author: str) -> Line:
        """A mark for whoever wrote it, when that was not the rules."""
        if author == "rules":
            return ()
        who = author.removeprefix("person:")
        kind = _PERSON if author.startswith("person:") else _MODEL
        return (
            Run(
                self.bracketed(f"{self.name(kind)}：{who}" if self.language == "zh" else f"{self.name(kind)}: {who}"),
                "state",
            ),
        )

    def cited(self, citations: Iterable[Citation]) -> Line:
        """Only the source numbers."""
        marks = self.sources.marks(citations)
        return (Run(marks, "source"),) if marks else ()

    def figure(self, quantity: Quantity | None, *, year: bool = False) -> Line:
        """A figure with its basis behind it; nothing for no figure."""
        if quantity is None:
            return ()
        return (Run(shown(quantity, self.language, year=year)), *self.basis(quantity))

    def basis(self, quantity: Quantity) -> Line:
        """The mark of a figure's basis: the source's number, or the name of the basis."""
        if quantity.basis == "source":
            numbers = [self.sources.number_of(source) for source in quantity.source_ids]
            marks = "".join(dict.fromkeys(f"[{number}]" for number in numbers if number is not None))
            if marks:
                return (Run(marks, "source"),)
        return (Run(self.bracketed(self.name(BASES[quantity.basis])), "state"),)

    def amount(self, value: float, unit: str) -> str:
        """A value with its unit."""
        return f"{number(value)}{unit}" if self.language == "zh" else in_english(value, unit)

    def statistic(self, name: str) -> str:
        """The name of a figure: a Chinese statistic in an English document by its English name, where there is one."""
        return Writer(self.language).statistic(name)

    def unit(self, unit: str) -> str:
        """A unit as it is written in the plan's language."""
        return unit_in(unit, self.language)

    def joined(self, words: Iterable[str]) -> str:
        """An enumeration."""
        return ("、" if self.language == "zh" else ", ").join(words)

    def ids(self, ids: Iterable[str]) -> str:
        """Ids in a row. With blanks between, so that no reader breaks a line inside one."""
        return ", ".join(ids)

    def colon(self, label: str) -> str:
        """A label with the colon of the language behind it."""
        return f"{label}：" if self.language == "zh" else f"{label}: "

    def titled(self, title: str) -> str:
        """A document's title in the quotation marks of the language."""
        if self.language == "en":
            return f"“{title}”"
        return title if "《" in title else f"《{title}》"

    def missing(self, zh: str, en: str) -> Line:
        """A line that says something is not there, marked as such."""
        return (*plain(self.pick(zh, en)), Run(self.bracketed(self.name(STATES["no_evidence"])), "warning"))
