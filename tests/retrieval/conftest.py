"""A small library of made-up notices and cases, built by a fake encoder over a real Chroma folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jumou.corpus.fulltext import FullText
from jumou.retrieval import Library
from jumou.testing import BagEncoder, text_of

BEARINGS = "瓦房店轴承产业集群以骨干企业为龙头,带动本地配套企业三百余家。检测与热处理服务由公共平台提供。"
COLD = "山区冷链物流要补短板,重点建设产地仓和冷藏车队。财政对冷库给予贴息。"


def documents() -> list[FullText]:
    """Eight short documents of several kinds."""
    return [
        text_of("old", "对购置冷藏车的企业每辆补助五万元。冷链物流补贴办法。", kind="policy", title="冷链物流补贴办法(旧)",
                status="superseded", level="provincial", regions=("安徽省",), issued="2016-05",
                document_number="皖政办〔2016〕21号；细则:皖财企〔2016〕7号"),
        text_of("new", "对新建冷库按投资额的一成给予补贴,冷链物流企业优先。", kind="policy", title="冷链物流支持措施",
                status="in_force", level="provincial", regions=("安徽省",), issued="2023-03-01",
                project_types=("C2", "D1"), industries=("冷链物流",)),
        text_of("bearing", BEARINGS, kind="case", title="瓦房店轴承产业集群", status="in_force", level="county",
                regions=("辽宁省", "瓦房店市"), modes=("anchor_firm",), industries=("轴承", "装备制造"), outcome="success"),
        text_of("luoyang", "洛阳轴承产业集群依托研究所发展,检测平台向企业开放。", kind="case", title="洛阳轴承产业集群",
                level="city", regions=("河南省", "洛阳市"), modes=("innovation",), industries=("轴承",), outcome="mixed"),
        text_of("cold", COLD, kind="case", title="山区冷链", level="county", regions=("贵州省",), outcome="failure"),
        text_of("long", "\n".join(f"第{n}条 产业园区第{n}项服务的收费标准由管委会按年公布,轴承企业减半收取,并接受企业监督和审计。"
                                  * 4 for n in range(1, 40)),
                kind="policy", title="园区服务收费目录", level="park", issued="2021"),
        text_of("english", "The Wolfsburg cluster grew around one carmaker. Suppliers settled in the AutoVision park.",
                kind="case", title="沃尔夫斯堡", title_en="Wolfsburg automotive cluster", level="international", language="en"),
        text_of("nation", "国家支持中小企业特色产业集群,完善公共服务平台。", kind="policy", title="特色产业集群办法",
                status="in_force", level="national", regions=("全国",), issued="2022-09"),
    ]  # fmt: skip


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """Built anew for every test."""
    with Library.build(tmp_path, encoder=BagEncoder(), documents=documents(), corpus="small") as built:
        yield built


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Built once for tests that only search."""
    home = tmp_path_factory.mktemp("shared")
    with Library.build(home, encoder=BagEncoder(), documents=documents(), corpus="small") as built:
        yield built


@pytest.fixture
def texts() -> list[FullText]:
    """What the libraries are built from."""
    return documents()
