"""The contract: JSON Schemas of the objects that leave jumou."""

from typing import Any

from fastapi import APIRouter

from jumou.api.answers import SchemaList
from jumou.api.openapi import problems
from jumou.domain.schemas import json_schemas
from jumou.errors import NotFound

router = APIRouter(prefix="/v1/schemas", tags=["reference"])


@router.get("")
def list_schemas() -> SchemaList:
    """The names of the published schemas."""
    return SchemaList(schemas=list(json_schemas()))


@router.get("/{name}", responses=problems(404, 422))
def get_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of an object."""
    found = json_schemas().get(name)
    if found is None:
        raise NotFound(f"没有名为 {name} 的模式。", f"There is no schema {name}.", mend_zh="名称见 /v1/schemas。", mend_en="/v1/schemas lists them.")  # fmt: skip
    return found
