"""The audit stream: one line an act, each holding the hash of the line before, so that a change to any of them shows."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from pydantic import Field

from jumou.domain.model import Code, Model
from jumou.domain.steps import canonical, hash_of_text

GENESIS: Final = "0" * 64
"""What stands in for the hash before the first line."""

Detail = str | int | float | bool | None


class Act(NamedTuple):
    """What somebody did. `subject` is `kind:id`; details are ids, numbers and choices, never texts of documents or plans."""

    action: str
    subject: str = ""
    actor: str = ""
    workspace: str = ""
    request_id: str = ""
    details: Mapping[str, Detail] = {}


class AuditEntry(Model):
    """One line of the stream; numbers run from 1 without a gap."""

    number: int = Field(ge=1)
    at: Code = Field(description="UTC, to the microsecond")
    workspace: Code
    actor: Code
    action: Code
    subject: Code = ""
    request_id: Code = ""
    details: dict[str, Detail] = Field(default_factory=dict)
    previous: Code = Field(description="hash of the line before; zeros for the first")
    hash: Code = Field(description="SHA-256 of the other fields as JSON, keys in order, no blanks")

    @property
    def expected_hash(self) -> str:
        """The hash its content has."""
        return hash_of_text(canonical(self.model_dump(mode="json", exclude={"hash"})))


def entry_after(head: "Head", act: Act, at: str) -> AuditEntry:
    """The line that follows `head`."""
    draft = AuditEntry(
        number=head.number + 1, at=at, workspace=act.workspace, actor=act.actor, action=act.action, subject=act.subject,
        request_id=act.request_id, details=dict(act.details), previous=head.hash, hash="",
    )  # fmt: skip
    return draft.model_copy(update={"hash": draft.expected_hash})


class Head(NamedTuple):
    """The number and the hash of the newest line; 0 and zeros before there is one."""

    number: int = 0
    hash: str = GENESIS


class Verdict(NamedTuple):
    """How far the chain holds. `broken` is the number of the first line that does not fit; None when all do."""

    entries: int
    head: Head
    broken: int | None = None
    why: str = ""
    """`altered`: its content has another hash; `removed`: lines before it are missing; `relinked`: it follows another line."""


def verified(entries: Iterable[AuditEntry], start: Head | None = None) -> Verdict:
    """Goes through the lines in their order, from `start` (the beginning) on."""
    head, seen = start or Head(), 0
    for entry in entries:
        if entry.number != head.number + 1:
            return Verdict(seen, head, entry.number, "removed")
        if entry.previous != head.hash:
            return Verdict(seen, head, entry.number, "relinked")
        if entry.hash != entry.expected_hash:
            return Verdict(seen, head, entry.number, "altered")
        head, seen = Head(entry.number, entry.hash), seen + 1
    return Verdict(seen, head)
