"""The fault run: real processes, killed, cut off and starved, and what they had promised compared with what is there.

    python tests/faults/run.py [--seed N] [--minutes 5] [--only NAME ...] [--smoke] [--out out/faults]

A table on the screen, report.md and report.json in the folder; exit code 1 when a scenario misses a bar or breaks. The seed
is printed and repeats the run's choices: what is written, in which order, and where in it a process is killed.
"""

import argparse
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import away
import batches
import cluster
import disks
import drafts
import evaluations
import ingest
import load
import reviews
import streams
import uploads
from ground import Ground, Skipped
from verdict import Found, machine, show, write

from jumou.errors import MissingExtra
from jumou.retrieval import Library
from jumou.testing.outside import Postgres


class Scenario(NamedTuple):
    """A scenario: does it, and says what was done."""

    name: str
    run: Callable[[Ground], str]
    postgres: bool = False


def _each(name: str, run: Callable[[Ground, str], str]) -> tuple[Scenario, ...]:
    """The scenario on both databases."""
    return tuple(
        Scenario(f"{name}-{kind}", partial(run, kind=kind), postgres=kind == "postgresql")
        for kind in ("sqlite", "postgresql")
    )


SCENARIOS: Final[tuple[Scenario, ...]] = (
    *_each("kill-reviews", reviews.run),
    *_each("kill-drafts", drafts.run),
    *_each("kill-batch", batches.run),
    *_each("kill-runs", uploads.run),
    Scenario("kill-ingest", ingest.added),
    Scenario("kill-evaluation", evaluations.run),
    *_each("kill-chats", streams.chats),
    Scenario("cluster-killed", cluster.killed, postgres=True),
    Scenario("cluster-throughput", cluster.throughput, postgres=True),
    Scenario("load", load.run, postgres=True),
    Scenario("away-database", away.database, postgres=True),
    Scenario("away-model", away.model),
    Scenario("away-chroma", away.chroma),
    Scenario("disk-full", disks.full),
    Scenario("disk-read-only", disks.read_only),
    Scenario("second-writer", disks.second_writer),
)


@contextlib.contextmanager
def _postgres(wanted: Sequence[Scenario]) -> Iterator[Postgres | None]:
    """A server when one is needed and its wheel is installed."""
    with contextlib.ExitStack() as stack:
        server = None
        if any(scenario.postgres for scenario in wanted):
            with contextlib.suppress(MissingExtra):
                server = stack.enter_context(Postgres())
        yield server


def run(scenario: Scenario, chosen: argparse.Namespace, home: Path, postgres: Postgres | None) -> Found:
    """One scenario in a folder of its own; whatever ends it is part of what was found."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="jumou-faults-", ignore_cleanup_errors=True) as folder:
        ground = Ground(scenario.name, chosen.seed, chosen.smoke, chosen.minutes, Path(folder), home, postgres)
        found = Found(scenario.name, checks=ground.checks, notes=ground.notes)
        try:
            found.done = scenario.run(ground)
        except (Skipped, MissingExtra) as reason:
            found.skipped = str(reason)
        except Exception:  # noqa: BLE001 - the run goes on with the next scenario and tells of this one
            found.broken = traceback.format_exc()
            log = Path(folder) / "server.log"
            if log.is_file():
                found.broken += "\n" + log.read_text(encoding="utf-8", errors="replace")[-3000:]
    found.seconds = time.monotonic() - began
    return found


def main() -> int:
    """Runs what was chosen."""
    names = [scenario.name for scenario in SCENARIOS]
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    arguments.add_argument("--minutes", type=float, default=5.0, help="how long the load lasts")
    arguments.add_argument(
        "--only", nargs="+", default=[], metavar="NAME", help=f"of {', '.join(names)}; the beginning is enough"
    )
    arguments.add_argument("--smoke", action="store_true", help="each in a few seconds")
    arguments.add_argument(
        "--home",
        type=Path,
        default=Path("out/faults/home"),
        help="a home with a built index; built when it is not there",
    )
    arguments.add_argument("--out", type=Path, default=Path("out/faults"))
    chosen = arguments.parse_args()
    wanted = [one for one in SCENARIOS if not chosen.only or any(one.name.startswith(name) for name in chosen.only)]
    if not wanted:
        arguments.error(f"no such scenario; there are {', '.join(names)}")
    signal.signal(
        signal.SIGTERM, lambda number, _: sys.exit(128 + number)
    )  # servers are stopped and folders deleted all the same
    began = machine()
    print(f"seed {chosen.seed}; {began['cores']} cores, load average {began['load'][0]}", flush=True)
    home = chosen.home.resolve()
    Library.ensure(home).close()
    os.environ["JUMOU_LANGUAGE"] = "zh"
    every = []
    with _postgres(wanted) as postgres:
        for scenario in wanted:
            every.append(run(scenario, chosen, home, postgres))
            print(show(every[-1]), flush=True)
            write(chosen.out, chosen.seed, began, every, smoke=chosen.smoke)
    failed = [found.name for found in every if found.verdict in ("MISSED", "BROKEN")]
    print(
        f"\n{len(every)} scenarios, {len(failed)} failed{': ' if failed else ''}{', '.join(failed)}; {chosen.out / 'report.md'}; again with --seed {chosen.seed}"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
