"""`jumou eval plans`, killed at moments spread over the run and repeated: what was drafted is not drafted again."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

from ground import Ground, environment, until
from verdict import Check, exactly

from jumou.assets import asset_dir


def run(ground: Ground) -> str:
    """Some of the shipped gold, by the rules."""
    cases, kills = ground.size(12, 3), ground.size(10, 2)
    gold = ground.folder / "gold"
    gold.mkdir()
    for path in ground.chance.sample(sorted((asset_dir("evals") / "plans" / "gold").glob("*.json")), cases):
        shutil.copy(path, gold / path.name)
    folder = ground.folder / "run"
    settings = environment(ground.database("sqlite"), ground.home)
    whole = [
        sys.executable,
        "-m",
        "jumou.cli.main",
        "eval",
        "plans",
        "--gold",
        str(gold),
        "--out",
        str(folder),
        "--drafter",
        "rules",
        "--json",
    ]

    def drafts() -> dict[str, int]:
        return (
            {
                str(path.relative_to(folder)): path.stat().st_mtime_ns
                for path in folder.glob("*/*.json")
                if path.name != "state.json"
            }
            if folder.exists()
            else {}
        )

    kept: dict[str, int] = {}
    done = changed = halves = 0
    for part in range(kills):
        wanted = cases * (part + ground.chance.random()) / kills
        process = subprocess.Popen(whole, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(
            lambda: len({name.partition("/")[0] for name in drafts()}) > wanted - 1 or process.poll() is not None,
            400,
            "a case",
            every=0.02,
        )
        time.sleep(ground.chance.random())
        done += process.poll() is None
        process.kill()
        process.wait(20)
        now = drafts()
        changed += sum(now.get(name) != at for name, at in kept.items())
        halves += sum(not _whole(folder / name) for name in now)
        kept = now
    last = subprocess.run(whole, env=settings, capture_output=True, text=True, timeout=600, check=False)
    changed += sum(drafts().get(name) != at for name, at in kept.items())
    fresh = ground.folder / "fresh"
    whole[whole.index(str(folder))] = str(fresh)
    unkilled = subprocess.run(whole, env=settings, capture_output=True, text=True, timeout=600, check=False)
    told, asked = json.loads(last.stdout), json.loads(unkilled.stdout)
    ground.check(
        Check("kills", done, at_least=kills // 2),
        exactly("exit code of the last run", last.returncode, 0),
        exactly("cases without a score", len(told["failures"]), 0),
        exactly("drafts made again after a kill", changed, 0),
        exactly("drafts by halves", halves, 0),
        exactly(
            "measures other than those of a run without kills",
            sum(told["means"][name] != value for name, value in asked["means"].items() if name != "seconds"),
            0,
        ),
    )
    return f"`jumou eval plans` over {cases} cases, SIGKILL at {done} moments spread over the run, the same command again; compared with a run nobody killed"


def _whole(path: Path) -> bool:
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return False
    return True
