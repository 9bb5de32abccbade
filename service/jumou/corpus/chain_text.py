"""A value chain as a document that can be found and quoted like any other."""

from collections.abc import Iterator

from jumou.corpus.fulltext import FullText
from jumou.domain.chain import Chain, ChainNode
from jumou.domain.evidence import Document, Source
from jumou.domain.framework import PROJECT_TYPES

_POSITION = {"upstream": "上游", "midstream": "中游", "downstream": "下游", "service": "配套服务"}
_STRENGTH = {"high": "高", "mid": "中", "low": "低"}
_OWN = "产业链环节"


def chain_document(chain: Chain) -> FullText:
    """The chain rendered as a Chinese text with an English summary; ratings and general knowledge are marked judgement."""
    name = chain.name.zh
    document = Document(
        id=f"chain_{chain.id}",
        kind="chain",
        title=f"{name}产业链图谱",
        title_en=f"Value chain of {chain.name.en}",
        status="in_force",
        status_note="本产品编制的产业链知识",
        level="national",
        country="中国",
        regions=("全国",),
        industries=(name,),
        modes=tuple(dict.fromkeys(mode for niche in chain.niches for mode in niche.suits)),
        project_types=tuple(PROJECT_TYPES),
        source_grade="B",
        sources=tuple(Source(url=url) for url in chain.sources if "://" in url),
        judgement=(_OWN, "细分赛道", "项目方向", "机会与挑战", "约束条件"),
    )
    return FullText(document=document, text="\n".join(_lines(chain)) + "\n")


def _lines(chain: Chain) -> Iterator[str]:
    name = chain.name.zh
    yield f"# {name}产业链图谱"
    if chain.facts:
        yield from ("", "## 已知事实", "")
        yield from (f"- {_sentence(fact.text)}" for fact in chain.facts)
    yield from ("", f"## {_OWN}", "")
    yield from (_node(name, node) for node in sorted(chain.nodes, key=lambda node: node.order))
    if chain.exchanges:
        yield from ("", "## 循环与协同", "")
        titles = {node.id: node.name.zh for node in chain.nodes}
        yield from (
            f"- {name}产业链的“{titles[loop.from_]}”与“{titles.get(loop.to, loop.to)}”之间可以形成循环："
            f"{_sentence(loop.what.zh)}"
            for loop in chain.exchanges
        )
    yield from ("", "## 细分赛道", "")
    for niche in chain.niches:
        yield (
            f"- {name}产业的细分赛道“{niche.name.zh}”：主攻方向为{_sentence(niche.boundary_in.zh)}"
            f"边界为{_sentence(niche.boundary_out.zh)}"
        )
    yield from ("", "## 项目方向", "")
    yield from _projects(chain)
    yield from ("", "## 机会与挑战", "")
    yield from (
        f"- {'机会' if factor.kind == 'opportunity' else '挑战'}：{_sentence(factor.text.zh)}"
        for factor in chain.pestel
    )
    if chain.constraints:
        yield from ("", "## 约束条件", "")
        yield from (f"- {_sentence(limit.text.zh)}" for limit in chain.constraints)
    yield from ("", "## English summary", "")
    nodes = "; ".join(node.name.en for node in sorted(chain.nodes, key=lambda node: node.order))
    yield f"The value chain of {chain.name.en} runs through these links: {nodes}."
    yield f"Candidate niches: {'; '.join(niche.name.en for niche in chain.niches)}."


def _node(name: str, node: ChainNode) -> str:
    return (
        f"- {name}产业链{_POSITION[node.position]}环节“{node.name.zh}”的主要产品与服务包括{'、'.join(node.products.zh)}；"
        f"附加值{_STRENGTH[node.value_added]}，进口依赖度{_STRENGTH[node.import_dependence]}。"
    )


def _projects(chain: Chain) -> Iterator[str]:
    name, of = chain.name.zh, chain.projects
    yield f"- {name}产业的龙头企业招引以{'、'.join(of.A1.targets.zh)}为主要对象，一企一策条件为：{_sentence(of.A1.package.zh)}"
    yield from (
        f"- {name}产业的创新平台可建设{platform.name.zh}：{_sentence(platform.function.zh)}"
        for platform in of.A2.platforms
    )
    yield f"- {name}产业补链强链的主要做法是：{_sentence(of.B1.approach.zh)}"
    yield f"- {name}产业的孵化与基金投向是：{_sentence(of.B2.focus.zh)}"
    yield f"- {name}产业紧缺的职业包括{'、'.join(of.B3.occupations.zh)}，培养方式为：{_sentence(of.B3.training.zh)}"
    yield f"- {name}产业园区可设{'、'.join(of.C1.zones.zh)}等功能分区，服务内容为：{_sentence(of.C1.services.zh)}"
    yield from (
        f"- {name}产业需要的专用基础设施有{facility.name.zh}：{_sentence(facility.function.zh)}"
        for facility in of.C2.facilities
    )
    yield from (
        f"- {name}产业适用的政策工具有“{tool.name.zh}”：{_sentence(tool.content.zh)}" for tool in of.D1.instruments
    )
    yield from (f"- {name}产业的品牌活动可举办{event.name.zh}：{_sentence(event.content.zh)}" for event in of.D2.events)


def _sentence(text: str) -> str:
    text = text.strip().rstrip("。；;")
    return f"{text}。"
