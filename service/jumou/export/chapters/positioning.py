"""Chapter 2: themes with their boundaries, the leading mode with its decision table, and the vision."""

from jumou.domain.framework import MODE_CONDITIONS, MODES
from jumou.domain.positioning import Vision
from jumou.drafting.wording import number
from jumou.export.blocks import Cell, Run, cell, cell_of, plain
from jumou.export.chapters.page import Page
from jumou.export.figure_terms import part
from jumou.export.terms import GATES


def positioning(page: Page) -> None:
    """The whole chapter."""
    page.heading(1, "战略定位与愿景", "Positioning")
    _themes(page)
    _mode(page)
    _vision(page)


def _themes(page: Page) -> None:
    voice = page.voice
    nodes = {node.id: node.name for node in page.plan.diagnosis.value_chain.nodes}
    page.heading(2, "主题与边界", "Theme and boundary")
    for theme in page.plan.positioning.themes:
        links = theme.node_names or tuple(nodes.get(node, node) for node in theme.node_ids)
        score: Cell = cell(f"{theme.score:.2f}") if theme.score is not None else ()
        page.record(
            (*voice.strong(f"{theme.id}　{theme.name}"), *voice.marks(theme)),
            (
                (page.pick("聚焦范围", "Inside"), cell(theme.boundary_in)),
                (page.pick("不纳入范围", "Left out"), cell(theme.boundary_out)),
                (page.pick("覆盖环节", "Links"), cell(voice.joined(links))),
                (page.pick("选择理由", "Reasons"), voice.says(theme.reasons)),
                (page.pick("备选排序得分", "Rank score"), score),
            ),
        )


def _mode(page: Page) -> None:
    voice, language, choice = page.voice, page.language, page.plan.positioning.mode
    page.heading(2, "主导聚合模式", "Leading mode")
    page.say((choice.reason,))
    page.chart("mode_scores", "模式得分图未绘制。", "No chart of the modes.")
    page.table(
        "聚合模式决策表", "Decision table of the modes",
        (page.pick("位次", "Rank"), page.pick("模式", "Mode"), page.pick("得分", "Score"), page.pick("前提条件", "Gate"), page.pick("支持理由", "For"), page.pick("反对理由", "Against")),
        (
            (
                str(row.rank),
                cell(row.name, page.pick("（选定）", "(chosen)") if row.key == choice.key else ""),
                f"{row.score:.2f}",
                cell(GATES[row.gate].in_(language), row.gate_reason),
                voice.says(row.arguments_for) or cell("—"),
                voice.says(row.arguments_against) or cell("—"),
            )
            for row in choice.table
        ),
        (0.8, 1.8, 0.9, 1.7, 3.2, 3.2),
    )  # fmt: skip
    page.note(
        "各模式适用条件：" + "；".join(f"{MODES[key].zh}——{name.zh}" for key, name in MODE_CONDITIONS.items()) + "。",
        "When a mode is right: "
        + "; ".join(f"{MODES[key].en}: {name.en}" for key, name in MODE_CONDITIONS.items())
        + ".",
    )
    page.table(
        "评分准则", "Criteria",
        (page.pick("准则", "Criterion"), page.pick("取值", "Value"), page.pick("构成", "Parts"), page.pick("缺失输入（按0.5计）", "Missing inputs (counted 0.5)")),
        (
            (
                item.name, f"{item.value:.2f}", voice.joined(f"{part(key, language)} {number(value)}" for key, value in item.parts.items()) or "—",
                voice.joined(item.missing) or "—",
            )
            for item in choice.criteria
        ),
        (2.2, 1.0, 4.0, 4.0),
    )  # fmt: skip
    runner = MODES[choice.runner_up].in_(language) if choice.runner_up else "—"
    stands = f"{choice.sensitivity:.0%}" if choice.sensitivity is not None else page.pick("未测", "not measured")
    page.body(plain(page.pick(
        f"与次优模式（{runner}）分差{choice.margin:.2f}，{'两者接近，应结合实际复核' if choice.close else '差距明确'}；"
        f"权重上下浮动20%时主导模式保持不变的比例为{stands}。",
        f"The margin over the second ({runner}) is {choice.margin:.2f}, "
        f"{'too close to call: weigh both' if choice.close else 'clear'}; the choice stands in {stands} of the draws with weights moved by up to 20 %.",
    )))  # fmt: skip


def _vision(page: Page) -> None:
    voice, chosen = page.voice, page.plan.positioning.vision
    page.heading(2, "发展愿景", "Vision")
    page.body((Run(chosen.text, "strong"), *voice.marks(chosen)))
    page.record(voice.strong(page.pick("愿景要素", "Parts of the vision")), _parts(page, chosen))
    page.table(
        "备选愿景与检查结果", "Candidates and their checks",
        (page.pick("编号", "Id"), page.pick("愿景表述", "Text"), page.pick("检查清单", "Checklist")),
        (
            (
                cell(vision.id, page.pick("（采用）", "(adopted)") if vision.id == chosen.id else ""),
                ((*plain(vision.text), *voice.marks(vision)),),
                cell("　".join(f"{'✓' if check.passed else '✗'} {check.name}" + (f"：{check.note}" if check.note else "") for check in vision.checks)),
            )
            for vision in page.plan.positioning.candidates
        ),
        (1.2, 6.2, 2.8),
    )  # fmt: skip


def _parts(page: Page, vision: Vision) -> tuple[tuple[str, Cell], ...]:
    voice = page.voice
    return (
        (page.pick("定位", "Position"), cell(vision.position)),
        (page.pick("地理能级", "Scope"), cell(vision.scope)),
        (page.pick("功能", "Function"), cell(vision.function)),
        (page.pick("实现年限", "Horizon"), cell(str(vision.horizon) if vision.horizon else "")),
        (
            page.pick("可测目标", "Targets"),
            cell_of(
                (*plain(f"{target.kpi_id}　{target.text}"), *(voice.basis(target.quantity) if target.quantity else ()))
                for target in vision.targets
            ),
        ),
        (page.pick("差异化", "What makes it different"), (voice.say(vision.difference),)),
    )
