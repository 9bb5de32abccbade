"""A small complete plan, and a drafter that drafts it: for tests of what happens to plans, not of what stands in them."""

from typing import Any, Final

from jumou.domain.diagnosis import Diagnosis
from jumou.domain.evidence import Document, Evidence, EvidencePassage, Passage
from jumou.domain.implementation import Implementation
from jumou.domain.plan import Plan, Provenance, Quality
from jumou.domain.portfolio import Project
from jumou.domain.positioning import Positioning
from jumou.domain.region import RegionProfile
from jumou.domain.review import content_hash
from jumou.drafting.context import DraftContext
from jumou.workflow.plan import PlanRequest

TEXT: Final = "保持架主要从外地购进。热处理能力不足。"


def statement(text: str, **more: Any) -> dict[str, Any]:
    """A statement without evidence."""
    return {"text": text, **more}


def small_diagnosis() -> Diagnosis:
    """Two gaps, the first with a quote; two links of a chain."""
    quote = {
        "passage_id": "doc#0",
        "document_id": "doc",
        "quote": "保持架主要从外地购进。",
        "title": "轴承调研",
        "grade": "B",
    }
    return Diagnosis.model_validate(
        {
            "summary": [statement("轴承是主导产业。")],
            "macro": {"factors": [], "opportunity": 0, "threat": 0},
            "endowment": [],
            "elements": [],
            "value_chain": {
                "name": "轴承",
                "known": True,
                "nodes": [
                    {"id": "cage", "name": "保持架", "position": "middle", "order": 1, "state": "missing", "key": True},
                    {"id": "ring", "name": "套圈", "position": "middle", "order": 2, "state": "strong", "key": False},
                ],
            },
            "benchmarks": [],
            "drivers": [],
            "gaps": [
                {"id": "G1", "kind": "chain_missing", "name": "保持架", "node_id": "cage", "severity": 0.8,
                 "text": "保持架缺失。", "citations": [quote], "state": "grounded"},
                {"id": "G2", "kind": "element", "name": "热处理", "severity": 0.5, "text": "热处理能力不足。"},
            ],
            "data_gaps": [],
            "mode_conditions": [{"mode": "anchor_firm", "met": "yes", "text": "龙头企业集聚。"}],
            "indicators": [],
        }
    )  # fmt: skip


def small_positioning() -> Positioning:
    """One theme, one mode, three candidates of a vision."""
    visions = [
        {"id": f"V{number}", "text": f"打造轴承产业高地(方案{word})。", "position": "高地", "scope": "全国", "function": "制造",
         "horizon": 2030, "difference": statement("以保持架见长。")}
        for number, word in ((1, "甲"), (2, "乙"), (3, "丙"))
    ]  # fmt: skip
    return Positioning.model_validate(
        {
            "themes": [{"id": "T1", "name": "精密轴承", "boundary_in": "保持架与套圈", "boundary_out": "整车", "node_ids": ["cage"]}],
            "mode": {"key": "anchor_firm", "name": "核心企业带动型", "reason": statement("龙头企业集聚。"), "table": [], "margin": 0.2, "close": False},
            "vision": visions[0],
            "candidates": visions,
        }
    )  # fmt: skip


def small_projects() -> tuple[Project, ...]:
    """Three projects over two gaps; the third waits for the first."""
    rows = (
        ("P01", "A1", "G1", "引进保持架企业", ()),
        ("P02", "B1", "G1", "保持架补链", ()),
        ("P03", "C2", "G2", "热处理中心", ("P01",)),
    )
    return tuple(
        Project.model_validate(
            {
                "id": name, "name": title, "category": kind[0], "type": kind, "closes_gap": gap,
                "theme_id": "T1" if kind == "A1" else None, "objective": f"{title}并投产。", "content": ["建设厂房。"],
                "scale": "待定", "site": "轴承产业园", "investment": None, "investment_basis": "待测算",
                "lead_body": "市工信局", "start": "2026-01", "end": "2028-12", "predecessors": list(before),
                "kpi_ids": ["K1"], "priority": "high", "priority_reason": "补齐短板。",
            }
        )
        for name, kind, gap, title, before in rows
    )  # fmt: skip


def small_implementation() -> Implementation:
    """One phase, an action a project, two indicators."""
    names = [project.id for project in small_projects()]
    return Implementation.model_validate(
        {
            "roadmap": {"start": "2026-01", "phases": [{"id": "R1", "name": "起步", "start": "2026-01", "end": "2026-12", "goal": "开工。", "project_ids": names}],
                        "schedule": [], "critical_path": [], "makespan_months": 36},
            "actions": [{"id": f"A{number:03d}", "project_id": name, "task": f"推进{name}", "body": "市工信局", "deadline": "2026-12", "milestone": "开工"}
                        for number, name in enumerate(names, 1)],
            "governance": [{"id": "GV1", "name": "领导小组", "members": ["市政府"], "duties": "统筹。", "rhythm": "每季度"}],
            "financing": {},
            "kpis": [{"id": f"K{number}", "name": name, "family": family, "unit": unit, "baseline": None, "targets": [], "method": "统计",
                      "data_source": "市统计局", "frequency": "年", "owner": "市工信局", "alert": "低于目标", "adjust": "加强招商", "project_ids": names[:number]}
                     for number, (name, family, unit) in enumerate((("产值", "scale", "亿元"), ("企业数", "firms", "家")), 1)],
            "monitoring": [],
        }
    )  # fmt: skip


def small_evidence() -> Evidence:
    """The one passage the small plan quotes."""
    document = Document(id="doc", kind="user", title="轴承调研")
    passage = Passage(id="doc#0", document_id="doc", ordinal=0, start=0, end=len(TEXT), text=TEXT)
    return Evidence(
        passages=(EvidencePassage(passage=passage, document=document),), corpus_version="test", encoder="bag-64"
    )


def small_request() -> PlanRequest:
    """The request the small plan answers."""
    return PlanRequest(profile=RegionProfile(name="瓦房店市", target_industry="轴承"), start_year=2026, horizon=2030)


def small_plan() -> Plan:
    """All of it."""
    request = small_request()
    provenance = Provenance(
        jumou_version="test", drafter="small", language="zh", corpus_version="test", encoder="bag-64",
        profile_hash=content_hash(request.profile),
    )  # fmt: skip
    quality = Quality(
        statements={}, figures={}, citations=1, quotes_unmatched=0, figures_untraced=0, references_unresolved=0
    )
    return Plan(
        title="瓦房店市轴承产业发展规划(2026—2030年)初稿", profile=request.profile, diagnosis=small_diagnosis(),
        positioning=small_positioning(), projects=small_projects(), implementation=small_implementation(),
        evidence=small_evidence(), quality=quality, provenance=provenance,
    )  # fmt: skip


class SmallDrafter:
    """Drafts the small plan; a reviewer's note stands in the objective of the project it is about."""

    name = "small"

    def __init__(self) -> None:
        """`asked` keeps the notes it was given, in order."""
        self.asked: list[dict[str, str]] = []

    async def diagnose(self, ctx: DraftContext) -> Diagnosis:
        """Step 1."""
        self.asked.append(dict(ctx.notes))
        return small_diagnosis()

    async def position(self, ctx: DraftContext, diagnosis: Diagnosis) -> Positioning:
        """Step 2."""
        del diagnosis
        self.asked.append(dict(ctx.notes))
        return small_positioning()

    async def design(self, ctx: DraftContext, diagnosis: Diagnosis, positioning: Positioning) -> tuple[Project, ...]:
        """Step 3: all projects, each reworded, so that one that is not to be touched would show it."""
        del positioning
        self.asked.append(dict(ctx.notes))
        gaps = {gap.id: gap.name for gap in diagnosis.gaps}
        return tuple(
            project.model_copy(
                update={
                    "objective": f"重拟:{gaps.get(project.closes_gap, '')}。{ctx.notes.get(f'project/{project.id}', '')}"
                }
            )
            for project in small_projects()
            if project.closes_gap in gaps
        )

    async def implement(
        self, ctx: DraftContext, diagnosis: Diagnosis, positioning: Positioning, projects: tuple[Project, ...]
    ) -> Implementation:
        """Step 4."""
        del diagnosis, positioning, projects
        self.asked.append(dict(ctx.notes))
        return small_implementation()
