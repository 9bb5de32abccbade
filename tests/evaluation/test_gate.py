"""The gate as a build server runs it: two of the shipped expert plans, drafted from the shipped corpus, held to thresholds."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from jumou.assets import asset_dir
from jumou.cli.evaluate import app
from jumou.cli.evaluating import GATE_MISSED
from jumou.settings import settings

CASES = ("suining_lithium_2021_2025", "us_detroit_gem_mobility_2022")


@pytest.fixture(scope="module")
def kept(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with gold of two cases and the run over them; the process's settings point at the indexed home."""
    folder = tmp_path_factory.mktemp("gate")
    (folder / "gold").mkdir()
    for name in CASES:
        shutil.copy(asset_dir("evals") / "plans" / "gold" / f"{name}.json", folder / "gold")
    (folder / "low.yaml").write_text(
        "project_recall: {at_least: 0.5}\nkpi_coverage: {at_least: 0.5}\nmode_top2: {at_least: 0.5}\n"
        "citation_validity: {at_least: 1.0}\nnumeric_faithfulness: {at_least: 1.0}\nreference_validity: {at_least: 1.0}\n",
        encoding="utf-8",
    )
    (folder / "high.yaml").write_text("project_recall: {at_least: 1.01}\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("JUMOU_HOME", str(home))
        settings.cache_clear()
        yield folder
    settings.cache_clear()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--gate", "--json"])


def test_the_gate_passes_on_shipped_gold_and_stops_a_build_that_misses_it(kept: Path) -> None:
    gold, folder = str(kept / "gold"), str(kept / "run")
    passed = run("plans", "--gold", gold, "--out", folder, "--thresholds", str(kept / "low.yaml"))
    assert passed.exit_code == 0, passed.output
    told: dict[str, Any] = json.loads(passed.stdout)
    assert told["failures"] == {}
    assert all(gate["passed"] for gate in told["gates"])
    assert {path.parent.name for path in (kept / "run").glob("*/plan.json")} == set(CASES)
    missed = run("rescore", folder, "--gold", gold, "--thresholds", str(kept / "high.yaml"))
    assert missed.exit_code == GATE_MISSED
