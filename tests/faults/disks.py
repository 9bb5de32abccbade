"""A disk that is full, a folder that may only be read, a second writer: clear errors, nothing by halves, recovery by itself."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
from commands import Sending, command, left_well, papers, told_well
from ground import PROFILE, Ground, Skipped, environment, until
from verdict import Check, exactly

_MOUNT, _UMOUNT = shutil.which("mount") or "", shutil.which("umount") or ""
_SPARE = 30_000_000
"""Bytes the small disk has beyond the home that is put on it."""


@contextlib.contextmanager
def small_disk(ground: Ground) -> Iterator[Path]:
    """A tmpfs that holds a copy of the home and little more.

    Raises:
        Skipped: this process may not mount.
    """
    if os.geteuid() != 0 or not _MOUNT:
        raise Skipped("mounting a small disk needs root")
    folder = ground.folder / "disk"
    folder.mkdir()
    used = sum(path.stat().st_size for path in ground.home.rglob("*") if path.is_file())
    size = used + _SPARE
    made = subprocess.run(
        [_MOUNT, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise Skipped(f"this root may not mount: {made.stderr.strip()}")
    try:
        shutil.copytree(ground.home, folder / "home")
        yield folder
    finally:
        subprocess.run([_UMOUNT, "-l", str(folder)], check=False)


def fill(folder: Path) -> Path:
    """A file that takes all the room that is left."""
    path = folder / "filler"
    with path.open("wb") as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 65_536)
            file.flush()
    return path


def full(ground: Ground) -> str:
    """The disk of home and database fills up under a running server, and is freed again."""
    wrong: list[str] = []
    with small_disk(ground) as disk:
        home, database = disk / "home", f"sqlite:///{disk / 'jumou.db'}"
        settings = environment(database, home)
        documents = papers(ground.folder / "papers", 30)
        with ground.serving(database, home=home) as serving, serving.client() as client:
            plan = (
                client.post("/v1/plans", json={"profile": PROFILE, "created_by": "安工"})
                .raise_for_status()
                .json()["id"]
            )
            before = client.get(f"/v1/plans/{plan}").text
            base = f"/v1/plans/{plan}/steps/projects"
            long = {"author": "李处", "text": "长" * 10_000}
            regions = [{**PROFILE, "name": f"第{number}县", "background": "说明。" * 1000} for number in range(20)]
            sending: Sending = {
                "a remark": lambda: client.post(f"{base}/comments", json=long, headers={"Idempotency-Key": "full"}),
                "a new plan": lambda: client.post("/v1/plans", json={"profile": {**PROFILE, "background": "说明。" * 1000}}, headers={"Idempotency-Key": "new"}),
                "a new batch": lambda: client.post("/v1/project-lists:batch", json={"profiles": regions}, headers={"Idempotency-Key": "b"}),
            }  # fmt: skip
            filler = fill(disk)
            filled = 0
            while (
                filled < 400 and client.post(f"{base}/comments", json=long).is_success
            ):  # what SQLite still had in hand
                filled += 1
            answers = 0
            for name, send in sending.items():
                for _ in range(2):
                    told = told_well(send())
                    answers += 1
                    wrong += [f"{name}: {told}"] if told else []
            kept = client.get(f"{base}/comments").raise_for_status().json()["comments"]
            read = (
                client.get("/v1/search", params={"query": "轴承"}).status_code == 200
                and client.get(f"/v1/plans/{plan}").status_code == 200
            )
            for language, words in (("zh", "磁盘已满"), ("en", "disk is full")):
                told = left_well(
                    command(["corpus", "add", str(documents)], {**settings, "JUMOU_LANGUAGE": language}), 3, words
                )
                wrong += [f"jumou corpus add: {told}"] if told else []
            filler.unlink()
            for name, send in sending.items():
                answer = send()
                wrong += (
                    [] if answer.is_success else [f"{name} with room again: {answer.status_code} {answer.text[:160]}"]
                )
            after = client.get(f"{base}/comments").raise_for_status().json()["comments"]
            added = command(["corpus", "add", str(documents), "--json"], settings)
            wrong += (
                []
                if added.returncode == 0
                else [f"jumou corpus add with room again: {added.returncode} {added.stderr[-300:]}"]
            )
            listed = json.loads(command(["corpus", "list", "--json"], settings).stdout or "[]")
            same = client.get(f"/v1/plans/{plan}").json()["projects"] == json.loads(before)["projects"]
    ground.check(
        Check("answers on the full disk", answers, at_least=1),
        exactly("answers not as promised", len(wrong), 0),
        exactly("remarks acknowledged and lost", filled - len(kept), 0),
        exactly("remarks after it was freed", len(after), filled + 1),
        exactly("reads while it was full", int(read), 1),
        exactly("documents in after it was freed", len(listed), 30),
        exactly("the plan is as it was", int(same), 1),
        exactly("tracebacks of the server", ground.defects(), 0),
    )
    for told in dict.fromkeys(wrong):
        ground.note(told)
    return "a small disk with home and database is filled to the last byte under a running server and freed again"


def read_only(ground: Ground) -> str:
    """A server is started on a disk that may only be read, which is then made writable."""
    wrong: list[str] = []
    with small_disk(ground) as disk:
        home, database = disk / "home", f"sqlite:///{disk / 'jumou.db'}"
        settings = environment(database, home)
        subprocess.run([_MOUNT, "-o", "remount,ro", str(disk)], check=True)
        for language, words in (("zh", "只能读取"), ("en", "may only be read")):
            for arguments in (["corpus", "add", __file__], ["batch", "changchun", "--out", str(ground.folder / "out")]):
                told = left_well(command(arguments, {**settings, "JUMOU_LANGUAGE": language}), 3, words)
                wrong += [f"jumou {arguments[0]}: {told}"] if told else []
        serving = ground.serving(database, home=home, ready="")
        serving.start()
        try:
            with serving.client() as client:
                until(lambda: client.get("/healthz").status_code == 200, 60, "the server")
                answer = until(lambda: _failed(client), 60, "its refusal")
                told = told_well(client.get("/v1/plans"))
                wrong += [f"reading plans: {told}"] if told else []
                subprocess.run([_MOUNT, "-o", "remount,rw", str(disk)], check=True)
                until(lambda: client.get("/readyz").status_code == 200, 60, "the server to be ready by itself")
                made = client.post("/v1/plans", json={"profile": PROFILE})
        finally:
            serving.stop()
    ground.check(
        exactly("answers and commands not as promised", len(wrong), 0),
        exactly("/readyz tells the reason", int("只能读取" in answer["message"]), 1),
        exactly("plans kept once it is writable", int(made.status_code == 201), 1),
        exactly("tracebacks of the server", ground.defects(), 0),
    )
    for told in dict.fromkeys(wrong):
        ground.note(told)
    return "server and commands are started on a disk that may only be read; it is made writable, and the server is ready without a restart"


def _failed(client: httpx.Client) -> dict[str, str] | None:
    answer = client.get("/readyz")
    found: dict[str, str] = answer.json()
    return found if answer.status_code == 503 and found["status"] == "failed" else None


_HOLDER = """
import sys
from pathlib import Path
from jumou.retrieval.generations import Generations
with Generations(Path(sys.argv[1]) / "index").writing():
    print("writing", flush=True)
    sys.stdin.read()
"""


def second_writer(ground: Ground) -> str:
    """A second process that wants to write to an embedded index is refused; two that take turns lose nothing of each other."""
    home = ground.own_home()
    settings = environment(ground.database("sqlite"), home)
    number = ground.size(60, 8)
    few, many = papers(ground.folder / "few", 2, mark="乙"), papers(ground.folder / "many", number, mark="甲")
    wrong: list[str] = []
    holder = subprocess.Popen([sys.executable, "-c", _HOLDER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        if holder.stdout is not None:
            holder.stdout.readline()
        for language, words in (("zh", "另一个进程正在写入"), ("en", "Another process is writing")):
            made = command(["corpus", "add", str(few)], {**settings, "JUMOU_LANGUAGE": language})
            told = left_well(made, 3, words, "JUMOU_CHROMA_URL")
            wrong += [told] if told else []
        found = command(["search", "轴承 保持架", "--json"], settings)
        wrong += [] if found.returncode == 0 else [f"reading beside it: {found.stderr[-300:]}"]
    finally:
        holder.kill()
        holder.wait(20)
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "jumou.cli.main", "corpus", "add", str(folder)],
            env=settings,
            stderr=subprocess.DEVNULL,
        )
        for folder in (many, few)
    ]
    codes = [process.wait(300) for process in both]
    again = [command(["corpus", "add", str(folder)], settings, 300).returncode for folder in (many, few)]
    listed = json.loads(command(["corpus", "list", "--json"], settings).stdout)
    sample = command(["search", f"甲标记{number - 1}", "--json"], settings).stdout
    ground.check(
        exactly("refusals and reads not as promised", len(wrong), 0),
        exactly("other exit codes than 0 and 3 of two at once", sum(code not in (0, 3) for code in codes), 0),
        exactly("repeated, with exit code 0", again.count(0), 2),
        exactly("documents in", len(listed), number + 2),
        exactly("found by search", int(f"甲标记{number - 1}" in sample), 1),
    )
    for told in wrong:
        ground.note(told)
    ground.note(f"two at once left with {codes[0]} and {codes[1]}")
    return "`jumou corpus add` while another process holds the embedded index, then two at once, then each again"
