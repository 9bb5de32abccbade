"""The label that marks AI-assisted content: in words on the page, and in the file's metadata.

Measures for Labelling AI-Generated and Synthetic Content (in force 1 September 2025) and GB 45438-2025: an explicit
label people see, and an implicit one under the key AIGC with the attribute of the content, its producer and its number.
"""

import json
from typing import Final

from jumou.domain.plan import Plan, ProjectList
from jumou.domain.review import content_hash

PROPERTY: Final = "AIGC"
"""Name of the metadata entry, as GB 45438-2025 has it."""

_GENERATED: Final = "1"


def internal_mark(plan: Plan | ProjectList) -> str:
    """What stands before every label of an internal plan; empty for a public one."""
    if plan.classification != "internal":
        return ""
    return "内部资料　注意保存" if plan.provenance.language == "zh" else "INTERNAL"


def _marked(plan: Plan | ProjectList, label: str, between: str) -> str:
    return between.join(part for part in (internal_mark(plan), label) if part)


def visible_label(plan: Plan | ProjectList) -> str:
    """The sentence on the cover: that it is internal, if it is, what wrote the text, and that a person has to review it."""
    return _marked(plan, _visible(plan), "。" if plan.provenance.language == "zh" else ". ")


def _visible(plan: Plan | ProjectList) -> str:
    made = plan.provenance
    if made.language == "zh":
        how = "规则起草，未使用大模型" if _by_rules(plan) else f"大模型参与起草：{made.drafter}"
        return (
            f"生成合成内容标识：本文件由聚谋（jumou {made.jumou_version}）辅助生成（{how}），属人工智能（AI）辅助生成内容，"
            "须经人工审核后方可使用。"
        )
    how = (
        "drafted by rules, no language model used"
        if _by_rules(plan)
        else f"drafted with a language model: {made.drafter}"
    )
    return (
        f"Label of generated content: this document was drafted with jumou {made.jumou_version} ({how}). "
        "It is AI-assisted content and must be reviewed by a person before use."
    )


def running_label(plan: Plan | ProjectList) -> str:
    """The short form for headers and footers."""
    return _marked(plan, _running(plan), " · ")


def _running(plan: Plan | ProjectList) -> str:
    if plan.provenance.language == "zh":
        how = "规则起草，未使用大模型" if _by_rules(plan) else "大模型参与起草"
        return f"AI辅助生成内容 · 聚谋（{how}）· 须经人工审核"
    how = "drafted by rules, no language model" if _by_rules(plan) else "drafted with a language model"
    return f"AI-assisted content · jumou ({how}) · to be reviewed by a person"


def implicit_label(plan: Plan | ProjectList) -> str:
    """The JSON that stands in the file's metadata. `ProduceID` is the plan's id, or its content hash without one."""
    made = plan.provenance
    return json.dumps(
        {
            "Label": _GENERATED,
            "ContentProducer": f"jumou/{made.jumou_version} ({made.drafter})",
            "ProduceID": made.id or content_hash(plan),
            "ReservedCode1": content_hash(plan),
            "ContentPropagator": "",
            "PropagateID": "",
            "ReservedCode2": "",
        },
        ensure_ascii=False,
    )


def _by_rules(plan: Plan | ProjectList) -> bool:
    return plan.provenance.drafter.startswith("rules")
