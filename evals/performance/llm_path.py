"""The share of a plan's time that is not the model's, at two seconds a call, and whether the calls of a step overlap.

The model is the scripted server of `jumou.testing`, over real HTTP. Bars: at most 5 % outside the model; the calls of one
step overlap; the first token of a stream at most 50 ms later than the server wrote it.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from contextlib import aclosing
from pathlib import Path
from typing import Any, Final

from jumou.compose import Office, at_home
from jumou.drafting.llm import LlmDrafter
from jumou.llm import LangchainEndpoint, LanguageModel, Message
from jumou.profile import sample_profile
from jumou.settings import settings
from jumou.testing import ModelServer, good_answers
from jumou.workflow import PlanRequest, draft_plan

LATENCY: Final = 2.0
MOST_OUTSIDE: Final = 0.05
MOST_FIRST_TOKEN: Final = 0.05
ROUNDS: Final = 3


def plans(jumou: Office) -> dict[str, Any]:
    """Drafts a sample region; the first round warms up and is left out."""
    shares, walls, at_once, fallen = [], [], [], 0
    for number in range(ROUNDS + 1):
        with (
            ModelServer(good_answers, latency=LATENCY if number else 0.0) as server,
            tempfile.TemporaryDirectory() as home,
        ):
            model = LanguageModel(LangchainEndpoint("openai:scripted", base_url=server.url), Path(home))
            began = time.perf_counter()
            request = PlanRequest(sample_profile("changchun"), start_year=2026, horizon=2030)
            plan = asyncio.run(draft_plan(request, jumou.library, LlmDrafter(model)))
            wall = time.perf_counter() - began
        use = plan.provenance.model_use
        if number and use is not None:
            shares.append((wall - use.seconds) / wall)
            walls.append(wall)
            at_once.append(server.at_once)
            fallen += use.fallen_back
    return {
        "outside_the_model": round(statistics.median(shares), 4),
        "plan_seconds": round(statistics.median(walls), 2),
        "calls": server.calls,
        "calls_at_once": min(at_once),
        "items_left_to_the_rules": fallen,
    }


def first_token() -> float:
    """Seconds from the server's first byte to the reader's first text, beside a latency the server was told; the median."""
    waits = []

    async def ask(model: LanguageModel) -> None:
        run = model.run()
        for _ in range(21):
            began = time.perf_counter()
            async with aclosing(run.stream((Message("user", "你好"),))) as pieces:
                async for piece in pieces:
                    if piece.text:
                        waits.append(time.perf_counter() - began - 0.2)
                        break

    with ModelServer(lambda _: "好的。" * 200, latency=0.2) as server, tempfile.TemporaryDirectory() as home:
        asyncio.run(ask(LanguageModel(LangchainEndpoint("openai:scripted", base_url=server.url), Path(home))))
    return round(statistics.median(waits[1:]), 4)


def main() -> int:
    """Prints what was measured; 1 when a bar is missed."""
    jumou = at_home(settings())
    jumou.whole.index.warm()
    found = {**plans(jumou), "first_token_overhead_seconds": first_token()}
    held = (
        found["outside_the_model"] <= MOST_OUTSIDE
        and found["calls_at_once"] > 1
        and found["first_token_overhead_seconds"] <= MOST_FIRST_TOKEN
    )
    out = Path("out/bench")
    out.mkdir(parents=True, exist_ok=True)
    (out / "llm_path.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps({**found, "held": held}, indent=1))
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
