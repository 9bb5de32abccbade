"""The reference of the API as one page that needs no script and no network: `/docs`."""

import json
from typing import Any, Final

from fastapi import FastAPI
from jinja2 import Environment, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

_PAGE: Final = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{ info.title }} API</title>
<style>
body { font: 15px/1.6 "Noto Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1d2733 }
h1 { font-size: 1.6rem } h2 { margin: 2.2rem 0 .6rem; font-size: 1.15rem; border-bottom: 1px solid #d5dce3 }
summary { cursor: pointer; padding: .25rem 0 } code, pre { font: 13px/1.5 Consolas, Menlo, monospace } pre { background: #f4f6f8; padding: .6rem; overflow-x: auto }
summary b { display: inline-block; width: 4.2rem; font: 600 12px Consolas, Menlo, monospace; color: #1b4f72 } summary span { color: #5a6875 }
table { border-collapse: collapse; margin: .4rem 0 } td, th { border: 1px solid #d5dce3; padding: .15rem .5rem; text-align: left; vertical-align: top } details div { margin: 0 0 1rem 1.2rem }
</style></head><body>
<h1>{{ info.title }} <small>{{ info.version }}</small></h1>
{% for line in info.description.split('\n') if line %}<p>{{ line }}</p>{% endfor %}
<p><a href="/openapi.json">OpenAPI 文档 · document</a>　<a href="/v1/schemas">对象的 JSON Schema · objects</a></p>
{% for tag, told, operations in groups %}<h2 id="{{ tag }}">{{ told or tag }}</h2>
{% for one in operations %}<details id="{{ one.id }}"><summary><b>{{ one.method }}</b> <code>{{ one.path }}</code> <span>{{ one.summary }}</span></summary><div>
{% for line in one.description.split('\n') if line.strip() %}<p>{{ line }}</p>{% endfor %}
{% if one.parameters %}<table><tr><th>参数 · parameter</th><th>在 · in</th><th>类型 · type</th><th></th></tr>
{% for p in one.parameters %}<tr><td><code>{{ p.name }}</code>{% if p.required %} *{% endif %}</td><td>{{ p['in'] }}</td><td><code>{{ p.type }}</code></td><td>{{ p.description }}</td></tr>{% endfor %}</table>{% endif %}
{% for media, shape, example in one.bodies %}<p>请求 · body: <code>{{ media }}</code> {{ shape }}</p>{% if example %}<pre>{{ example }}</pre>{% endif %}{% endfor %}
<table><tr><th>应答 · answer</th><th></th><th></th></tr>{% for status, told, shape in one.answers %}<tr><td>{{ status }}</td><td>{{ told }}</td><td><code>{{ shape }}</code></td></tr>{% endfor %}</table>
</div></details>
{% endfor %}{% endfor %}</body></html>"""
_TEMPLATE: Final = Environment(autoescape=True, undefined=StrictUndefined).from_string(_PAGE)


def install(app: FastAPI) -> None:
    """Adds the page; `/redoc`, which older links name, leads there."""

    @app.get("/docs", include_in_schema=False)
    def manual(_: Request) -> HTMLResponse:
        document = app.openapi()
        return HTMLResponse(_TEMPLATE.render(info=document["info"], groups=_groups(document)))

    @app.get("/redoc", include_in_schema=False)
    def moved() -> RedirectResponse:
        return RedirectResponse("/docs")


def _groups(document: dict[str, Any]) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """The operations by tag, in the order of the tags."""
    found: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in document.get("tags", ())}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            found.setdefault((operation.get("tags") or ["-"])[0], []).append(_told(path, method, operation))
    names = {tag["name"]: tag.get("description", "") for tag in document.get("tags", ())}
    return [(tag, names.get(tag, ""), operations) for tag, operations in found.items() if operations]


def _told(path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    parameters = [
        {
            "name": one["name"], "in": one["in"], "required": one.get("required", False),
            "type": _shape(one.get("schema", {})), "description": one.get("description", ""),
        }
        for one in operation.get("parameters", ())
    ]  # fmt: skip
    bodies = [
        (media, _shape(content.get("schema", {})), _example(content))
        for media, content in operation.get("requestBody", {}).get("content", {}).items()
    ]
    answers = [
        (status, answer.get("description", ""), next((_shape(content.get("schema", {})) for content in answer.get("content", {}).values()), ""))
        for status, answer in operation["responses"].items()
    ]  # fmt: skip
    return {
        "id": operation["operationId"], "method": method.upper(), "path": path, "summary": operation.get("summary", ""),
        "description": operation.get("description", ""), "parameters": parameters, "bodies": bodies, "answers": answers,
    }  # fmt: skip


def _shape(schema: dict[str, Any]) -> str:
    """A schema in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for many in ("anyOf", "oneOf", "allOf"):
        if many in schema:
            return " | ".join(_shape(one) for one in schema[many])
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    if schema.get("type") == "array":
        return f"[{_shape(schema.get('items', {}))}]"
    return str(schema.get("const", schema.get("type", "")))


def _example(content: dict[str, Any]) -> str:
    examples = content.get("examples") or {}
    value = next((one.get("value") for one in examples.values()), content.get("example"))
    return "" if value is None else json.dumps(value, ensure_ascii=False, indent=2)
