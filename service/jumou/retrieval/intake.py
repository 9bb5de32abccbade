"""Takes users' files into the library: new and changed ones only, each whole or not at all, none at the cost of another."""

import hashlib
import re
import time
import unicodedata
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import Final, Literal, NamedTuple

from jumou.corpus.describe import describe
from jumou.corpus.fulltext import FullText
from jumou.corpus.gather import Named, content_of, gather, printable, sidecar_of
from jumou.corpus.progress import Progress, silent
from jumou.corpus.readers import refusals
from jumou.corpus.readers.extract import Extract
from jumou.corpus.readers.limits import Limits
from jumou.corpus.readers.pool import Job, Readers
from jumou.corpus.readers.read import READERS
from jumou.corpus.split import passages
from jumou.domain.access import DEFAULT_WORKSPACE, Classification
from jumou.domain.audit import Act
from jumou.domain.evidence import Document
from jumou.domain.model import Model
from jumou.errors import InvalidRequest, NotFound, RefusedFile
from jumou.retrieval.index import Entry
from jumou.retrieval.library import Library
from jumou.retrieval.search import ADDED

Status = Literal["added", "unchanged", "updated", "refused"]

_GROUP: Final = 400
"""Passages stored together; what a kill can cost is the reading of so many."""

_SECONDS: Final = 10.0
"""After so long what has been read is stored, however little."""

_UNNAMED: Final = re.compile(r"\W+")


class Outcome(Model):
    """What became of one file. `document_id` is empty for a refused file; a message is for people."""

    path: str
    status: Status
    document_id: str = ""
    title: str = ""
    passages: int = 0
    message_zh: str = ""
    message_en: str = ""

    def message(self, language: str) -> str:
        """The message in `zh` or `en`."""
        return self.message_zh if language == "zh" else self.message_en


class Upload(NamedTuple):
    """A file that came without a path of its own; its name tells it from the others of its workspace."""

    name: str
    content: bytes
    described: bytes | None = None


class Added(Model):
    """A document a user added."""

    document: Document
    origin: str
    passages: int


class _Source(NamedTuple):
    shown: str
    name: str
    origin: str
    load: Callable[[], tuple[bytes, bytes | None]]


class _Place(NamedTuple):
    workspace: str
    classification: Classification


class _Pending(NamedTuple):
    number: int
    source: _Source
    document_id: str
    digest: str


def add_files(
    library: Library,
    paths: Iterable[Path | str],
    *,
    workspace: str = DEFAULT_WORKSPACE,
    classification: Classification = "public",
    progress: Progress = silent,
    limits: Limits | None = None,
) -> list[Outcome]:
    """Adds files and folders (walked wholly) to the library and tells what became of each, in their order.

    A file is known by its real path: unchanged ones, by a hash of content and sidecar, are passed over without being
    read; changed ones take the place of what they were; the same content under a second path is not stored twice. Every
    document is stored in one step, and groups of them as reading goes on, so that a killed run loses nothing it stored and
    the next one goes on from there. A refused file stops nothing and leaves what was stored of it before.

    Raises:
        IndexLocked: another process is writing; what was stored before stays.
    """
    bounds = limits or Limits()

    def source(named: Named) -> _Source:
        def load() -> tuple[bytes, bytes | None]:
            if named.refused is not None:
                raise named.refused
            return content_of(named.real, bounds.file_bytes), sidecar_of(named.real, bounds)

        return _Source(printable(named.shown), named.name, named.origin, load)

    sources = [source(named) for named in gather(paths, bounds)]
    return _Intake(library, _Place(workspace, classification), bounds, progress).run(sources)


def add_uploads(
    library: Library,
    uploads: Iterable[Upload],
    *,
    workspace: str = DEFAULT_WORKSPACE,
    classification: Classification = "public",
    progress: Progress = silent,
    limits: Limits | None = None,
) -> list[Outcome]:
    """As `add_files`, for files that are in memory: one of a name that was uploaded before takes its place.

    Raises:
        IndexLocked: another process is writing; what was stored before stays.
    """
    bounds = limits or Limits()

    def source(upload: Upload) -> _Source:
        name = printable(PurePath(upload.name.replace("\\", "/")).name) or "?"

        def load() -> tuple[bytes, bytes | None]:
            if len(upload.content) > bounds.file_bytes:
                raise refusals.too_large(name, len(upload.content), bounds.file_bytes)
            return upload.content, upload.described

        return _Source(name, name, f"upload:{unicodedata.normalize('NFC', name)}", load)

    return _Intake(library, _Place(workspace, classification), bounds, progress).run(
        [source(upload) for upload in uploads]
    )


def acts_of(outcomes: Iterable[Outcome], *, workspace: str) -> list[Act]:
    """What the audit stream is to say of files that were taken in: those that changed something, by the ids of their documents."""
    return [
        Act(f"document.{one.status}", f"document:{one.document_id}", workspace=workspace)
        for one in outcomes
        if one.status in ("added", "updated")
    ]


def list_added(library: Library, *, workspace: str | None = None) -> list[Added]:
    """The documents users added (to one workspace, or all of them), by id."""
    found = []
    for document_id, (_, origin) in sorted(library.known().items()):
        if origin:
            document = library.document(document_id)
            if workspace is None or _owner(document) == workspace:
                found.append(Added(document=document, origin=origin, passages=len(library.passages(document_id))))
    return found


def remove_added(library: Library, document_ids: Sequence[str], *, workspace: str | None = None) -> None:
    """Takes documents out that users added (to one workspace, or any); of another's there is none. None is taken out unless all can be.

    Raises:
        NotFound: there is none called so.
        InvalidRequest: it belongs to the shipped corpus.
        IndexLocked: another process is writing.
    """
    known = library.known()
    for document_id in document_ids:
        held = known.get(document_id)
        if held is None or (held[1] and workspace is not None and _owner(library.document(document_id)) != workspace):
            raise NotFound(
                f"没有文献 {document_id}。", f"There is no document {document_id}.",
                mend_zh="用 jumou corpus list 查看编号。", mend_en="jumou corpus list shows what there is.",
            )  # fmt: skip
        if not held[1]:
            raise InvalidRequest(
                f"{document_id} 属于随附文献，不能移除。", f"{document_id} belongs to the shipped corpus and stays.",
                mend_zh="检索时可用 --where 限定范围。", mend_en="Narrow a search with --where instead.",
            )  # fmt: skip
    for document_id in dict.fromkeys(document_ids):
        library.remove_document(document_id)


def _owner(document: Document) -> str:
    return document.workspace or DEFAULT_WORKSPACE


def document_id_of(origin: str, name: str, workspace: str) -> str:
    """The id of the document from `origin`: readable at its front, unique by its end, never that of a shipped one."""
    stem = _UNNAMED.sub("_", unicodedata.normalize("NFC", PurePath(name).stem)).strip("_")[:24]
    mark = hashlib.blake2b(f"{_salt(workspace)}\0{origin}".encode(), digest_size=6).hexdigest()
    return f"{ADDED}{stem}_{mark}" if stem else f"{ADDED}{mark}"


def _salt(workspace: str) -> str:
    """What tells the ids of workspaces apart; the default one's are those from before there were any."""
    return "" if workspace == DEFAULT_WORKSPACE else workspace


class _Intake:
    """One run over a list of files."""

    def __init__(self, library: Library, place: _Place, limits: Limits, progress: Progress) -> None:
        self._library = library
        self._workspace = place.workspace
        self._classification = place.classification
        self._limits = limits
        self._progress = progress
        self._known = library.known()
        self._by_digest = {digest: name for name, (digest, origin) in self._known.items() if origin}
        self._titles: dict[str, str] = {}
        self._outcomes: dict[int, Outcome] = {}
        self._group: list[tuple[int, Entry, Outcome]] = []
        self._stored = time.monotonic()

    def run(self, sources: Sequence[_Source]) -> list[Outcome]:
        waiting: deque[_Pending] = deque()
        self._progress(0, len(sources), "")
        with Readers(self._limits) as readers:
            for found in readers.read_all(self._jobs(sources, waiting)):
                self._take(waiting.popleft(), found)
                self._store(_GROUP)
            self._store(1)
        self._progress(len(sources), len(sources), "")
        return [self._outcomes[number] for number in sorted(self._outcomes)]

    def _jobs(self, sources: Sequence[_Source], waiting: deque[_Pending]) -> Iterator[Job]:
        """The files that have to be read, as they are asked for."""
        for number, source in enumerate(sources):
            self._progress(number, len(sources), source.name)
            try:
                content, described = source.load()
            except RefusedFile as refused:
                self._outcomes[number] = _refusal(source, refused)
                continue
            digest = self._digest(content, described)
            pending = _Pending(number, source, document_id_of(source.origin, source.name, self._workspace), digest)
            if not self._present(pending):
                waiting.append(pending)
                yield Job(source.name, content, described)

    def _take(self, pending: _Pending, found: Extract | RefusedFile) -> None:
        """Puts what was read into the group that is stored next."""
        source = pending.source
        try:
            if isinstance(found, RefusedFile):
                raise found
            if self._present(pending):  # a twin was read in the meantime
                return
            document = describe(found, name=source.name, document_id=pending.document_id, workspace=self._workspace)
            if self._classification == "internal":  # what a file says of itself can only raise it
                document = document.model_copy(update={"classification": "internal"})
        except RefusedFile as refused:
            self._outcomes[pending.number] = _refusal(source, refused)
            return
        if any(
            held.document_id == document.id for _, _, held in self._group
        ):  # two uploads of one name: the later stands
            self._store(0)
        cut = passages(document.id, found.text)
        entry = Entry(FullText(document=document, text=found.text), pending.digest, source.origin, cut)
        status: Status = "updated" if document.id in self._known else "added"
        done_zh, done_en = ("已更新", "updated") if status == "updated" else ("已收入", "added")
        notes_zh, notes_en = ("".join(note[side] for note in found.notes) for side in (0, 1))
        outcome = Outcome(
            path=source.shown,
            status=status,
            document_id=document.id,
            title=document.title,
            passages=len(cut),
            message_zh=f"{done_zh}《{document.title}》，{len(cut)} 段。{notes_zh}",
            message_en=f"{done_en} “{document.title}”, {len(cut)} passage(s). {notes_en}".rstrip(),
        )
        self._group.append((pending.number, entry, outcome))
        self._by_digest[pending.digest] = document.id
        self._titles[document.id] = document.title

    def _store(self, least: int) -> None:
        """Stores the group when it has `least` passages or has waited long; only then are its files reported as in."""
        size = sum(outcome.passages for _, _, outcome in self._group)
        if not self._group or (size < least and time.monotonic() - self._stored < _SECONDS):
            return
        self._library.add([entry for _, entry, _ in self._group])
        self._known.update({outcome.document_id: (entry.digest, entry.origin) for _, entry, outcome in self._group})
        self._outcomes.update((number, outcome) for number, _, outcome in self._group)
        self._group = []
        self._stored = time.monotonic()

    def _present(self, pending: _Pending) -> bool:
        """Whether this content is in already; if so, that is the outcome."""
        name = pending.document_id if self._known.get(pending.document_id, ("",))[0] == pending.digest else ""
        held = name or self._by_digest.get(pending.digest, "")
        if not held or (
            not name and pending.document_id in self._known
        ):  # a known file that changed is read, twin or not
            return False
        title = self._titles.get(held) or self._library.document(held).title
        same = ("内容未变，已跳过。", "Unchanged; passed over.") if held == name else refusals.same_content(title)
        self._outcomes[pending.number] = Outcome(
            path=pending.source.shown,
            status="unchanged",
            document_id=held,
            title=title,
            message_zh=same[0],
            message_en=same[1],
        )
        return True

    def _digest(self, content: bytes, described: bytes | None) -> str:
        seen = hashlib.blake2b(f"{READERS}\0{_salt(self._workspace)}\0".encode(), digest_size=16)
        if self._classification == "internal":  # the same file, marked now, is another
            seen.update(b"internal\0")
        seen.update(hashlib.blake2b(content).digest())
        seen.update(b"" if described is None else b"\0" + described)
        return seen.hexdigest()


def _refusal(source: _Source, refused: RefusedFile) -> Outcome:
    return Outcome(
        path=source.shown, status="refused", message_zh=refused.message("zh"), message_en=refused.message("en")
    )
