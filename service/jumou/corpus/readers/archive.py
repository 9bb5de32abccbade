"""Looks into an office file, which is a ZIP of XML parts, before any parser does."""

import io
import re
import zipfile
import zlib
from typing import Final

from jumou.corpus.readers import refusals
from jumou.corpus.readers.limits import Limits

_PROLOGUE: Final = 4096
_DECLARES: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_XML: Final = (".xml", ".rels")
_STEP: Final = 1 << 20


def check_archive(content: bytes, name: str, kind: str, limits: Limits) -> None:
    """Unpacks every part once, keeping nothing, and counts what really comes out: the sizes a ZIP states may lie.

    Raises:
        RefusedFile: it is torn, encrypted, has too many parts, unpacks to too much, or declares XML entities.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > limits.members:
                raise refusals.too_many(name, "内部部件数", "parts inside", limits.members)
            if any(member.flag_bits & 1 for member in members):
                raise refusals.encrypted(name)
            most = min(limits.unpacked_bytes, max(limits.unpacked_ratio * len(content), 20_000_000))
            stated = sum(member.file_size for member in members)
            if stated > most:
                raise refusals.bomb(name, stated, len(content))
            left = most
            for member in members:
                left -= _unpacked(archive, member, left, name, len(content))
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,  # zipfile, of a way of packing it does not know
        RuntimeError,
    ) as problem:
        raise refusals.broken(name, kind) from problem


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int, name: str, size: int) -> int:
    total = 0
    with archive.open(member) as part:
        while step := part.read(_STEP):
            if total == 0 and member.filename.lower().endswith(_XML) and _declares(step[:_PROLOGUE]):
                raise refusals.entities(name)
            total += len(step)
            if total > most:
                raise refusals.bomb(name, total, size)
    return total


def _declares(prologue: bytes) -> bool:
    """Also in UTF-16, which hides declarations from a search for their letters."""
    return bool(_DECLARES.search(prologue.replace(b"\x00", b"")))
