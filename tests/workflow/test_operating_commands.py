"""`jumou actuals`, as a shell sees it: template out, values in, report out."""

import os
import subprocess
import sys
from pathlib import Path

import openpyxl

from jumou.domain.access import HERE
from jumou.storage import PlanStore, open_database
from jumou.testing_plans import small_plan, small_request
from jumou.workflow.creating import keep_plan
from jumou.workflow.review import Person


def jumou(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "JUMOU_HOME": str(home), "JUMOU_LANGUAGE": "zh", "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-m", "jumou.cli.main", "actuals", *arguments],
        capture_output=True, encoding="utf-8", env=environment, check=False, timeout=300,
    )  # fmt: skip


def test_values_go_from_the_template_into_the_report(tmp_path: Path) -> None:
    store = PlanStore(open_database(tmp_path), HERE)
    keep_plan(store, "p", small_request(), small_plan(), Person("安工"))
    store.close()
    sheet, report = tmp_path / "actuals.xlsx", tmp_path / "report.md"

    made = jumou(tmp_path, "template", "p", str(sheet), "--period", "2026年第二季度")
    assert made.returncode == 0, made.stderr
    book = openpyxl.load_workbook(sheet)
    rows = book.worksheets[0]
    titles = {cell.value: place for place, cell in enumerate(rows[1], start=1)}
    rows.cell(2, titles["实际值"]).value = 48.5
    book.save(sheet)

    refused = jumou(tmp_path, "import", "p", str(sheet), "--person", "张工")
    assert refused.returncode == 2
    assert "第 2 行 H 列" in refused.stderr
    rows.cell(2, titles["数据来源"]).value = "市统计局快报"
    book.save(sheet)
    kept = jumou(tmp_path, "import", "p", str(sheet), "--person", "张工")
    assert kept.returncode == 0, kept.stderr
    assert "新增 1 个实际值" in kept.stderr

    told = jumou(tmp_path, "report", "p", str(report))
    assert told.returncode == 0, told.stderr
    text = report.read_text(encoding="utf-8")
    assert all(words in text for words in ("2026年第二季度监测报告", "48.5亿元", "市统计局快报（张工）"))


def test_a_plan_that_is_not_kept_here_is_named(tmp_path: Path) -> None:
    refused = jumou(tmp_path, "report", "none", str(tmp_path / "report.docx"))
    assert refused.returncode == 2
    assert "none" in refused.stderr
