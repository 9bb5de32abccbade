"""Tells what a file is from its content; the ending of its name has to agree."""

import io
import zipfile
from pathlib import PurePath
from typing import Final

from jumou.corpus.readers import refusals
from jumou.corpus.readers.encoding import wide_encoding
from jumou.corpus.readers.extract import Format

_TEXT_ENDINGS: Final[dict[str, Format]] = {
    ".html": "html", ".htm": "html", ".xhtml": "html", ".md": "markdown", ".markdown": "markdown",
    ".txt": "text", ".text": "text", ".csv": "csv", ".tsv": "csv",
}  # fmt: skip
_ENDINGS: Final[dict[str, Format]] = {**_TEXT_ENDINGS, ".pdf": "pdf", ".docx": "docx", ".xlsx": "xlsx", ".xlsm": "xlsx"}
_OTHER_ENDINGS: Final = {
    ".doc": "office97", ".xls": "office97", ".ppt": "office97", ".wps": "office97", ".et": "office97", ".dps": "office97",
    ".rtf": "rtf", ".mht": "mhtml", ".mhtml": "mhtml", ".pptx": "pptx", ".docm": "macro", ".dotm": "macro",
    ".odt": "odf", ".ods": "odf", ".odp": "odf", ".ofd": "ofd", ".epub": "epub",
    ".zip": "zip", ".rar": "zip", ".7z": "zip", ".gz": "zip", ".tar": "zip",
    ".png": "image", ".jpg": "image", ".jpeg": "image", ".gif": "image", ".bmp": "image", ".tif": "image", ".tiff": "image", ".webp": "image",
}  # fmt: skip
_MAGIC: Final = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office97"), (b"{\\rtf", "rtf"),
    (b"\x89PNG", "image"), (b"\xff\xd8\xff", "image"), (b"GIF8", "image"), (b"BM", "image"), (b"II*\x00", "image"), (b"MM\x00*", "image"),
    (b"Rar!", "zip"), (b"7z\xbc\xaf\x27\x1c", "zip"), (b"\x1f\x8b", "zip"), (b"BZh", "zip"), (b"\xfd7zXZ", "zip"),
    (b"\x7fELF", "program"), (b"MZ", "program"), (b"\xca\xfe\xba\xbe", "program"), (b"\xfe\xed\xfa", "program"), (b"\xcf\xfa\xed\xfe", "program"),
    (b"ID3", "media"), (b"OggS", "media"), (b"RIFF", "media"), (b"\x1aE\xdf\xa3", "media"),
)  # fmt: skip
_ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
_BOMS: Final = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
_HEAD: Final = 4096


def known_ending(name: str) -> bool:
    """Whether a reader takes files of this ending."""
    return PurePath(name).suffix.lower() in _ENDINGS


def ending(suffix: str) -> Format | None:
    """The format that files of this ending say they have; None when they are not read."""
    return _ENDINGS.get(suffix)


def format_of(content: bytes, name: str) -> Format:
    """The format of a file called `name`.

    Raises:
        RefusedFile: it is empty, of a format that is not read, encrypted, or not what its name says.
    """
    suffix = PurePath(name).suffix.lower()
    if not content.strip(b"\x00 \t\r\n"):
        raise refusals.empty(name)
    found = kind_of(content, name)
    claimed = _ENDINGS.get(suffix)
    if found == "text":
        if claimed is None:
            raise (
                refusals.unsupported(name, _OTHER_ENDINGS[suffix])
                if suffix in _OTHER_ENDINGS
                else refusals.unknown_ending(name)
            )
        if suffix not in _TEXT_ENDINGS:
            raise refusals.broken(name, claimed)
        return "html" if claimed in ("text", "markdown") and _looks_like_page(content) else claimed
    if claimed is None:
        if found in ("pdf", "docx", "xlsx") and suffix:
            raise refusals.other_content(name, suffix, found)
        raise refusals.unsupported(name, found) if found not in _ENDINGS.values() else refusals.unknown_ending(name)
    if found != claimed:
        if found == "binary":
            raise refusals.broken(name, claimed if claimed in refusals.KINDS else "text")
        if found == "zip" and claimed in ("docx", "xlsx"):
            raise refusals.broken(name, claimed)
        raise refusals.other_content(name, suffix, found)
    return claimed


def kind_of(content: bytes, name: str) -> str:
    """What the content is: a key of `refusals.KINDS`.

    Raises:
        RefusedFile: it is an office file under a password.
    """
    head = content[:_HEAD]
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _package(content)
    for magic, kind in _MAGIC:
        if head.startswith(magic) and (kind == "rtf" or not _is_text(head)):
            if kind == "office97" and _ENCRYPTED_PACKAGE in content:
                raise refusals.encrypted(name)
            return kind
    if head.lstrip().lower().startswith((b"mime-version:", b"from: <saved by")):
        return "mhtml"
    return "text" if _is_text(head) else "binary"


def _package(content: bytes) -> str:
    """What a ZIP holds, by the names of its parts; a torn one is a ZIP."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size < _HEAD:
                return "epub" if b"epub" in archive.read("mimetype") else "odf"
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, RuntimeError, UnicodeDecodeError):
        # what zipfile raises of a broken archive: its reader says what is wrong with it
        return "zip"
    if "word/document.xml" in names:
        return "macro" if "word/vbaProject.bin" in names else "docx"
    for part, kind in (("xl/workbook.xml", "xlsx"), ("ppt/presentation.xml", "pptx"), ("OFD.xml", "ofd")):
        if part in names:
            return kind
    return "zip"


def _is_text(head: bytes) -> bool:
    """Whether bytes may be text in some encoding: no control characters, UTF-16 and UTF-32 aside."""
    if head.startswith(_BOMS):
        return True
    controls = sum(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in head)
    return controls <= 1 + len(head) // 200 or bool(wide_encoding(head))


def _looks_like_page(content: bytes) -> bool:
    head = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html"))
