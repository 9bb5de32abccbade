"""Two runs of one suite side by side: paired by case, with intervals."""

from jumou.domain.framework import Language
from jumou.errors import InvalidRequest
from jumou.evaluation.measures import measure_name
from jumou.evaluation.pages import Block, Heading, Prose, Table, interval, number
from jumou.evaluation.runs import Run
from jumou.evaluation.statistics import Mean, difference


def compared(new: Run, old: Run) -> dict[str, Mean]:
    """`new` minus `old` for every measure both took, over the cases both have.

    Raises:
        InvalidRequest: they are runs of two suites.
    """
    if new.suite != old.suite:
        raise InvalidRequest(
            f"不能比较 {new.suite} 与 {old.suite}。", f"{new.suite} and {old.suite} cannot be compared.",
            mend_zh="请给出同一评测集的两次运行。", mend_en="Give two runs of one suite.",
        )  # fmt: skip
    shared = [case for case in new.cases if case in old.cases]
    names = list(dict.fromkeys(name for case in shared for name in new.cases[case] if name in old.cases[case]))
    return {
        name: difference(
            {case: new.cases[case].get(name) for case in shared},
            {case: old.cases[case].get(name) for case in shared},
            {case: new.weights.get(case, {}).get(name, 1.0) for case in shared},
        )
        for name in names
    }


def comparison_blocks(new: Run, old: Run, language: str) -> list[Block]:
    """A table of the differences and of the configuration that changed."""
    zh = language == "zh"
    gaps = compared(new, old)
    spoken: Language = "zh" if zh else "en"
    rows = tuple(
        (
            measure_name(name, spoken),
            number(gap.value),
            interval(gap.low, gap.high),
            str(gap.cases),
            _verdict(gap, zh=zh),
        )
        for name, gap in gaps.items()
        if gap.value is not None
    )
    changed = tuple(
        (key, str(old.configuration.get(key, "—")), str(value))
        for key, value in new.configuration.items()
        if old.configuration.get(key) != value
    )
    return [
        Heading("与上次运行比较" if zh else "Compared with the other run", 1),
        Prose(
            "按案例配对，区间不含0时差异才可信。"
            if zh
            else "Paired by case; a difference counts when its interval leaves out 0."
        ),
        Table(
            ("指标", "变化", "95%区间", "案例", "结论") if zh else ("measure", "change", "95 %", "cases", "verdict"),
            rows,
        ),
        Table(("配置项", "上次", "本次") if zh else ("configuration", "before", "now"), changed),
    ]


def _verdict(gap: Mean, *, zh: bool) -> str:
    if gap.low is None or gap.high is None or gap.low <= 0 <= gap.high:
        return "无显著差异" if zh else "no clear difference"
    return ("升" if zh else "up") if gap.low > 0 else ("降" if zh else "down")
