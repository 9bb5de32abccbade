"""Kinds of questions that planners type, over the shipped corpus and with the default encoder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jumou.retrieval import Library

KINDS = {
    "two signs": [("氢能", "chain_hydrogen"), ("义乌", "M01_yiwu")],
    "a region's name": [("安徽", "P08_anhui_nev_cluster_regulation"), ("吉林省长春市", "A01_changchun_auto")],
    "a document's number": [
        ("国发〔2020〕7号", "N07_hitech_zones_quality"),
        ("国发(2020)7号", "N07_hitech_zones_quality"),
        ("国务院令第783号", "N08_fair_competition_regulation"),
        ("工信部企业〔2022〕119号", "N04_sme_characteristic_clusters"),
    ],
    "the number of an expired document": [
        ("根据国发〔2024〕12号要求", "N20_energy_saving_2024_25"),
        ("粤府函〔2020〕82号主要内容", "P01_guangdong_20clusters"),
        ("《2024—2025年节能降碳行动方案》", "N20_energy_saving_2024_25"),
    ],
    "English": [
        ("Wolfsburg automotive cluster", "A11_wolfsburg"),
        ("how did Hefei use state capital to attract display makers", "A02_hefei_boe_nio"),
        ("rules on fair competition review", "N08_fair_competition_regulation"),
    ],
    "traditional characters": [
        ("公平競爭審查條例", "N08_fair_competition_regulation"),
        ("新能源汽車產業鏈", "chain_new_energy_vehicle"),
    ],
    "typing errors": [
        ("长春汔车零部件配套", "A01_changchun_auto"),
        ("公平竞争审查条列", "N08_fair_competition_regulation"),
        ("合肥基今投资模式", "L01_hefei_fund"),
    ],
}


@pytest.fixture(scope="module")
def shipped(home: Path) -> Iterator[Library]:
    """The shipped corpus."""
    with Library.open(home) as opened:
        yield opened


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_of_this_kind_is_answered_among_the_first_three(shipped: Library, kind: str) -> None:
    for question, wanted in KINDS[kind]:
        assert wanted in [hit.document.id for hit in shipped.search(question, limit=3)], question
