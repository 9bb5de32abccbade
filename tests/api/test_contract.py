"""The OpenAPI document is what the server does: no answer it does not document, no 5xx, whatever is sent."""

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from jumou.api.app import create_app
from jumou.settings import Settings

OPERATIONS = [
    (path, method)
    for path, operations in create_app(Settings(home=Path("unused"))).openapi()["paths"].items()
    for method in operations
]


@pytest.fixture(scope="session")
def document(address: str) -> Any:
    """The document as the server hands it out."""
    return schemathesis.openapi.from_url(f"{address}/openapi.json", timeout=60)


@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=[f"{method} {path}" for path, method in OPERATIONS])
def test_every_answer_is_documented(document: Any, path: str, method: str) -> None:
    @given(case=document[path][method.upper()].as_strategy())
    @settings(max_examples=6, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    def holds(case: Any) -> None:
        # a request may fit its schema and still make no sense: a term of a hundred years, a rejection without a reason
        case.call_and_validate(excluded_checks=[positive_data_acceptance], timeout=300)

    holds()
