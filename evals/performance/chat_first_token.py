"""What jumou adds before the first word of an answer, beyond the model's own time.

Bar: <= 50 ms (DESIGN, "LLM path"). A scripted model server answers over real HTTP; its own time to the first word is measured
by asking it directly, in the same run, and taken off. Measured from the moment a message is sent: for a kept chat until its
first `token` event arrives, for the OpenAI-compatible endpoint until the first piece of text arrives. Every question is a new
one and is searched for, so encoding, search and storage are in it.

    python evals/performance/chat_first_token.py [--home DIR] [--rounds 20]
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import httpx
from measured import Measure, percentile, report

from jumou.retrieval import Library
from jumou.testing import ModelServer
from jumou.testing.serving import Serving, open_chat

_SUBJECTS = (
    "轴承",
    "新能源汽车",
    "光伏",
    "生物医药",
    "集成电路",
    "循环经济",
    "低空经济",
    "现代物流",
    "数字经济",
    "纺织服装",
)
_QUESTIONS = tuple(
    f"{subject}产业集群{words}？"
    for subject in _SUBJECTS
    for words in ("如何补链强链", "怎样引进龙头企业", "需要哪些公共平台", "有什么成功做法")
)


def first_text(client: httpx.Client, url: str, body: dict[str, object]) -> float:
    """Seconds until the first piece of text of a streamed chat completion."""
    began = time.perf_counter()
    with client.stream("POST", url, json=body) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: {"):
                choices = json.loads(line[6:])["choices"]
                if choices and choices[0]["delta"].get("content"):
                    return time.perf_counter() - began
    raise RuntimeError("no text")


def first_token(client: httpx.Client, question: str) -> float:
    """Seconds from sending a message until its first token event."""
    chat = open_chat(client, horizon=2030)
    began = time.perf_counter()
    client.post(f"/v1/chats/{chat}/messages", json={"text": question}).raise_for_status()
    with client.stream("GET", f"/v1/chats/{chat}/events") as answer:
        for line in answer.iter_lines():
            if line == "event: token":
                return time.perf_counter() - began
    raise RuntimeError("no token")


def main() -> int:
    """The exit code: 1 when a bar is missed."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--home", type=Path, help="a folder with a built index; a fresh one is built when not given")
    arguments.add_argument("--rounds", type=int, default=20)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder, ModelServer(lambda _: "建议依托现有基础，分步实施[1]。") as model:
        home = chosen.home or Path(folder)
        Library.ensure(home).close()
        settings = {"JUMOU_LLM": "openai:scripted", "JUMOU_LLM_BASE_URL": model.url}
        with Serving(home, Path(folder) / "jumou.db", settings) as serving, serving.client() as client:
            asked = {"model": "jumou", "stream": True}
            for question in _QUESTIONS[-3:]:  # the first answers load libraries and count for nothing
                first_token(client, question)
                first_text(
                    client,
                    "/openai/v1/chat/completions",
                    {**asked, "messages": [{"role": "user", "content": question}]},
                )
            direct, kept, openai = [], [], []
            for number in range(chosen.rounds):
                question = _QUESTIONS[number % (len(_QUESTIONS) - 3)]
                messages = [{"role": "user", "content": question}]
                direct.append(first_text(client, f"{model.url}/chat/completions", {"model": "scripted", "stream": True, "messages": messages}))  # fmt: skip
                kept.append(first_token(client, question))
                messages = [{"role": "user", "content": f"请问{question}"}]
                openai.append(first_text(client, "/openai/v1/chat/completions", {**asked, "messages": messages}))
    own = median(direct)
    return report(
        "chat_first_token",
        [
            Measure("model alone, first word, median", 1000 * own, "ms"),
            Measure("chat, added, median", 1000 * (median(kept) - own), "ms", at_most=50),
            Measure("chat, added, fastest quarter", 1000 * (percentile(kept, 0.25) - own), "ms"),
            Measure("chat, added, p95", 1000 * (percentile(kept, 0.95) - own), "ms"),
            Measure("OpenAI endpoint, added, median", 1000 * (median(openai) - own), "ms", at_most=50),
            Measure("OpenAI endpoint, added, fastest quarter", 1000 * (percentile(openai, 0.25) - own), "ms"),
            Measure("OpenAI endpoint, added, p95", 1000 * (percentile(openai, 0.95) - own), "ms"),
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
