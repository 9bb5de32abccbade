"""What each operation needs of the caller. One that is not listed is for admins, and a test says so."""

from typing import Annotated, Final

from fastapi import Depends, Request

from jumou.domain.access import Principal, Scope

NEEDS: Final[dict[str, Scope | None]] = {
    # open to everybody
    "health": None, "readiness": None, "figures": None, "login_page": None, "log_in_with_key": None, "begin_oidc": None, "end_oidc": None,
    # whoever is logged in
    "log_out": None, "switch_workspace": None, "who_am_i": None,
    # reading: plans and documents, as far as they are not internal
    "list_plans": "read", "get_plan": "read", "follow_plan": "read", "get_plan_file": "read", "get_audit_log": "read",
    "list_steps": "read", "get_step": "read", "get_item": "read", "list_revisions": "read", "get_revision": "read",
    "compare_revisions": "read", "list_reviews": "read", "list_comments": "read", "list_actuals": "read",
    "get_actuals_template": "read", "list_deviations": "read", "list_adjustments": "read", "get_report": "read",
    "search": "read", "get_document": "read", "get_passage": "read", "list_schemas": "read", "get_schema": "read",
    "list_samples": "read", "get_sample": "read", "get_profile_template": "read", "check_profile": "read",
    "list_models": "read", "get_model": "read",
    # drafting: plans, batches and chats, which are working papers
    "draft_project_list": "draft", "create_plan": "draft", "redraft_step": "draft", "edit_step": "draft",
    "undo_step": "draft", "add_comment": "draft", "enter_actuals": "draft", "import_actuals": "draft",
    "import_projects": "draft", "accept_adjustment": "draft", "create_batch": "draft", "list_batches": "draft",
    "get_batch": "draft", "get_batch_results": "draft", "get_batch_file": "draft", "follow_batch": "draft",
    "cancel_batch": "draft", "retry_batch": "draft", "create_chat": "draft", "list_chats": "draft", "get_chat": "draft",
    "send_message": "draft", "follow_chat": "draft", "stop_answer": "draft", "get_proposal": "draft",
    "adopt_candidate": "draft", "complete_chat": "draft",
    "list_runs": "draft", "get_run": "draft", "follow_run": "draft", "get_run_file": "draft", "cancel_run": "draft",
    "retry_run": "draft", "export_plan": "draft",
    # deciding; asking again is the planner's, so the decision itself is looked at further in
    "decide": "draft", "dismiss_adjustment": "review",
    # the workspace itself
    "list_keys": "admin", "create_key": "admin", "revoke_key": "admin", "list_members": "admin", "set_member": "admin",
    "remove_member": "admin", "list_audit": "admin", "list_workers": "admin", "add_documents": "admin", "evaluate": "admin",
}  # fmt: skip


async def _permitted(request: Request) -> None:
    needed = NEEDS.get(getattr(request.scope.get("route"), "name", ""), "admin")
    if needed is not None:
        principal: Principal = request.state.principal
        principal.must(needed)


PERMITTED: Final = Depends(_permitted)
"""On every route: turns away who may not, with 403."""

Permitted = Annotated[None, PERMITTED]
