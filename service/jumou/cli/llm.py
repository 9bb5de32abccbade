"""`jumou llm`: whether the language model answers, what it can do, and how fast."""

import asyncio
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jumou.cli.terminal import emit, pick, say
from jumou.errors import InvalidRequest, ModelRefused
from jumou.settings import settings

if TYPE_CHECKING:
    from jumou.llm import LanguageModel, Run

app = typer.Typer(help="大模型：连通、能力与时延 · the language model", no_args_is_help=True)


@app.callback()
def group() -> None:
    """大模型：连通、能力与时延。"""


@app.command()
def check(as_json: Annotated[bool, typer.Option("--json", help="输出 JSON · for programs")] = False) -> None:
    """检查大模型能否连通、支持哪些能力、时延多少；连不上时退出码为 4。"""
    from jumou.llm import open_model  # noqa: PLC0415 - the other commands ask no model

    model = open_model(settings())
    if model is None:
        raise InvalidRequest(
            "没有设置大模型。", "No language model is set.",
            mend_zh="请设置 JUMOU_LLM,例如 JUMOU_LLM=openai:qwen3-32b JUMOU_LLM_BASE_URL=http://127.0.0.1:8000/v1。",
            mend_en="Set JUMOU_LLM, for example JUMOU_LLM=openai:qwen3-32b JUMOU_LLM_BASE_URL=http://127.0.0.1:8000/v1.",
        )  # fmt: skip
    found = asyncio.run(_check(model))
    if as_json:
        emit(found)
        return
    shaped = {
        "json_schema": "JSON Schema", "tool": pick("工具调用", "tool call"), "json": pick("JSON 模式", "JSON mode"),
        "plain": pick("纯文本提取", "plain text"),
    }  # fmt: skip
    yes, no = pick("支持", "yes"), pick("不支持", "no")
    say(pick(f"模型 {found['model']}({found['address']})可用。", f"{found['model']} at {found['address']} answers."))
    say(
        pick(
            f"结构化回答：{shaped[found['structured']]}；工具：",
            f"structured answers: {shaped[found['structured']]}; tools: ",
        )
        + (yes if found["tools"] else no)
    )
    say(
        pick(
            f"首字 {found['first_token_seconds']} 秒，全答 {found['seconds']} 秒",
            f"first token {found['first_token_seconds']} s, whole answer {found['seconds']} s",
        )
    )
    known = found["usd_per_million_in"] is not None
    say(pick("价格：", "price: ") + (f"{found['usd_per_million_in']} / {found['usd_per_million_out']} USD per million tokens" if known else pick("价格表中没有，费用不计", "not in the table; calls are counted without cost")))  # fmt: skip


async def _check(model: "LanguageModel") -> dict[str, Any]:
    from jumou.llm import Message  # noqa: PLC0415 - as above
    from jumou.llm.budget import price  # noqa: PLC0415 - as above

    run = model.run()
    try:
        began = time.perf_counter()
        first: float | None = None
        async for piece in run.stream((Message("user", "请只回答：好。Answer with one word: OK."),), max_tokens=64):
            if first is None and piece.text:
                first = time.perf_counter() - began
        whole = time.perf_counter() - began
        run.model_abilities.record(model.key, None)
        model.vague.clear()
        structured = await run.constraint()
        cost = [price(model.name, model.endpoint.address, *tokens) for tokens in ((1_000_000, 0), (0, 1_000_000))]
        return {
            "model": model.name,
            "address": model.endpoint.address,
            "reachable": True,
            "structured": structured,
            "tools": await _calls_tools(run),
            "first_token_seconds": None if first is None else round(first, 3),
            "seconds": round(whole, 3),
            "usd_per_million_in": None if cost[0] is None else float(cost[0]),
            "usd_per_million_out": None if cost[1] is None else float(cost[1]),
            "calls": run.spent.calls,
        }
    finally:
        await model.close()


async def _calls_tools(run: "Run") -> bool:
    from jumou.llm import Message, ToolSpec  # noqa: PLC0415 - as above

    takes = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
    tool = ToolSpec("search", "search the library", takes)
    asked = (Message("user", "Call the tool `search` with the query 轴承."),)
    try:
        reply = await run.write(asked, tools=(tool,), max_tokens=256)
    except ModelRefused:
        return False
    return any(call.name == tool.name and "query" in call.arguments for call in reply.tool_calls)
