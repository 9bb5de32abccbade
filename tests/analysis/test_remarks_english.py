"""Figures in English remarks become rows of the indicators, with what they measure, a unit and a year."""

import pytest

from jumou.analysis.remarks import with_remarks
from jumou.domain.region import RegionProfile


@pytest.mark.parametrize(
    ("remark", "found"),
    [
        (
            "Krakow hosts more than 270 business service centres employing about 105,000 people",
            {("business service centres", 270.0, "centres", "lower bound"), ("employment in business service centres", 105_000.0, "people", "estimate")},
        ),
        ("GDP of €12.3 billion in 2023.", {("GDP", 12_300.0, "million EUR", "")}),
        ("R&D spending of EUR 350m", {("R&D spending", 350.0, "million EUR", "")}),
        ("It has a population of 1.2 million. Exports reached $3bn.", {("population", 1_200_000.0, "people", ""), ("exports", 3_000.0, "million USD", "")}),
        ("320 wineries and over 1,500 start-ups", {("wineries", 320.0, "wineries", ""), ("start-ups", 1_500.0, "firms", "lower bound")}),
        ("Its furniture sector employed 23,000 people", {("employment in furniture sector", 23_000.0, "people", "")}),
        ("It employs 300 people", set()),
        ("12 km of quay, and turnover is not known", set()),
    ],
)  # fmt: skip
def test_an_english_remark_gives_its_figures(remark: str, found: set[tuple[str, float, str, str]]) -> None:
    rows = with_remarks(RegionProfile(name="Malopolska", notes=(remark,))).indicators
    assert {(row.metric, row.value, row.unit, row.status) for row in rows} == found
    assert all(row.year == (2023 if "2023" in remark else None) for row in rows)


@pytest.mark.parametrize(
    "remark",
    [
        "Wages rose 12% in 2024, clients move simple work to Asia",
        "Automation and AI threaten back-office jobs",
        "Office vacancy is rising",
        "The fleet is ageing and young people leave for the city",
        "Grid connection queues of up to four years",
        "Customers are concentrated in one country",
        "Banks do not lend to small growers",
        "Few spin-offs from the university",
        "Old machinery in 40 mills",
    ],
)
def test_what_an_english_remark_complains_of_is_a_problem_and_gives_no_figure(remark: str) -> None:
    profile = with_remarks(RegionProfile(name="Malopolska", notes=(remark,)))
    assert [row.statement for row in profile.constraints] == [remark]
    assert profile.indicators == ()


@pytest.mark.parametrize(
    "remark",
    ["Low unemployment", "Low energy costs", "Few natural hazards", "No corporate tax", "The old town draws visitors", "A swing bridge", "No. 1 port of the Baltic", "A few kilometres from the airport"],
)  # fmt: skip
def test_what_is_good_to_have_little_of_is_no_problem(remark: str) -> None:
    assert not with_remarks(RegionProfile(name="Malopolska", notes=(remark,))).constraints
