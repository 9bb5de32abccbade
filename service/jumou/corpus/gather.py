"""Finds the files that a user named, walks folders, and reads bytes without being led elsewhere."""

import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from jumou.corpus.readers import refusals
from jumou.corpus.readers.limits import Limits
from jumou.errors import RefusedFile

SIDECAR: Final = ".meta.yaml"
_PASSED_OVER: Final = ("thumbs.db", "desktop.ini", "__macosx")
_OPEN: Final = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Named(NamedTuple):
    """A file: the path to show, the real one to open, or why it is refused."""

    shown: str
    real: Path
    refused: RefusedFile | None = None

    @property
    def origin(self) -> str:
        """Tells the file from all others, also when it is named by another path."""
        return unicodedata.normalize("NFC", printable(str(self.real)))

    @property
    def name(self) -> str:
        """The file's own name, fit to be shown."""
        return printable(self.real.name)


def gather(paths: Iterable[Path | str], limits: Limits) -> Iterator[Named]:
    """Every file under `paths`, folders walked in the order of names, each file once.

    Links inside a folder are not followed: one that leads to a file of the folder is passed over, as that is found anyway;
    others are refused. A link that is named itself is followed. Hidden files, locks of open office files and sidecars are
    passed over.
    """
    seen: set[str] = set()
    for number, found in enumerate(one for path in paths for one in _named(Path(path), limits)):
        if number >= limits.files:
            yield Named(found.shown, found.real, refusals.too_many_files(found.name, limits.files))
            return
        if found.refused is not None or found.origin not in seen:
            seen.add(found.origin)
            yield found


def printable(name: str) -> str:
    """A file name without control characters; one in the bytes of GBK, as Chinese archives leave them, is decoded."""
    if any("\ud800" <= char <= "\udfff" for char in name):
        try:
            held = os.fsencode(name)
        except UnicodeEncodeError:  # half a character, which no file system gives: it came as the name of an upload
            held = name.encode("utf-8", "replace")
        try:
            name = held.decode("gb18030")
        except UnicodeDecodeError:
            name = held.decode("utf-8", "replace")
    return "".join(char if char.isprintable() else "\ufffd" for char in name)


def content_of(path: Path, most: int) -> bytes:
    """The bytes of a regular file; a link that took its place, a pipe or a device is not opened.

    Raises:
        RefusedFile: it is none, cannot be read, or has more than `most` bytes.
    """
    try:
        handle = os.open(path, _OPEN)
    except FileNotFoundError as problem:
        raise refusals.missing(printable(path.name)) from problem
    except OSError as problem:
        raise refusals.unreadable(printable(path.name), problem.strerror or "?") from problem
    with os.fdopen(handle, "rb") as file:
        try:
            held = os.fstat(file.fileno())
            if not stat.S_ISREG(held.st_mode):
                raise refusals.special(printable(path.name))
            if held.st_size > most:
                raise refusals.too_large(printable(path.name), held.st_size, most)
            content = file.read(most + 1)
        except OSError as problem:
            raise refusals.unreadable(printable(path.name), problem.strerror or "?") from problem
    if len(content) > most:
        raise refusals.too_large(printable(path.name), len(content), most)
    return content


def sidecar_of(path: Path, limits: Limits) -> bytes | None:
    """The description beside the file, `<file>.meta.yaml`; None when there is none."""
    beside = path.with_name(path.name + SIDECAR)
    return content_of(beside, limits.description_bytes) if beside.is_file() and not beside.is_symlink() else None


def _named(path: Path, limits: Limits) -> Iterator[Named]:
    try:
        real = path.resolve(strict=True)
        mode = real.stat().st_mode
    except FileNotFoundError:
        yield Named(
            str(path),
            path,
            refusals.link_loop(printable(path.name)) if path.is_symlink() else refusals.missing(printable(str(path))),
        )
    except RuntimeError:  # what Python 3.11 raises on links that lead in a circle
        yield Named(str(path), path, refusals.link_loop(printable(path.name)))
    except (OSError, ValueError) as problem:  # a name too long, or with a zero in it
        loop = os.path.islink(path)  # noqa: PTH114 - pathlib's own stumbles over such names
        why = (
            refusals.link_loop(printable(path.name))
            if loop
            else refusals.unreadable(printable(str(path))[:200], str(problem)[:200])
        )
        yield Named(str(path), path, why)
    else:
        if stat.S_ISDIR(mode):
            yield from _folder(real, str(path), real, 0, limits)
        elif stat.S_ISREG(mode):
            yield Named(str(path), real)
        else:
            yield Named(str(path), real, refusals.special(printable(path.name)))


def _folder(folder: Path, shown: str, root: Path, depth: int, limits: Limits) -> Iterator[Named]:
    if depth > limits.folder_depth:
        yield Named(shown, folder, refusals.too_deep_folder(printable(folder.name), limits.folder_depth))
        return
    try:
        with os.scandir(folder) as entries:
            inside = sorted(entries, key=lambda entry: entry.name)
    except OSError as problem:
        yield Named(shown, folder, refusals.unreadable(printable(shown), problem.strerror or "?"))
        return
    names = {entry.name for entry in inside}
    for entry in inside:
        path, label = folder / entry.name, os.path.join(shown, entry.name)  # noqa: PTH118 - keeps ./ as it was written
        if entry.name.startswith((".", "~$")) or entry.name.lower() in _PASSED_OVER:
            continue
        if entry.name.endswith(SIDECAR):
            if entry.name.removesuffix(SIDECAR) not in names:
                yield Named(
                    label,
                    path,
                    refusals.bad_description(
                        printable(entry.name), "没有它所说明的文件", "the file it describes is not there"
                    ),
                )
        elif entry.is_symlink():
            refused = _link(path, root)
            if refused is not None:
                yield Named(label, path, refused)
        elif entry.is_dir(follow_symlinks=False):
            yield from _folder(path, label, root, depth + 1, limits)
        elif entry.is_file(follow_symlinks=False):
            yield Named(label, path)
        else:
            yield Named(label, path, refusals.special(printable(entry.name)))


def _link(path: Path, root: Path) -> RefusedFile | None:
    """Why a link inside `root` is refused; None when it leads to what is found in `root` anyway."""
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        return refusals.link_loop(printable(path.name))
    if not target.is_relative_to(root):
        return refusals.link_outside(printable(path.name))
    return refusals.link_loop(printable(path.name)) if path.is_relative_to(target) else None
