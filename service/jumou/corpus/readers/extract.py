"""What a reader takes out of a file."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Self

Format = Literal["pdf", "docx", "xlsx", "html", "markdown", "text", "csv"]


@dataclass(frozen=True, slots=True)
class Extract:
    """Text with its headings as Markdown `#` lines, and what the file says about itself.

    `title` is empty where the file names none. `front` is the description written by a person (front matter, sidecar);
    `notes` are remarks for that person, in zh and en.
    """

    text: str
    format: Format
    title: str = ""
    front: dict[str, Any] = field(default_factory=dict)
    notes: tuple[tuple[str, str], ...] = ()

    def record(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """The inverse of `record`."""
        return cls(**{**record, "notes": tuple((zh, en) for zh, en in record["notes"])})
