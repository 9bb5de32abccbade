"""What assistants send and are told stands in no log."""

import io
import json
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from jumou.cli.mcp import over_http
from jumou.compose import Jumou
from jumou.logs import set_up_log
from jumou.settings import Settings

KEY = "sk-marked-key-6a2d"
MARKS = {name: f"{name}标记词五八二" for name in ("query", "profile", "background", "author", "document", "sheet")}


def test_no_text_and_no_key_of_a_tools_call_is_logged(home: Path, tmp_path: Path, lines: io.StringIO) -> None:
    """At debug level, by what succeeds, by what is refused and by what makes no sense."""
    url = f"sqlite:///{tmp_path / 'jumou.db'}"
    chosen = Settings(home=home, database_url=url, log_level="debug", llm_api_key=KEY)
    set_up_log(chosen, lines)
    profile = {"name": MARKS["profile"], "industry": "轴承", "background": MARKS["background"]}
    calls: tuple[tuple[str, dict[str, Any]], ...] = (
        ("search", {"query": MARKS["query"]}),
        ("read_document", {"document_id": MARKS["document"]}),
        ("analyse_region", {"profile": {"industry": MARKS["sheet"], "horizon": MARKS["background"]}}),
        ("draft_project_list", {"profile": profile}),
        ("keep_plan_draft", {"profile": profile, "created_by": MARKS["author"]}),
        ("search", {"query": [MARKS["query"]]}),
        (MARKS["document"], {}),
    )
    headers = {"Accept": "application/json, text/event-stream", "X-Mark": "header-mark-582"}
    jumou = Jumou(chosen)
    with TestClient(
        over_http(jumou, "127.0.0.1", writes=True), base_url="http://127.0.0.1:8001", headers=headers
    ) as client:
        answers = []
        for number, (tool, arguments) in enumerate(calls, start=1):
            params = {"name": tool, "arguments": arguments}
            sent = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}
            answers.append(client.post("/mcp", json=sent).text)
        client.post("/mcp", content=f'{{"jsonrpc": "2.0", "method": "{MARKS["query"]}'.encode())
    assert MARKS["profile"] in answers[3]  # they were done
    log = lines.getvalue()
    said = json.dumps([json.loads(line) for line in log.splitlines()], ensure_ascii=False)
    for secret in (*MARKS.values(), KEY, "header-mark-582"):
        assert secret not in said
        assert secret not in log
