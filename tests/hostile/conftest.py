"""Hostile files on a ground of their own: what lies beside them must stay as it is, and an address they name must never be called."""

import importlib.util
import os
import random
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import httpx
import pytest

from jumou.testing.serving import Serving

SEED = 20_261_125
EVERYTHING = os.environ.get("JUMOU_HOSTILE") == "all"
"""All files through all faces (`make hostile`); without it a sample, the same every time."""

PROFILE = {"name": "瓦房店市", "industry": "轴承", "background": "轴承企业集中，保持架依赖外购。"}


def _load() -> ModuleType:
    found = importlib.util.spec_from_file_location("hostile_made", Path(__file__).with_name("made.py"))
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


class Canary:
    """An address that waits to be called."""

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen()
        self.calls = 0
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            called, _ = self._socket.accept()
            self.calls += 1
            called.close()


class Ground:
    """The folder of the files, what lies beside it, and the state of all of it before anything was read."""

    def __init__(self, root: Path, away: str, seed: int = SEED) -> None:
        made = _load()
        self.root = root
        self.files = root / "files"
        self.outside = root / "outside"
        self.names: tuple[str, ...] = made.NAMES
        self.files.mkdir()
        self.outside.mkdir()
        (self.outside / "secret.txt").write_text("canary-of-the-secret-file", encoding="utf-8")
        self.contents: dict[str, bytes] = made.made(seed, away, str(self.outside / "secret.txt"))
        for name, content in self.contents.items():
            (self.files / name).write_bytes(content)
        self._before = self._state()

    def sample(self, count: int, *endings: str) -> list[str]:
        """Names of files of these endings (any without); all of them when everything is asked for."""
        held = [name for name in self.contents if not endings or name.endswith(endings)]
        return held if EVERYTHING else random.Random(SEED).sample(held, min(count, len(held)))  # noqa: S311

    def untouched(self) -> bool:
        """Whether nothing beside the homes was written, changed or taken away."""
        return self._state() == self._before and not list(Path("/tmp").glob("outside-owned*"))  # noqa: S108 - named by the files

    def _state(self) -> dict[str, tuple[int, int]]:
        """Everything under the root but the homes, whose business it is to change."""
        return {
            str(path.relative_to(self.root)): (path.stat().st_size, path.stat().st_mtime_ns)
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and not path.relative_to(self.root).parts[0].startswith("home")
        }


@pytest.fixture(scope="session")
def canary() -> Canary:
    """Counts who calls."""
    return Canary()


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory, canary: Canary) -> Ground:
    """All hostile files."""
    return Ground(tmp_path_factory.mktemp("ground"), canary.url)


@pytest.fixture(scope="session")
def client(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a real server over the shared index, with a database of its own."""
    database = tmp_path_factory.mktemp("hostile") / "jumou.db"
    more = {"JUMOU_MOST_UPLOAD_BYTES": "5000000"}
    with (
        Serving(home, database, more, ("serve", "--no-pages")) as server,  # there is one durable engine a process
        httpx.Client(base_url=server.address, timeout=120) as opened,
    ):
        yield opened
