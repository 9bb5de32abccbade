"""A small library, an expert's plan and the judgement that ships, for tests that compare."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jumou.assets import asset_dir
from jumou.evaluation.gold import GoldPlan
from jumou.evaluation.likeness import Judgement, read_judgement
from jumou.retrieval import Library
from jumou.testing import BagEncoder, text_of


@pytest.fixture(scope="session")
def judgement() -> Judgement:
    """The weights that ship."""
    return read_judgement(asset_dir("evals") / "plans")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Four documents, one of them about the expert's own region, one superseded."""
    documents = [
        text_of(
            "own",
            "白鹿市轴承产业集群以骨干企业为龙头，带动本地配套企业三百余家，检测平台向企业开放。",
            kind="case",
            title="白鹿轴承产业集群",
            regions=("白鹿市",),
            status="in_force",
        ),
        text_of(
            "other",
            "洛阳轴承产业集群依托研究所发展，检测平台向企业开放，产业学院每年培养技工两千人。",
            kind="case",
            title="洛阳轴承产业集群",
            regions=("洛阳市",),
            status="in_force",
        ),
        text_of(
            "law",
            "没有法律、行政法规依据，不得给予特定经营者税收优惠。各地应当先审查、后出台。",
            kind="policy",
            title="公平竞争审查条例",
            regions=("全国",),
            status="in_force",
        ),
        text_of(
            "old",
            "对购置冷藏车的企业每辆补助五万元，冷链物流企业优先。",
            kind="policy",
            title="冷链物流补贴办法",
            regions=("全国",),
            status="superseded",
        ),
    ]
    home = tmp_path_factory.mktemp("small")
    with Library.build(home, encoder=BagEncoder(), documents=documents, corpus="small") as built:
        yield built


def expert(**changed: Any) -> dict[str, Any]:
    """A gold file's content."""
    return {
        "input": {
            "region": {"name": "白鹿市", "level": "地级市"},
            "target_industry": "轴承",
            "background": [{"metric": "轴承产值", "value": 120, "unit": "亿元", "year": 2022}],
            "enterprises": ["白鹿重工"],
            "problems": ["高端轴承依赖外购"],
        },
        "expert": {
            "id": "bailu",
            "title": "白鹿市轴承产业发展规划（2023—2027年）",
            "period": "2023-2027",
            "mode": "anchor_firm",
            "completeness": 0.5,
            "theme": {"primary": "高端轴承"},
            "vision_elements": {"position": "全国轴承基地", "scope": "全国", "horizon": "2027"},
            "weaknesses": ["高端轴承依赖外购"],
            "projects": [
                {"name": "轴承产业学院", "category": 2, "subtype": 5},
                {"name": "轴承产业政策", "category": 4, "subtype": 8, "note": "推断"},
            ],
            "kpis": [
                {"indicator": "轴承产值", "target": ">300", "unit": "亿元", "year": 2027},
                {"indicator": "定位", "target": "全国领先", "unit": "定性", "year": 2027},
            ],
            **changed,
        },
    }


@pytest.fixture
def gold() -> GoldPlan:
    """The expert's plan of 白鹿市."""
    return GoldPlan.model_validate(expert())


@pytest.fixture
def gold_folder(tmp_path: Path) -> Path:
    """A folder that holds it."""
    folder = tmp_path / "gold"
    folder.mkdir()
    (folder / "bailu.json").write_text(json.dumps(expert(), ensure_ascii=False), encoding="utf-8")
    return folder
