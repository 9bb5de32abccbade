"""The topology of compose.yaml as plain processes: how soon a document added at one machine is answered from at the others.

    python evals/performance/shared_corpus.py [--documents 5]

PostgreSQL, a Chroma server, two API processes and one worker, each with a home of its own; documents are added by
`jumou corpus add` with a third home. The bar is five seconds from the command's end until every API process answers with
the document, and that none of them is restarted.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
from measured import Measure, report

from jumou.retrieval import Library
from jumou.testing.outside import ChromaServer, Postgres
from jumou.testing.serving import Serving

TEXT = "# {name}号海上风电运维母港\n\n{name}号泊位可停靠两艘运维船，配备{name}吨吊机，服务周边风电场的检修。\n"


def seconds_until(address: str, query: str, wanted: str, began: float) -> float:
    """Until the server at `address` answers with a passage that holds `wanted`."""
    while time.perf_counter() - began < 60:
        answer = httpx.get(f"{address}/v1/search", params={"query": query, "limit": 3}, timeout=30)
        if any(wanted in hit["passage"]["text"] for hit in answer.raise_for_status().json()["hits"]):
            return time.perf_counter() - began
        time.sleep(0.05)
    raise TimeoutError(f"{address} does not know {wanted}")


def main() -> int:
    """Starts everything, adds documents one by one, and reports."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--documents", type=int, default=5)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name, Postgres() as postgres, ChromaServer(Path(name) / "chroma") as chroma:
        folder, database = Path(name), postgres.database()
        shared = {"JUMOU_DATABASE_URL": database, "JUMOU_CHROMA_URL": chroma.url, "JUMOU_WORK": "false"}
        Library.ensure(folder / "seed").close()
        began = time.perf_counter()
        servers = [Serving(folder / f"api{number}", folder / "none", more=shared) for number in (1, 2)]
        (folder / "seed").rename(servers[0].home)  # its vectors go to the pool; the other home begins empty
        with servers[0], servers[1]:
            started = time.perf_counter() - began
            waits, commands = [], []
            for number in range(given.documents):
                path = folder / f"{number}.md"
                path.write_text(TEXT.format(name=31 + number), encoding="utf-8")
                command = [sys.executable, "-m", "jumou.cli.main", "corpus", "add", str(path)]
                began = time.perf_counter()
                subprocess.run(
                    command, check=True, stdout=subprocess.DEVNULL,
                    env={**os.environ, **shared, "JUMOU_HOME": str(folder / "office")},
                )  # fmt: skip
                ended = time.perf_counter()
                commands.append(ended - began)
                wanted = f"{31 + number}号泊位"
                waits += [
                    seconds_until(server.address, f"{wanted}海上风电运维母港", wanted, ended) for server in servers
                ]
    return report(
        "shared_corpus",
        [
            Measure("both servers ready on an empty database", started, "s"),
            Measure("jumou corpus add, first (joins and builds its index)", commands[0], "s"),
            Measure("jumou corpus add, fastest", min(commands), "s"),
            Measure("answered from by every server, after the command, longest", max(waits), "s", at_most=5),
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
