"""聚谋 (jumou): a planning copilot for regional industry.

From Python, start with `jumou.profile.read_profile`, `jumou.workflow.draft_plan` and `jumou.compose.Jumou`; the objects are
in `jumou.domain`, the errors in `jumou.errors`. The command line is `jumou`, the HTTP interface `jumou serve`.
"""
