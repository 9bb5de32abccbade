"""Reads YAML files quickly from the second time on: what they hold is kept in the home folder in a form that loads at once."""

import contextlib
import hashlib
import marshal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from jumou.errors import CannotWrite, InvalidRequest
from jumou.files import write_atomically
from jumou.settings import settings


def read_tables(paths: Sequence[Path]) -> list[Any]:
    """What the YAML files hold, in their order. A file that was changed is read anew, and all others with it.

    Raises:
        OSError: a file cannot be read.
        yaml.YAMLError: a file is no YAML.
    """
    contents = [path.read_bytes() for path in paths]
    digest = hashlib.blake2b(digest_size=12)
    for content in contents:
        digest.update(hashlib.blake2b(content).digest())
    kept = _folder()
    name = f"tables-{digest.hexdigest()}.marshal"
    if kept is not None:
        with contextlib.suppress(OSError, EOFError, ValueError, TypeError):
            found: list[Any] = marshal.loads((kept / name).read_bytes())  # nosec B302 # noqa: S302 - a cache written below
            return found
    read = [yaml.load(content, Loader=yaml.CSafeLoader) for content in contents]
    if kept is not None:
        with contextlib.suppress(
            OSError, ValueError, CannotWrite
        ):  # a date, or a folder that may only be read: read again
            write_atomically(kept / name, marshal.dumps(read))
    return read


def _folder() -> Path | None:
    """Where models are kept; nothing is made where there is no home yet."""
    try:
        folder = settings().home / "models"
    except InvalidRequest:
        return None
    return folder if folder.is_dir() else None
