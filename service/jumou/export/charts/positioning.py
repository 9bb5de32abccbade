"""The chart of the mode decision: five scores, their gates, and how firmly the choice stands."""

from matplotlib.figure import Figure

from jumou.domain.plan import Plan
from jumou.export.charts.canvas import ACCENT, CRITICAL, MUTED, PALE, WIDTH, Chart, drawn, plain_axes
from jumou.export.label import implicit_label
from jumou.export.terms import GATES


def mode_scores(plan: Plan) -> Chart | None:
    """Scores of the five modes as bars, the chosen one marked, with the sensitivity of the choice."""
    choice, language = plan.positioning.mode, plan.provenance.language
    zh = language == "zh"
    rows = sorted(choice.table, key=lambda row: -row.rank)
    if not rows:
        return None
    stands = f"{choice.sensitivity:.0%}" if choice.sensitivity is not None else ("未测" if zh else "not measured")

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        colours = [ACCENT if row.key == choice.key else PALE if row.gate == "failed" else MUTED for row in rows]
        axes.barh(range(len(rows)), [row.score for row in rows], color=colours, height=0.6)
        axes.set_yticks(range(len(rows)), [row.name for row in rows])
        span = max(abs(row.score) for row in rows) or 1.0
        for place, row in enumerate(rows):
            gate = GATES[row.gate].in_(language)
            text = f"{row.score:.2f}  " + (f"条件{gate}" if zh else f"gate {gate}")
            axes.text(
                max(row.score, 0) + span * 0.02,
                place,
                text,
                va="center",
                fontsize=8,
                color=CRITICAL if row.gate == "failed" else "#33383d",
            )
        axes.axvline(0, color="#33383d", linewidth=0.8)
        plain_axes(axes, grid="x")
        low = min(0.0, *(row.score for row in rows))
        axes.set_xlim(low * 1.1, span * 1.4)
        axes.set_xlabel("适配得分" if zh else "score")
        axes.set_title(
            f"权重上下浮动20%时主导模式保持不变的比例：{stands}" if zh else f"share of weight draws (±20 %) in which the choice stands: {stands}",
            fontsize=8.5, loc="left", color="#33383d",
        )  # fmt: skip

    caption = "五种聚合模式适配得分与稳健性" if zh else "Scores of the five modes and how firmly the choice stands"
    alt = caption + "：" + "；".join(f"{row.name} {row.score:.2f}" for row in reversed(rows)) + f"；{stands}"
    return Chart("mode_scores", caption, alt, drawn(WIDTH, 2.5, draw, label=implicit_label(plan)))
