"""`jumou corpus add`, killed at moments spread over the run and repeated: documents are in whole, once, and stay in."""

import json
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from commands import command, papers
from ground import Ground, environment, until
from verdict import Check, exactly


def added(ground: Ground) -> str:
    """A folder of documents, some of which cannot be read."""
    home = ground.own_home()
    number, kills = ground.size(160, 20), ground.size(10, 2)
    folder = papers(ground.folder / "papers", number, ground.size(60, 20), mark="产线")
    (folder / "broken.docx").write_bytes(b"PK\x03\x04 not a document")
    settings = environment(ground.database("sqlite"), home)
    whole = [sys.executable, "-m", "jumou.cli.main", "corpus", "add", str(folder), "--json"]
    done, vanished, seen = 0, 0, frozenset[str]()
    moments = [number * (part + ground.chance.random()) / kills for part in range(kills)]
    for moment in moments:
        process = subprocess.Popen(whole, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: len(_in(home)) >= moment * 0.98 or process.poll() is not None, 300, "documents", every=0.02)
        time.sleep(0.5 * ground.chance.random())
        done += process.poll() is None
        process.kill()
        process.wait(20)
        now = _in(home)
        vanished += len(seen - now)
        seen = now
    last = command(["corpus", "add", str(folder), "--json"], settings, 400)
    outcomes = json.loads(last.stdout)
    listed = json.loads(command(["corpus", "list", "--json"], settings).stdout)
    lengths = {one["passages"] for one in listed}
    missing = [
        one
        for one in range(0, number, max(1, number // 8))
        if f"产线标记{one}。" not in command(["search", f"产线标记{one}", "--k", "20", "--json"], settings).stdout
    ]
    with sqlite3.connect(_store(home)) as connection:
        unsettled = connection.execute("SELECT count(*) FROM unsettled").fetchone()[0]
    ground.check(
        Check("kills", done, at_least=kills - 2),
        exactly("documents in", len(listed), number),
        exactly("documents twice", len(listed) - len({one["document"]["id"] for one in listed}), 0),
        exactly("documents by halves", len(lengths) - 1, 0),
        exactly("documents in before a kill and gone after", vanished, 0),
        exactly("told of in the last run", len(outcomes), number + 1),
        exactly("refused in the last run (the broken one)", sum(one["status"] == "refused" for one in outcomes), 1),
        exactly("exit code of the last run", last.returncode, 2),
        exactly("sampled documents search does not find", len(missing), 0),
        exactly("passages left unsettled", unsettled, 0),
    )
    return f"`jumou corpus add` of {number} documents and a broken one on the embedded index, SIGKILL at {done} moments spread over the run, the same command again"


def _store(home: Path) -> Path:
    name = json.loads((home / "index" / "current.json").read_text(encoding="utf-8"))["generation"]
    return home / "index" / name / "library.sqlite"


def _in(home: Path) -> frozenset[str]:
    """The documents that are stored, as another process sees them."""
    with sqlite3.connect(f"file:{_store(home)}?mode=ro", uri=True, timeout=30) as connection:
        return frozenset(row[0] for row in connection.execute("SELECT id FROM documents WHERE origin <> ''"))
