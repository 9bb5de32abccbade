"""A backup of everything that cannot be made again: the database, users' documents, the settings without secrets.

One file, written while the service runs: a tar of tables (a line a row), documents (a line a document) and a manifest with the
versions and the SHA-256 of every part. The index is not in it: it is made from the documents again.
"""

import gzip
import hashlib
import io
import json
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, BinaryIO, Final, cast

from pydantic import Field, ValidationError

from jumou.compose import Jumou
from jumou.corpus.fulltext import FullText
from jumou.corpus.progress import Progress, silent
from jumou.domain.audit import Act, Head
from jumou.domain.model import Code, Model
from jumou.errors import OperatorError, RefusedFile
from jumou.retrieval.index import Entry
from jumou.settings import Settings
from jumou.storage import AuditLog, fill, snapshot

_FORMAT: Final = 1
_MANIFEST: Final = "manifest.json"
_MOST_MANIFEST: Final = 4_000_000
_DOCUMENTS: Final = "documents.jsonl"
_SETTINGS: Final = "settings.json"
_TABLES: Final = "tables/"
_PIECE: Final = 1 << 20


class Part(Model):
    """One file inside a backup."""

    name: Code
    bytes: int
    sha256: Code
    lines: int = 0


class Manifest(Model):
    """What a backup holds, and by which versions it was made."""

    format: int = Field(description="of this file; a reader refuses one it does not know")
    made_at: Code
    jumou: Code
    schema_revision: Code = Field(description="the migration the database was at")
    database: Code
    corpus_version: Code
    audit: Head = Field(description="the newest line of the audit stream")
    parts: tuple[Part, ...]


def back_up(jumou: Jumou, target: Path, *, documents: bool = True, by: str = "") -> Manifest:
    """Writes a backup to `target`, in one step: a file that is there is whole. What is written meanwhile is in the next one.

    Raises:
        ServiceUnavailable: the database does not answer.
        CannotWrite: there is no room for it.
    """
    jumou.audit.record(Act("backup.made", actor=by, details={"file": target.name}))
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        found: dict[str, Path] = {}
        parts: list[Part] = []

        def put(name: str, write: Callable[[BinaryIO], int]) -> None:
            path = found[name] = Path(folder) / str(len(found))
            with path.open("wb") as file:
                lines = write(cast("BinaryIO", file))
            parts.append(Part(name=name, bytes=path.stat().st_size, sha256=_sha256(path), lines=lines))

        with snapshot(jumou.database) as state:
            schema, head = state.schema, state.audit_head()
            for table in state.tables:
                put(f"{_TABLES}{table}.jsonl", lambda file, table=table: state.write(table, file).rows)  # type: ignore[misc]
        corpus = ""
        if documents:
            corpus = jumou.index.version
            put(_DOCUMENTS, lambda file: _write_documents(jumou, file))
        put(_SETTINGS, lambda file: file.write(_open_settings(jumou.settings)) and 1)
        manifest = Manifest(
            format=_FORMAT, made_at=datetime.now(UTC).isoformat(timespec="seconds"), jumou=version("jumou"),
            schema_revision=schema, database=jumou.database.dialect.name, corpus_version=corpus, audit=head,
            parts=tuple(parts),
        )  # fmt: skip
        packed = Path(folder) / "packed"
        with tarfile.open(packed, "w:gz", compresslevel=6) as tar:
            _add(tar, _MANIFEST, manifest.model_dump_json(indent=1).encode())
            for name, path in found.items():
                tar.add(path, name, filter=_plain)
        packed.chmod(0o600)
        packed.replace(target)
    return manifest


def examine(path: Path) -> Manifest:
    """The manifest of a backup, when every part of it is there and as it was written.

    Raises:
        RefusedFile: it is no backup, cut short, or altered.
        OperatorError: it was made by a newer version.
    """
    with _opened(path) as tar:
        manifest = _manifest(tar)
        for part in manifest.parts:
            digest, size = hashlib.sha256(), 0
            with _part(tar, part.name) as file:
                while piece := file.read(_PIECE):
                    digest.update(piece)
                    size += len(piece)
            if (digest.hexdigest(), size) != (part.sha256, part.bytes):
                raise _damaged(f"{part.name} 与清单不符", f"{part.name} is not what the manifest says")
    return manifest


def restore(
    path: Path,
    settings: Settings,
    *,
    replace: bool = False,
    documents: bool = True,
    by: str = "",
    progress: Progress = silent,
) -> Manifest:
    """Brings the database and users' documents back from a backup, into an empty home or database of either kind.

    Nothing is written before the whole file has been examined; the database comes back wholly or not at all. Documents are
    added to the index after it, and a restore that was broken off there can be repeated with `restore_documents`.

    Raises:
        RefusedFile: it is no backup, cut short, or altered.
        OperatorError: it was made by a newer version.
        InvalidRequest: the database holds something already, and `replace` does not say to give that up.
    """
    manifest = examine(path)
    with _opened(path) as tar:
        parts = [part.name for part in manifest.parts if part.name.startswith(_TABLES)]
        engine = fill(
            settings.home, settings.database_url, manifest.schema_revision,
            [(_table(name), lambda name=name: _part(tar, name)) for name in parts],  # type: ignore[misc]
            replace=replace,
        )  # fmt: skip
    AuditLog(engine).record(
        Act("backup.restored", actor=by, details={"made_at": manifest.made_at, "head": manifest.audit.number})
    )
    engine.dispose()
    if documents:
        restore_documents(path, Jumou(settings, progress), progress=progress)
    return manifest


def restore_documents(path: Path, jumou: Jumou, *, progress: Progress = silent) -> int:
    """Adds the documents of a backup to the index, those that are there already passed over; returns how many were new."""
    with _opened(path) as tar:
        if _DOCUMENTS not in {part.name for part in _manifest(tar).parts}:
            return 0
        with _part(tar, _DOCUMENTS) as file:
            return jumou.index.add(_entries(file), progress=progress)


def _write_documents(jumou: Jumou, file: BinaryIO) -> int:
    lines = 0
    for entry in jumou.index.whole().added():
        told = {"document": entry.text.document.model_dump(mode="json"), "text": entry.text.text, "digest": entry.digest, "origin": entry.origin}  # fmt: skip
        file.write(f"{json.dumps(told, ensure_ascii=False)}\n".encode())
        lines += 1
    return lines


def _entries(file: IO[bytes]) -> Iterator[Entry]:
    for line in file:
        told = json.loads(line)
        text = FullText.model_validate({"document": told["document"], "text": told["text"]})
        yield Entry(text, str(told["digest"]), str(told["origin"]))


def _open_settings(settings: Settings) -> bytes:
    """The settings without those that hide themselves."""
    shown = {name for name, described in type(settings).model_fields.items() if described.repr}
    return json.dumps(settings.model_dump(mode="json", include=shown), ensure_ascii=False, indent=1).encode()


# --- the file --------------------------------------------------------------------------------------------------


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with gzip.open(path) as whole:
            while whole.read(_PIECE):  # to its end, where its sum stands: a file cut short there is found only so
                pass
        with tarfile.open(path, "r:gz") as tar:
            yield tar
    except (tarfile.TarError, EOFError, zlib.error, UnicodeDecodeError, json.JSONDecodeError) as problem:
        raise _damaged("不是完整的备份文件", "it is no whole backup") from problem
    except OSError as problem:
        if isinstance(problem, FileNotFoundError) or problem.errno is not None:
            raise
        raise _damaged("不是完整的备份文件", "it is no whole backup") from problem  # what gzip finds wrong


def _manifest(tar: tarfile.TarFile) -> Manifest:
    with _part(tar, _MANIFEST) as file:
        content = file.read(_MOST_MANIFEST)
    made = json.loads(content)
    if isinstance(made, dict) and isinstance(made.get("format"), int) and made["format"] > _FORMAT:
        raise OperatorError(
            "备份来自更新版本的 jumou。", "The backup is of a newer version of jumou.",
            mend_zh="请先升级 jumou。", mend_en="Upgrade jumou first.",
        )  # fmt: skip
    try:
        return Manifest.model_validate(made)
    except ValidationError as problem:
        raise _damaged("清单不可读", "its manifest cannot be read") from problem


def _part(tar: tarfile.TarFile, name: str) -> BinaryIO:
    """A part by its exact name; nothing is ever written to where a backup says."""
    try:
        file = tar.extractfile(name)
    except KeyError as missing:
        raise _damaged(f"缺少 {name}", f"{name} is missing") from missing
    if file is None:
        raise _damaged(f"{name} 不是文件", f"{name} is no file")
    return cast("BinaryIO", file)


def _table(name: str) -> str:
    return name.removeprefix(_TABLES).removesuffix(".jsonl")


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o600
    tar.addfile(member, io.BytesIO(content))


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without the names of who made it."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damaged(zh: str, en: str) -> RefusedFile:
    return RefusedFile(
        f"备份文件无法使用：{zh}。", f"The backup cannot be used: {en}.",
        mend_zh="请换用另一份备份。", mend_en="Use another backup.",
    )  # fmt: skip
