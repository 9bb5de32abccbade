"""Where chapters write: headings are counted, statements get their marks, charts stand or say why they are missing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from jumou.domain.evidence import Statement
from jumou.domain.framework import Language
from jumou.domain.plan import Plan
from jumou.export.blocks import Block, Cell, Heading, Line, Paragraph, Record, Run, Table, Turn, cell, plain
from jumou.export.charts import Chart
from jumou.export.numbering import Counter, chinese
from jumou.export.voice import Voice


@dataclass(slots=True)
class Page:
    """The document under construction."""

    plan: Plan
    voice: Voice
    charts: Mapping[str, Chart]
    blocks: list[Block] = field(default_factory=list)
    _counter: Counter = field(init=False)
    _annexes: int = 0
    _tables: int = 0
    _pictures: int = 0

    def __post_init__(self) -> None:
        """Counting starts with the document."""
        self._counter = Counter(self.voice.language)

    @property
    def language(self) -> Language:
        """The plan's language."""
        return self.voice.language

    def pick(self, zh: str, en: str) -> str:
        """The text in the plan's language."""
        return self.voice.pick(zh, en)

    def heading(self, level: int, zh: str, en: str) -> None:
        """A numbered heading."""
        self.blocks.append(Heading(level, self._counter.next(level), self.pick(zh, en)))

    def bare_heading(self, zh: str, en: str) -> None:
        """A heading of the first level without a number."""
        self.blocks.append(Heading(1, "", self.pick(zh, en)))

    def annex(self, zh: str, en: str, *, landscape: bool = False) -> None:
        """A new annex on a new page, upright or across."""
        self._annexes += 1
        self.blocks.append(Turn(landscape))
        number = f"附件{self._annexes}　" if self.language == "zh" else f"Annex {self._annexes}  "
        self.blocks.append(Heading(1, number, self.pick(zh, en)))

    def part(self, number: int, zh: str, en: str) -> None:
        """A heading inside an annex."""
        sign = f"（{chinese(number)}）" if self.language == "zh" else f"{number}  "
        self.blocks.append(Heading(2, sign, self.pick(zh, en)))

    def body(self, *lines: Line) -> None:
        """Paragraphs of running text; empty ones drop out."""
        self.blocks.extend(Paragraph(line) for line in lines if line)

    def items(self, lines: Iterable[Line]) -> None:
        """List items."""
        self.blocks.extend(Paragraph(line, "item") for line in lines if line)

    def references(self, lines: Iterable[Line]) -> None:
        """Entries of the list of sources."""
        self.blocks.extend(Paragraph(line, "reference") for line in lines if line)

    def note(self, zh: str, en: str) -> None:
        """A small remark about how to read what stands above."""
        self.blocks.append(Paragraph((Run(self.pick(zh, en), "muted"),), "note"))

    def say(self, statements: Iterable[Statement]) -> None:
        """Each statement as a paragraph with its marks."""
        self.body(*(self.voice.say(statement) for statement in statements))

    def table(
        self, zh: str, en: str, header: Sequence[str], rows: Iterable[Sequence[Cell | str]], widths: Sequence[float]
    ) -> None:
        """A captioned table; nothing when there are no rows."""
        filled = tuple(tuple(cell(item) if isinstance(item, str) else item for item in row) for row in rows)
        if not filled:
            return
        self._tables += 1
        number = f"表{self._tables}　" if self.language == "zh" else f"Table {self._tables}  "
        self.blocks.append(Table(number + self.pick(zh, en), tuple(header), filled, tuple(widths)))

    def record(self, title: Line, rows: Iterable[tuple[str, Cell]]) -> None:
        """One object field by field; fields without content drop out."""
        self.blocks.append(Record(title, tuple((label, content) for label, content in rows if content)))

    def chart(self, name: str, lacking_zh: str, lacking_en: str) -> None:
        """The chart with a numbered caption, or a line that says what it would need."""
        chart = self.charts.get(name)
        if chart is None:
            self.blocks.append(Paragraph((Run(self.pick(lacking_zh, lacking_en), "muted"),), "note"))
            return
        self._pictures += 1
        number = f"图{self._pictures}　" if self.language == "zh" else f"Figure {self._pictures}  "
        picture = chart.picture()
        self.blocks.append(type(picture)(picture.name, number + picture.caption, picture.alt, picture.png))

    def nothing(self, zh: str, en: str) -> None:
        """A paragraph that says something is missing, marked as such."""
        self.body(self.voice.missing(zh, en))


def count(number: int) -> Cell:
    """A cell with a whole number."""
    return (plain(str(number)),)
