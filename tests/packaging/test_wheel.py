"""What is built: the wheel carries the assets and nothing that is not jumou's."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist and the wheel made from it."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def names(built: Path) -> set[str]:
    """The files inside the wheel."""
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        return set(wheel.namelist())


def tracked(folder: str) -> list[str]:
    found = subprocess.run(["git", "ls-files", "-z", folder], cwd=ROOT, check=False, capture_output=True)  # noqa: S607
    if found.returncode:
        pytest.skip("no git checkout")
    return [name for name in found.stdout.decode().split("\0") if name and (ROOT / name).exists()]


@pytest.mark.parametrize("folder", ["prompts", "corpus", "evals"])
def test_the_wheel_carries_every_asset(folder: str, names: set[str]) -> None:
    """Each tracked file of the three asset folders, non-ASCII names included."""
    missing = [name for name in tracked(folder) if f"jumou/_assets/{name}" not in names]
    assert missing == []


def test_the_wheel_carries_every_module(names: set[str]) -> None:
    """And the marker of its types."""
    assert [n for n in tracked("service/jumou") if n.removeprefix("service/") not in names] == []
    assert "jumou/py.typed" in names


def test_the_wheel_carries_nothing_else(names: set[str]) -> None:
    """No bytecode, no local state, no tests, no raw material."""
    assert {name.split("/")[0] for name in names} <= {
        "jumou",
        *(n for n in (x.split("/")[0] for x in names) if n.endswith(".dist-info")),
    }
    assert not [
        n for n in names if "__pycache__" in n or n.endswith(".pyc") or "/raw/" in n or "/.jumou" in n or "/out/" in n
    ]


def test_the_source_archive_can_be_tested(built: Path) -> None:
    """It holds the tests, the lock files and the build files beside the code."""
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    for needed in (
        "Makefile",
        "Dockerfile",
        "pyproject.toml",
        "requirements/lock.txt",
        "tests/packaging/test_wheel.py",
        "LICENSE",
    ):
        assert needed in inside
