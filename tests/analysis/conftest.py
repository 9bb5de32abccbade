"""What the tests of the analysis share: expected values, reference data and chains."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jumou.corpus.chains import load_chains
from jumou.domain.chain import Chain

SHARED = Path(__file__).resolve().parents[3] / "shared"
GOLDEN = Path(__file__).resolve().parent / "golden"


@pytest.fixture(scope="session")
def golden() -> Callable[[str], dict[str, Any]]:
    """Expected values by file name under golden/."""

    def load(name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
        return found

    return load


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference data beside the checkout; tests on it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the reference data beside the checkout is absent")
    return SHARED


@pytest.fixture(scope="session")
def chains() -> dict[str, Chain]:
    """The shipped chains by id."""
    return load_chains()
