"""Which requests stand in the audit stream besides the changes of plans, which record themselves.

What changes something, or hands out what was planned, is recorded before its answer is sent: an acknowledged act has its line,
and one that cannot be recorded is not acknowledged. What the line says are ids and choices out of the address, never a body.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jumou.api.problems import language_of, problem
from jumou.domain.audit import Act
from jumou.errors import JumouError
from jumou.storage import AuditLog

RECORDED: Final[dict[str, str]] = {
    # handed out
    "get_plan_file": "plan.exported", "get_report": "plan.report_exported", "get_batch_results": "batch.exported",
    "get_batch_file": "batch.exported", "get_run_file": "run.file_exported", "get_audit_log": "plan.audit_read", "list_audit": "audit.read",
    # changed
    "create_batch": "batch.accepted", "cancel_batch": "batch.cancelled", "retry_batch": "batch.retried",
    "create_chat": "chat.opened", "send_message": "chat.message", "stop_answer": "chat.stopped",
    "adopt_candidate": "chat.adopted", "cancel_run": "run.cancelled", "retry_run": "run.retried",
    "export_plan": "plan.export_asked", "add_documents": "document.handed_in", "evaluate": "evaluation.asked",
}  # fmt: skip
"""Operations by name, and what their lines say was done."""

BY_THEMSELVES: Final = frozenset(
    {
        "create_plan", "decide", "edit_step", "undo_step", "redraft_step", "add_comment", "enter_actuals",
        "import_actuals", "import_projects", "accept_adjustment", "dismiss_adjustment", "create_key", "revoke_key",
        "set_member", "remove_member",
    }
)  # fmt: skip
"""Operations whose changes write their lines in their own transaction (`PlanStore.changing`, `Accounts`)."""

CHANGING_NOTHING: Final = frozenset({"draft_project_list", "check_profile", "complete_chat"})
"""Operations that are asked for with POST and keep nothing."""

_KINDS: Final = {"plan_id": "plan", "batch_id": "batch", "chat_id": "chat", "run_id": "run", "document_id": "document"}


class Recorded:
    """Writes the lines of `RECORDED`."""

    def __init__(self, app: ASGIApp, log: Callable[[], AuditLog]) -> None:
        """`log` gives the stream; it is asked for when there is something to write."""
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refused = False

        async def recording(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] < 300:
                action = RECORDED.get(getattr(scope.get("route"), "name", ""))
                if action is not None:
                    try:
                        await asyncio.to_thread(self._log().record, _act(action, scope))
                    except JumouError as error:
                        refused = True
                        await _unrecorded(Request(scope), error)(scope, receive, send)
            if not refused:
                await send(message)

        await self._app(scope, receive, recording)


def _act(action: str, scope: Scope) -> Act:
    found = {name: str(value) for name, value in scope.get("path_params", {}).items()}
    subject = next((f"{kind}:{found.pop(name)}" for name, kind in _KINDS.items() if name in found), "")
    return Act(action, subject, actor="" if scope["state"]["principal"].authenticated else "local", details=found)


def _unrecorded(request: Request, error: JumouError) -> ASGIApp:
    language = language_of(request)
    title = (
        "未能写入审计流，未予执行或交付"
        if language == "zh"
        else "The audit stream cannot be written; nothing is handed out"
    )
    answer = problem(503, title, kind="Unrecorded", detail=error.message(language))
    answer.headers["Retry-After"] = "5"
    return answer
