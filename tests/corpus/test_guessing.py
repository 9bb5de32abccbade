"""What an official text says of itself is read off it; what it says of others, or leaves open, is not."""

import pytest

from jumou.corpus.guess import Guess, guess

BODY = "\n\n各市、县人民政府：\n根据《国务院关于促进物流业的意见》（国发〔2020〕5号）和工业和信息化部要求，结合实际制定本意见。\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "皖政办〔2022〕3号\n\n安徽省人民政府办公厅关于促进轴承产业\n发展的实施意见（试行）" + BODY + "安徽省人民政府办公厅\n2022年3月1日\n",
            {
                "title": "安徽省人民政府办公厅关于促进轴承产业发展的实施意见（试行）",
                "document_number": "皖政办〔2022〕3号",
                "issuer": "安徽省人民政府办公厅",
                "issued": "2022-03-01",
                "level": "provincial",
                "regions": ("安徽省",),
                "country": "中国",
            },
        ),
        (
            "国务院办公厅关于规范招商引资的通知\n国办发[2024]8号\n" + BODY,
            {"document_number": "国办发〔2024〕8号", "issuer": "国务院办公厅", "level": "national", "regions": ("全国",), "issued": "2024"},
        ),
        (
            "长春市工业和信息化局关于印发汽车零部件产业行动计划的通知" + BODY,
            {"issuer": "长春市工业和信息化局", "level": "city", "regions": ("长春市",), "document_number": "", "issued": ""},
        ),
        ("重庆市人民政府关于发展装备制造业的意见" + BODY, {"level": "provincial", "regions": ("重庆市",)}),
        ("合肥市肥西县人民政府关于印发农产品加工方案的通知" + BODY, {"level": "county", "regions": ("合肥市", "肥西县")}),
        ("长春高新技术产业开发区管理委员会关于人才政策的通知" + BODY, {"level": "park"}),
        ("发布机构：工业和信息化部\n发布日期：2023-5-6\n集群管理办法" + BODY, {"issuer": "工业和信息化部", "issued": "2023-05-06", "level": "national"}),
        ("园区扶持办法" + BODY + "本办法自2023年7月1日起施行。\n", {"title": "园区扶持办法", "effective": "2023-07-01", "issued": ""}),
        ("安徽省人民政府文件\n皖政〔2023〕9号\n关于支持冷链物流的通知" + BODY, {"title": "关于支持冷链物流的通知", "document_number": "皖政〔2023〕9号"}),
    ],
)  # fmt: skip
def test_plain_statements_are_read(text: str, said: dict[str, object]) -> None:
    found = guess(text)
    assert {key: getattr(found, key) for key in said} == said
    assert not found.internal
    assert found.document_number != "国发〔2020〕5号"
    assert "国务院关于" not in found.title


@pytest.mark.parametrize(
    "text",
    [
        "",
        "瓦房店轴承产业集群有企业三百余家。",
        "调研笔记\n听说国发〔2020〕5号要修订，2023年5月1日前后。\n产业基础较好。",
        "The cluster grew around one carmaker (2019).",
        "一、按照《安徽省人民政府关于促进轴承产业的意见》（皖政〔2021〕2号），园区要扩大规模。",
    ],
)
def test_nothing_is_made_up(text: str) -> None:
    assert guess(text) == Guess()


@pytest.mark.parametrize("mark", ["内部资料 注意保存", "内部文件", "秘密★1年"])
def test_a_mark_of_confidence_at_the_head_is_seen(mark: str) -> None:
    assert guess(f"{mark}\n园区招商方案\n正文。").internal


def test_impossible_dates_are_none() -> None:
    assert guess("发布日期：2023-13-45\n园区扶持办法\n正文。").issued == ""
