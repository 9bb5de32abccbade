"""Choice of the leading mode: the published core."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jumou.analysis.mode import (
    CRITERIA,
    LinearReading,
    ModeInputs,
    choose,
    core_scores,
    criteria,
    gates,
    ranked,
    sensitivity,
)

Golden = Callable[[str], dict[str, Any]]


NAMES = {
    "anchor": "anchor_firm",
    "innovation": "innovation",
    "market": "market_hub",
    "policy": "policy_led",
    "symbiosis": "symbiosis",
}
INPUTS = {
    "top1": "top1", "cr4": "cr4", "lq": "quotient", "rd": "rd_ratio", "pat": "patents_ratio", "plat": "platforms", "hub": "hub",
    "port": "port", "lqsec": "secondary_quotient", "firms": "firms", "pairs": "pairs", "pol": "designations",
}  # fmt: skip
SHARE = st.one_of(st.none(), st.floats(0, 2))


def reading(**scores: float) -> LinearReading:
    """A reading that gives each mode its score outright."""
    base = {mode: scores.get(mode, 0.0) for mode in NAMES.values()}
    return LinearReading({}, base, {mode: {} for mode in base})


def test_scores_equal_the_worked_example(golden: Golden) -> None:
    """The weight table on three typical regions, and who wins."""
    case = golden("worked")["mode_scoring"]
    for name, values in case["inputs"].items():
        found = core_scores(values)
        for short, mode in NAMES.items():
            assert found[mode] == pytest.approx(case["scores"][name][short], abs=1e-9)
        assert ranked(found, set())[0] == NAMES[case["winner"][name]]


def test_regions_equal_the_worked_example(golden: Golden) -> None:
    """Criteria, scores, winner and margin of three regions; missing parts count a half and are named."""
    for region in golden("regions")["mode_selection"].values():
        inputs = ModeInputs(**{INPUTS[key]: value for key, value in region["inputs"].items()})
        found = criteria(inputs)
        assert [item.value for item in found] == pytest.approx([region["criteria"][key] for key in CRITERIA], abs=1e-4)
        assert {name for item in found for name in item.missing} == {INPUTS[key] for key in region["missing"]}
        scores = core_scores([item.value for item in found])
        assert [scores[mode] for mode in NAMES.values()] == pytest.approx(
            [region["scores"][k] for k in NAMES], abs=1e-4
        )
        failed = {NAMES[text.split(":")[0]] for text in region["gate_fail"]}
        order = ranked(scores, failed)
        assert order[:2] == (NAMES[region["winner"]], NAMES[region["second"]])
        assert scores[order[0]] - scores[order[1]] == pytest.approx(region["margin"], abs=2e-4)


def test_the_winner_is_stable_under_weight_noise(golden: Golden) -> None:
    """A region with a clear lead keeps its winner in nearly all of 2,000 draws."""
    case = golden("worked")["mode_scoring"]
    assert sensitivity(case["inputs"]["hefei_like"]) == pytest.approx(
        case["sensitivity_hefei_share_same_winner"], abs=0.01
    )


def test_the_same_inputs_give_the_same_table() -> None:
    """Draws are seeded."""
    inputs = ModeInputs(top1=0.3, quotient=1.1, platforms=3)
    assert choose(inputs) == choose(inputs)


def test_a_gate_on_unknown_inputs_removes_nothing() -> None:
    """What is not known is not verified, which is not a failure."""
    assert {result.gate for result in gates(ModeInputs()).values()} == {"not_verified"}


def test_a_gate_on_known_inputs_removes_the_mode_with_its_reason() -> None:
    """A strong base is no case for cultivation, whatever its score."""
    table = choose(ModeInputs(secondary_quotient=1.2, firms=500, designations=3), reading=reading(policy_led=1.0))
    row = table.row("policy_led")
    assert row.gate == "failed"
    assert "并不薄弱" in row.reason
    assert table.winner != "policy_led"


def test_leaders_in_reorganisation_close_the_way_of_the_anchor_firm() -> None:
    """A bankrupt leader leads nobody."""
    assert gates(ModeInputs(top1=0.9), leaders_troubled=True)["anchor_firm"].gate == "failed"


def test_half_known_gates_wait_for_the_rest() -> None:
    """One known condition of two that both have to hold proves nothing, one that fails does."""
    assert gates(ModeInputs(platforms=3))["innovation"].gate == "not_verified"
    assert gates(ModeInputs(platforms=0))["innovation"].gate == "failed"
    assert gates(ModeInputs(platforms=3, rd_ratio=1.4))["innovation"].gate == "passed"


def test_a_close_race_reports_both() -> None:
    """Within the margin, widened by missing inputs, the two best are named."""
    table = choose(ModeInputs(), reading=reading(anchor_firm=0.6, innovation=0.58))
    assert table.close
    assert (table.winner, table.runner_up) == ("anchor_firm", "innovation")
    assert table.tie_margin == pytest.approx(0.05 + 0.12)


def test_a_mode_whose_gate_failed_is_no_rival() -> None:
    """However near its score: it is shown as the next, but the choice is not called close."""
    inputs = ModeInputs(pairs=0, firms=5)
    table = choose(inputs, reading=reading(policy_led=0.5, symbiosis=0.5))
    assert table.row("symbiosis").gate == "failed"
    assert table.winner == "policy_led"
    only = choose(
        ModeInputs(top1=0, cr4=0, platforms=0, hub=0, port=0, pairs=0, firms=5),
        reading=reading(policy_led=0.2, symbiosis=0.6),
    )
    assert (only.winner, only.close) == ("policy_led", False)


def test_the_table_stands_in_the_order_of_the_scores_it_shows() -> None:
    """Also where a mode's gate failed: it is passed over, not hidden below those it outscores."""
    table = choose(ModeInputs(pairs=0, firms=5), reading=reading(policy_led=0.3, symbiosis=0.9))
    scores = [row.score for row in table.ranking]
    assert scores == sorted(scores, reverse=True)
    assert (table.ranking[0].key, table.winner) == ("symbiosis", "policy_led")


def test_words_count_only_as_far_as_figures_are_missing() -> None:
    """With all figures known the reading changes nothing."""
    known = ModeInputs(
        top1=0.4, cr4=0.8, quotient=1.5, rd_ratio=1, patents_ratio=1, platforms=2, hub=0, port=0, secondary_quotient=1,
        firms=90, pairs=0, designations=1,
    )  # fmt: skip
    plain, read = choose(known), choose(known, reading=reading(symbiosis=1.0))
    assert read.openness == 0
    assert [row.score for row in read.ranking] == [row.score for row in plain.ranking]


@given(SHARE, SHARE, SHARE, st.one_of(st.none(), st.integers(0, 9)), SHARE, st.floats(0, 1))
def test_scores_lie_between_core_and_reading(
    top1: float | None,
    quotient: float | None,
    rd: float | None,
    platforms: int | None,
    secondary: float | None,
    words: float,
) -> None:
    """The two layers are blended, never added; openness is the share of inputs unknown."""
    inputs = ModeInputs(top1=top1, quotient=quotient, rd_ratio=rd, platforms=platforms, secondary_quotient=secondary)
    table = choose(inputs, reading=reading(innovation=words), draws=10)
    assert table.openness == pytest.approx(len(inputs.missing()) / 12)
    for row in table.ranking:
        assert row.reading is not None
        assert min(row.core, row.reading) - 1e-9 <= row.score <= max(row.core, row.reading) + 1e-9
    for item in table.criteria:
        assert 0 <= item.value <= 1


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_larger_leader_never_hurts_the_anchor_mode(one: float, other: float) -> None:
    """The criterion rises with the share of the largest firm."""
    low, high = sorted((one, other))
    assert (
        criteria(ModeInputs(top1=low, quotient=1))[0].value
        <= criteria(ModeInputs(top1=high, quotient=1))[0].value + 1e-12
    )


def test_reasons_are_given_in_the_plans_language() -> None:
    """An English plan gets English reasons."""
    table = choose(ModeInputs(secondary_quotient=1.2, firms=500), language="en")
    assert "the base is not weak" in table.row("policy_led").reason
