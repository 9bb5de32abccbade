"""The four steps and the loop around them: each draft is checked before it is handed on."""

from jumou.workflow.plan import PlanRequest, draft_plan, draft_projects, finished

__all__ = ["PlanRequest", "draft_plan", "draft_projects", "finished"]
