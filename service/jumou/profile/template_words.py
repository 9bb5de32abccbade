"""The words of the profile workbook: the guide, what each sheet is for, and what each column holds."""

from typing import Final

from jumou.domain.framework import Language

GUIDE: Final[dict[Language, tuple[str, tuple[tuple[str, str], ...]]]] = {
    "zh": (
        "区域资料填报说明",
        (
            (
                "用途",
                "填好本工作簿后，聚谋据此完成诊断、定位、项目和实施四步初稿。资料越实，初稿越可用；未知请留空，系统不会代填。",
            ),
            ("必填", "只有“区域”表的区域名称必填。其余各表有多少填多少，空表可以保留或删除。"),
            ("一行一数", "每行只写一个指标、一个年份、一个数值。数值列只填数字，单位写入单位列，说明写入备注列。"),
            ("金额", "行业和企业的金额以亿元为单位；填其他人民币单位时会折算并注明。"),
            (
                "比较基准",
                "“行业”表中本地数值与全国数值须同年、同口径（产值对产值、营业收入对营业收入），否则比值无效。",
            ),
            ("状态", "目标数、估计数、来源不一的数请在状态列注明，避免当作实绩使用。"),
            ("来源", "先在“来源”表登记，再在各表“来源编号”列引用；每个数都应有出处。"),
            ("提示行", "每张表第二行（▸ 开头）是填写提示，读取时略过，可以删除。橙色表头为必填列。"),
            ("检查", "填完后运行 jumou profile check 文件名，逐条列出问题所在的表、行、列和改法。"),
        ),
    ),
    "en": (
        "How to fill in the region profile",
        (
            (
                "Purpose",
                "From this workbook jumou drafts diagnosis, positioning, projects and implementation. Leave unknown cells empty; nothing is made up.",
            ),
            (
                "Required",
                "Only the region's name on sheet Region. Fill the other sheets as far as you can; empty ones may stay or go.",
            ),
            (
                "One figure a row",
                "One metric, one year, one value. Numbers alone in number columns; the unit and remarks have their own columns.",
            ),
            ("Money", "Industries and firms in hundred million yuan (亿元); other yuan units are converted and noted."),
            (
                "Comparison",
                "On sheet industries the region's and the nation's value are of one year and one measure, else the ratio means nothing.",
            ),
            ("Status", "Mark targets, estimates and conflicting figures, so that they are not taken for results."),
            ("Sources", "List them on sheet sources and refer to them by id; every figure should have one."),
            (
                "Hint row",
                "The second row of every sheet (it opens with ▸) explains the columns and is skipped. Orange headings are required.",
            ),
            (
                "Check",
                "Run jumou profile check FILE: it lists every problem with sheet, row, column and how to mend it.",
            ),
        ),
    ),
}
"""Title and lines by language."""

SHEET_HINTS: Final[dict[str, str]] = {
    "indicators": "区域总体指标：地区生产总值、三次产业、人口、研发经费、财政、规上工业等，一行一个数。",
    "industries": "分行业数据：本地数值与同口径全国数值并列，用于区位商、偏离份额等测算。",
    "enterprises": "重点企业：名称、所在产业链环节、角色、产值。",
    "institutions": "高校、科研院所、创新平台、服务机构和协会。",
    "infrastructure": "园区、交通、能源、数据、金融等支撑条件。",
    "resources": "自然、文化、产品、区位等资源禀赋。",
    "markets": "服务的市场、专业市场、展会、辐射范围。",
    "talents": "人才队伍、技能劳动力、在校生。",
    "constraints": "区域自己认识到的问题和约束。",
    "policies": "已获批的称号、试点，已出台的规划和政策。",
    "notes": "其他需要规划者知道的情况，一行一条。",
    "sources": "资料出处，供各表引用。",
}

COLUMN_HINTS: Final[dict[str, str]] = {
    "year": "四位年份", "indicator_zh": "如“地区生产总值”“研发经费”", "indicator": "可不填；如 gdp、rd、population", "value": "只填数字",
    "unit": "如 亿元、万人、家、%", "growth_percent": "同比，按百分数填 6.5", "status": "目标、估计等请注明", "source_id": "来源表中的编号",
    "note": "口径、范围等说明", "area": "数据覆盖的范围，如全市、某新区", "sector_zh": "行业名称；合计行写“规上工业合计”",
    "gbt4754": "国民经济行业分类，如 C36", "measure": "产值、增加值、营业收入、就业、企业数", "region_value": "本地，亿元或人、家",
    "region_growth_percent": "按百分数填", "nation_value": "全国，同年同口径", "nation_growth_percent": "按百分数填", "name_zh": "全称",
    "chain": "产业链编号，可不填", "node": "环节编号，可不填", "role": "链主、配套、专精特新等", "output_yi_yuan": "亿元", "quantity": "实物产量，如 156万辆",
    "type": "如 大学、科研院所、公共平台", "level": "国家级、省级、市级", "strength": "学科或技术特长", "item_zh": "如“高新区”“千兆网络”“国际陆港”",
    "category": "如 交通、能源、土地、金融", "statement_zh": "一句话说清一个问题", "severity": "高、中、低", "content_zh": "要点", "url": "网址或文件名称、文号",
    "kind": "公报、文件、报道、调研等", "text": "一行一条", "raw": "超出单一数字的原文", "unit_note": "单位列之外的说明",
}  # fmt: skip

UNITS: Final = (
    "亿元",
    "万元",
    "万人",
    "人",
    "家",
    "户",
    "个",
    "%",
    "万吨",
    "万辆",
    "平方公里",
    "公顷",
    "公里",
    "亿千瓦时",
    "件",
)
