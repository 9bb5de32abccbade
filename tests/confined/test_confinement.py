"""A process that works on strangers' files can do nothing else, and its end is not the end of anything else."""

import os
import platform
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jumou.confined.bounds import Bounds
from jumou.confined.pool import Confined, Ended

LINUX = sys.platform == "linux" and platform.machine() in ("x86_64", "aarch64")


@pytest.fixture
def confined(monkeypatch: pytest.MonkeyPatch) -> Iterator[Confined]:
    """A confined process that finds the attempts of this folder."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]))
    monkeypatch.setenv("JUMOU_LLM_API_KEY", "very-secret")
    with Confined(Bounds(memory_bytes=500_000_000, cpu_seconds=1, wall_seconds=4.0, workers=1)) as started:
        yield started


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    (tmp_path / "secret.txt").write_text("x", encoding="utf-8")
    return tmp_path / "secret.txt"


@pytest.mark.skipif(not LINUX, reason="the filter of system calls is for Linux on x86_64 and aarch64")
def test_a_parser_that_was_taken_over_reaches_no_network_no_file_and_no_process(
    confined: Confined, secret: Path
) -> None:
    standing = confined.standing()
    found = confined.run("attempts:escape", {"secret": str(secret)}, ())
    files = {name for name in found if "file" in name or "read" in name or "folder" in name}
    let_through = {
        name for name, told in found.items() if told >= 0 and not (name in files and not standing["landlock"])
    }
    assert standing["seccomp"]
    assert let_through == set()
    if standing["landlock"]:
        assert [path.name for path in secret.parent.iterdir()] == ["secret.txt"]


def test_what_goes_through_the_interpreter_is_refused_on_every_system(confined: Confined, secret: Path) -> None:
    with socket.socket() as canary:
        canary.bind(("127.0.0.1", 0))
        canary.listen()
        canary.settimeout(0.2)
        head = {"secret": str(secret), "port": canary.getsockname()[1]}
        assert confined.run("attempts:hooked", head, ()) == ["connect", "resolve", "run", "write", "remove", "system"]
        with pytest.raises(TimeoutError):
            canary.accept()


def test_no_setting_and_no_key_is_passed_on(confined: Confined) -> None:
    environment = confined.run("attempts:settings", {}, ())
    assert not [name for name, value in environment.items() if name.startswith("JUMOU") or "secret" in value]


@pytest.mark.parametrize(
    ("what", "why"), [("memory", "costly"), ("time", "costly"), ("die", "broken"), ("stack", "deep")]
)
def test_work_that_ends_its_process_is_told_and_the_next_is_done(confined: Confined, what: str, why: str) -> None:
    began = time.monotonic()
    with pytest.raises(Ended) as ended:
        confined.run("attempts:eat", {"what": what}, ())
    assert ended.value.why == why
    assert time.monotonic() - began < 10
    assert confined.run("attempts:settings", {}, ())


def test_what_a_file_did_to_its_process_reaches_no_other_file(confined: Confined) -> None:
    """A process that was taken over may lie about the file it holds; the next file is read by another."""
    with pytest.raises(Ended):
        confined.run("attempts:eat", {"what": "lie"}, ())
    assert confined.run("attempts:stay", {}, ()) == "first"
    assert confined.run("attempts:stay", {}, ()) == "first"
    assert confined.run("attempts:settings", {}, ())
