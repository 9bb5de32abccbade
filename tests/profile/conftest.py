"""Profile files for the tests: small ones written on the spot, and the reference data where it lies beside the checkout."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference data beside the checkout; tests on it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the reference data beside the checkout is absent")
    return SHARED


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    """Writes a workbook from tab name → rows; the head is filled in unless a tab `meta` is given."""

    def write(name: str = "profile.xlsx", **tabs: Sequence[Sequence[Any]]) -> Path:
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.worksheets[0])
        for title, rows in {"meta": [["region", "某市"], ["level", "city"]], **tabs}.items():
            page = workbook.create_sheet(title)
            for row in rows:
                page.append(list(row))
        workbook.save(tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def jsonfile(tmp_path: Path) -> Callable[[Mapping[str, Any]], Path]:
    """Writes a JSON file."""

    def write(content: Mapping[str, Any]) -> Path:
        path = tmp_path / "profile.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    return write
