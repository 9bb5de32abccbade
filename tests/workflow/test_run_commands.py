"""`jumou worker` and `jumou runs`, as a shell sees them."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from jumou.domain.access import HERE
from jumou.domain.run import RunFailure, RunOutcome, RunTask
from jumou.profile import parse_profile
from jumou.storage import RunQueue, RunStore, open_database
from jumou.workflow import PlanRequest
from jumou.workflow.review import Person
from jumou.workflow.runs import plan_run


def environment(home: Path, database: str) -> dict[str, str]:
    return {
        **os.environ, "JUMOU_HOME": str(home), "JUMOU_DATABASE_URL": database, "JUMOU_LLM": "", "JUMOU_LANGUAGE": "zh",
        "PYTHONUTF8": "1", "JUMOU_DRAFTING_WORKERS": "0", "OMP_NUM_THREADS": "1",
    }  # fmt: skip


def runs(variables: dict[str, str], *arguments: str) -> Any:
    command = [sys.executable, "-m", "jumou.cli.main", "runs", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=variables, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_worker_does_what_failed_before_and_ends_when_it_is_asked_to(home: Path, tmp_path: Path) -> None:
    """A failed run is found with its reason, retried, done by a worker that is well, and the worker ends without a trace."""
    database = f"sqlite:///{tmp_path / 'jumou.db'}"
    variables = environment(home, database)
    engine = open_database(tmp_path, database)
    profile = parse_profile(
        {"name": "瓦房店市", "industry": "轴承", "background": "轴承企业集中，保持架依赖外购。"}, "zh"
    )
    record, _ = plan_run(PlanRequest(profile=profile), Person("安工"))
    RunStore(engine, HERE).accept(record)
    told = RunFailure(kind="ModelUnavailable", message_zh="大模型没有应答。", message_en="The model is silent.")
    RunQueue(engine).settle(RunTask(run_id=record.id, attempt=1), RunOutcome(state="failed", failure=told))

    (failed,) = runs(variables, "list", "--state", "failed")
    assert (failed["id"], failed["failure"]["message_zh"]) == (record.id, "大模型没有应答。")
    assert runs(variables, "retry", record.id)["changed"]

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jumou.cli.main", "worker", "--at-once", "1", "--health-port", str(port)]
    worker = subprocess.Popen(command, env=variables, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: RunStore(engine, HERE).standing(record.id).ended)
        assert RunStore(engine, HERE).standing(record.id).state == "done"
        assert httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=60).json()["status"] == "ready"
        assert [one["pid"] for one in runs(variables, "workers")] == [worker.pid]
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
    finally:
        worker.kill()
    assert runs(variables, "workers") == []
    shown = runs(variables, "show", record.id)
    assert [event["kind"] for event in shown["events"]][:4] == ["accepted", "failed", "retried", "begun"]
    assert not runs(variables, "cancel", record.id)["changed"]
    engine.dispose()


def wait_for(what: Any, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)
