"""A plan made by hand: a region that does not exist, four projects, five KPIs, in Chinese and in English."""

from collections.abc import Callable

import pytest

from jumou.domain.diagnosis import (
    Benchmark,
    ChainNode,
    DataGap,
    Diagnosis,
    DriverReading,
    ElementReading,
    EndowmentItem,
    Gap,
    MacroFactor,
    MacroScan,
    ModeCondition,
    SmileCurve,
    SmilePoint,
    ValueChain,
)
from jumou.domain.evidence import Citation, Document, Evidence, EvidencePassage, Passage, Source, Statement
from jumou.domain.framework import DRIVERS, ELEMENTS, MODE_CONDITIONS, MODES, PESTEL, Language, ProjectType, category_of
from jumou.domain.implementation import (
    ActionItem,
    FinancingPlan,
    FinancingYear,
    GovernanceBody,
    Implementation,
    Kpi,
    KpiTarget,
    MonitoringEvent,
    Phase,
    Roadmap,
    ScheduledProject,
)
from jumou.domain.plan import Finding, Plan, Provenance, Quality
from jumou.domain.portfolio import (
    ComplianceFinding,
    FundingShare,
    Milestone,
    Output,
    PolicyInstrument,
    Project,
    Risk,
    TargetCompany,
)
from jumou.domain.positioning import (
    Criterion,
    ModeChoice,
    ModeScore,
    Positioning,
    Theme,
    Vision,
    VisionCheck,
    VisionTarget,
)
from jumou.domain.quantity import Indicator, Quantity
from jumou.domain.region import ProfileIndustry, ProfileSource, RegionProfile

POLICY_QUOTE = "新出台政策措施应当按照规定经过公平竞争审查。"
CASE_QUOTE = "龙头企业带动三百余家配套企业在园区集聚。"
SECOND_QUOTE = "园区设立产业理事会，企业代表占多数。"


class Sample:
    """Writes the plan in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def pick(self, zh: str, en: str) -> str:
        """The text in the language of the sample."""
        return zh if self.language == "zh" else en

    def say(
        self, zh: str, en: str, *, cites: tuple[Citation, ...] = (), figures: tuple[Quantity, ...] = ()
    ) -> Statement:
        """A statement whose state follows from what stands behind it."""
        state = (
            "grounded"
            if cites or any(item.basis != "assumption" for item in figures)
            else "assumption"
            if figures
            else "no_evidence"
        )
        return Statement(text=self.pick(zh, en), citations=cites, figures=figures, state=state)

    @property
    def policy(self) -> Citation:
        """A citation of a regulation."""
        return Citation(passage_id="P01#0", document_id="P01", quote=POLICY_QUOTE, title="公平竞争审查条例", grade="A")

    @property
    def case(self) -> Citation:
        """A citation of a case."""
        return Citation(passage_id="C01#0", document_id="C01", quote=CASE_QUOTE, title="某市轴承产业集群", grade="B")

    @property
    def council(self) -> Citation:
        """A second sentence of the same case."""
        return Citation(passage_id="C01#1", document_id="C01", quote=SECOND_QUOTE, title="某市轴承产业集群", grade="B")

    @property
    def output(self) -> Quantity:
        """The industry's output, from the profile."""
        return Quantity(
            label=self.pick("轴承产业产值", "output of the bearing industry"), value=86.5, unit="亿元", year=2024, basis="profile", source_ids=("industries!3", "S1"),
        )  # fmt: skip

    def plan(self) -> Plan:
        """The whole plan."""
        kpis = self.kpis()
        projects = self.projects()
        return Plan(
            title=self.pick("云岭市高端轴承产业集群培育规划（2026—2030年）", "Plan for the bearing cluster of Yunling, 2026–2030"),
            profile=self.profile(),
            diagnosis=self.diagnosis(),
            positioning=self.positioning(),
            projects=projects,
            implementation=self.implementation(projects, kpis),
            evidence=self.evidence(),
            quality=Quality(
                statements={"grounded": 9, "assumption": 4, "no_evidence": 3},
                figures={"profile": 3, "source": 1, "computed": 4, "assumption": 30},
                citations=12, citations_by_grade={"A": 4, "B": 8}, quotes_unmatched=0, figures_untraced=0, references_unresolved=0,
                coverage={"project_types": 4 / 9}, compliance={"must": 1},
                findings=(Finding(kind="state", severity="note", where="projects[3]", message="an assumption without a figure"),),
            ),
            provenance=Provenance(
                id="plan-1", created_at="2026-03-05T08:30:00+08:00", seconds=1.2, jumou_version="0.1.0", drafter="rules", language=self.language,
                corpus_version="c-2026", encoder="e5-int8", profile_hash="abc",
            ),
        )  # fmt: skip

    def profile(self) -> RegionProfile:
        """A region with five rows of industries."""
        rows = (
            ("合计", "", 820.0, 6.1, 1_200_000.0), ("轴承制造", "C345", 86.5, 12.4, 29_000.0), ("通用设备", "C34", 120.0, 5.0, 98_000.0),
            ("食品加工", "C13", 64.0, 2.2, 121_000.0), ("纺织", "C17", 12.0, 7.5, 56_000.0),
        )  # fmt: skip
        return RegionProfile(
            name="云岭市", level="city", parent="示例省", target_industry=self.pick("高端轴承", "bearings"), base_year=2024, horizon=2030,
            industries=tuple(
                ProfileIndustry(
                    ref=f"industries!{place}", sector=name, code=code, measure="output", year=2024, region_value=here, region_growth_percent=growth,
                    nation_value=nation, unit="亿元", source_id="S1",
                )
                for place, (name, code, here, growth, nation) in enumerate(rows, start=2)
            ),
            sources=(ProfileSource(id="S1", url="https://example.cn/tjnj", kind="统计年鉴"),),
        )  # fmt: skip

    def quotients(self) -> tuple[Indicator, ...]:
        """Four location quotients."""
        values = (
            ("轴承制造", "C345", 4.37, 0.105),
            ("通用设备", "C34", 1.79, 0.146),
            ("食品加工", "C13", 0.77, 0.078),
            ("纺织", "C17", 0.31, 0.015),
        )
        return tuple(
            Indicator(
                id=f"lq:云岭市:{code}:output:2024", formula="lq", label=self.pick(f"云岭市{name}区位熵", f"location quotient of {name} in 云岭市"),
                value=value, year=2024, scope="云岭市 output 2024", inputs=("industries!3",), source_ids=("industries!3",), detail={"share": share},
            )
            for name, code, value, share in values
        )  # fmt: skip

    def diagnosis(self) -> Diagnosis:
        """Step 1."""
        pick, say = self.pick, self.say
        quotient = self.quotients()[1].quantity()
        nodes = (
            ("steel", "轴承钢", "bearing steel", "upstream", "missing", True, ()), ("parts", "滚动体与保持架", "rollers and cages", "upstream", "weak", True, ("云岭保持架厂",)),
            ("making", "轴承制造", "bearing making", "midstream", "strong", True, ("云岭轴承集团", "示例精工")), ("test", "检测认证", "testing", "service", "missing", False, ()),
            ("use", "风电与机床应用", "wind and machine tools", "downstream", "unknown", False, ()),
        )  # fmt: skip
        return Diagnosis(
            summary=(
                say("云岭市轴承产业2024年产值86.5亿元，制造环节集聚明显。", "The bearing industry of Yunling had an output of 86.5 hundred million yuan in 2024.", figures=(self.output,)),
                say("高端材料与检测环节缺失，制约向高端迈进。", "High-grade steel and testing are missing.", cites=(self.case,)),
            ),
            macro=MacroScan(
                factors=tuple(
                    MacroFactor(
                        id=f"M{place}", factor=key, kind="opportunity" if place % 2 else "challenge", impact=3, probability=0.5, weight=0.17,
                        score=0.25 if place == 1 else None, **say(f"{name.zh}环境因素判断。", f"A {name.en} factor.", cites=(self.policy,) if place == 1 else ()).model_dump(),
                    )
                    for place, (key, name) in enumerate(PESTEL.items(), start=1)
                ),
                opportunity=0.25, threat=-0.1,
            ),
            endowment=(
                EndowmentItem(id="E1", element="leading_firms", kind="strength", **say("拥有云岭轴承集团等骨干企业。", "Leading firms are present.", figures=(self.output,)).model_dump()),
                EndowmentItem(id="E2", element="knowledge", kind="shortfall", **say("缺少国家级检测机构。", "No national testing body.").model_dump()),
            ),
            elements=tuple(
                ElementReading(element=key, presence="partial", **say(f"{name.zh}有一定基础。", f"{name.en}: partly there.", figures=(self.output,)).model_dump())
                for key, name in ELEMENTS.items()
            ),
            value_chain=ValueChain(
                chain_id="bearing", name=pick("高端轴承", "bearings"), known=True,
                nodes=tuple(
                    ChainNode(id=key, name=pick(zh, en), position=position, order=place, state=state, key=important, firms=firms, action="introduce" if state == "missing" else None)
                    for place, (key, zh, en, position, state, important, firms) in enumerate(nodes, start=1)
                ),
                edges=(("steel", "making"), ("parts", "making"), ("making", "use")),
                smile=SmileCurve(
                    points=tuple(
                        SmilePoint(node_id=key, label=pick(zh, en), order=place, reference=(3.0, 2.0, 1.0, 2.4, 3.0)[place - 1], local=1.1 if key == "making" else None)
                        for place, (key, zh, en, *_) in enumerate(nodes, start=1)
                    ),
                    measure=pick("附加值等级（编辑判断，1—3）", "level of added value, editorial, 1–3"), shape="smile", basis="editorial",
                ),
                actions=(say("引进高端轴承钢精炼项目。", "Bring in a refiner of bearing steel.", cites=(self.case,)),),
            ),
            benchmarks=(
                Benchmark(
                    id="BM1", document_id="C01", name=pick("某市轴承产业集群", "A bearing cluster"), country="中国", mode="anchor_firm", outcome="success",
                    why_comparable=say("产业与规模相近。", "Close in industry and size.", cites=(self.case,)), path=(say(CASE_QUOTE, CASE_QUOTE, cites=(self.case,)),),
                    lessons=(say(SECOND_QUOTE, SECOND_QUOTE, cites=(self.council,)),), gap=say("检测能力差距明显。", "Testing lags behind."), state="grounded",
                ),
            ),
            drivers=tuple(
                DriverReading(driver=key, at_work="partly", **say(f"{name.zh}：已有表现。", f"{name.en}: seen.", figures=(quotient,)).model_dump()) for key, name in DRIVERS.items()
            ),
            gaps=(
                Gap(id="G1", kind="chain_missing", name=pick("高端轴承钢缺失", "no high-grade steel"), node_id="steel", severity=0.9, **say("高端轴承钢全部外购。", "All steel is bought outside.").model_dump()),
                Gap(id="G2", kind="element", name=pick("检测平台缺失", "no testing platform"), element="knowledge", severity=0.7, **say("缺检测平台。", "No testing platform.", cites=(self.council,)).model_dump()),
            ),
            data_gaps=(DataGap(id="D1", what=pick("研发经费", "R&D spending"), why=pick("计算研发强度", "R&D intensity"), where=pick("统计局", "statistics office")),),
            mode_conditions=tuple(
                ModeCondition(mode=key, met="partly", **say(f"{name.zh}：部分具备。", f"{name.en}: partly.", figures=(quotient,)).model_dump()) for key, name in MODE_CONDITIONS.items()
            ),
            indicators=self.quotients(),
            not_computable=(Indicator(id="eci", formula="eci", label=pick("经济复杂度指数", "economic complexity index"), missing=(pick("参照面板", "a panel"),)),),
        )  # fmt: skip

    def positioning(self) -> Positioning:
        """Step 2."""
        pick, say = self.pick, self.say
        target = Quantity(
            label=pick("产值", "output"),
            value=150,
            unit="亿元",
            year=2030,
            basis="assumption",
            formula="baseline * (1 + 0.095) ** years",
        )
        visions = tuple(
            Vision(
                id=f"V{number}", text=pick(f"到2030年，云岭市建成全国有影响力的高端轴承制造高地，产值达到150亿元（规划目标）。方案{number}", f"By 2030 Yunling is a national centre of bearings. Option {number}"),
                position=pick("制造高地", "manufacturing centre"), scope=pick("全国", "national"), function=pick("先进制造", "manufacturing"), horizon=2030,
                targets=(VisionTarget(kpi_id="K1", text=pick("产值达到150亿元", "output of 150"), quantity=target),), figures=(target,), state="grounded", citations=(self.case,),
                difference=say("边界清晰，避免同质竞争。", "Clear bounds.", cites=(self.case,)), checks=(VisionCheck(key="region", name=pick("点明区域", "names the region"), passed=True),),
            )
            for number in (1, 2, 3)
        )  # fmt: skip
        return Positioning(
            themes=(
                Theme(id="T1", name=pick("风电与机床主轴轴承", "wind and spindle bearings"), boundary_in=pick("高端轴承及关键零部件", "high-end bearings and parts"), boundary_out=pick("不发展普通低端轴承", "no low-end bearings"), node_ids=("making", "parts"), score=0.82, state="grounded", reasons=(say("已有企业基础。", "Firms are there.", figures=(self.output,)),)),
            ),
            mode=ModeChoice(
                key="anchor_firm", name=MODES["anchor_firm"].in_(self.language), reason=say("龙头企业集聚，宜采用核心企业带动型。", "Leading firms are present.", figures=(self.quotients()[1].quantity(),)),
                table=tuple(
                    ModeScore(key=key, name=name.in_(self.language), score=0.62 - 0.1 * place, rank=place + 1, gate="passed" if place < 3 else "failed", gate_reason=pick("有龙头", "leaders") if place == 0 else "", arguments_for=(say("条件具备。", "Met.", figures=(self.output,)),))
                    for place, (key, name) in enumerate(MODES.items())
                ),
                criteria=(Criterion(key="anchor", name=pick("龙头与产业基础", "leaders"), value=0.7, parts={"top1": 0.4}, missing=("cr4",)),), margin=0.1, close=False, runner_up="innovation", sensitivity=0.93,
            ),
            vision=visions[0], candidates=visions,
        )  # fmt: skip

    def projects(self) -> tuple[Project, ...]:
        """Four projects of four types."""
        pick, say = self.pick, self.say
        rows: tuple[tuple[str, ProjectType, str, str, float | None, str, str, tuple[str, ...]], ...] = (
            ("P01", "A1", "高端轴承钢龙头企业招引工程（一企一策）", "Attracting a leader in bearing steel", 12.0, "2026-01", "2028-12", ("P04",)),
            ("P02", "A2", "国家级轴承检测认证平台", "National testing platform", 3.5, "2026-07", "2027-12", ()),
            ("P03", "C1", "智慧轴承产业社区", "Smart bearing park", 8.0, "2027-01", "2030-06", ("P01", "P02")),
            ("P04", "D1", "高端轴承产业促进政策包", "Policy package", None, "2026-01", "2026-12", ()),
        )  # fmt: skip
        return tuple(
            Project(
                id=key, name=pick(zh, en), category=category_of(kind), type=kind, closes_gap="G1" if place != 1 else "G2", also_closes=("G2",) if place == 2 else (), theme_id="T1",
                objective=pick("补齐关键环节，带动本地配套集聚。", "Fill the missing link."), content=(pick("编制招商图谱；明确目标企业", "Draw an investment map"), pick("逐户制定方案", "Write a package for each")),
                scale=pick("年产能10万吨", "100 thousand tonnes a year"), site=pick("云岭经开区，优先保障“标准地”", "Yunling park"),
                investment=Quantity(label=pick("投资规模（规划假设）", "investment"), value=money, upper=money * 1.5, unit="亿元", basis="assumption", formula="archetype_size * level_factor") if money else None,
                investment_basis=pick("规划假设：可行性研究阶段核定。", "Planning assumption."),
                financing=tuple(
                    FundingShare(source=source, share=share, amount=Quantity(label=pick("资金来源测算", "share"), value=round(money * 1.25 * share, 2), unit="亿元", basis="assumption", formula="investment_mid * share"))
                    for source, share in (("enterprise", 0.5), ("bank_loan", 0.3), ("special_bond", 0.2))
                ) if money else (),
                lead_body=pick("市工业和信息化部门", "industry department"), partners=(pick("园区管理机构", "park body"), pick("市财政部门", "finance department")), start=start, end=end,
                milestones=(Milestone(date=start, text=pick("完成立项", "approved")), Milestone(date=end, text=pick("建成投产", "running"))), predecessors=before,
                outputs=(Output(text=pick("引进龙头企业", "leaders brought in"), quantity=Quantity(label=pick("引进龙头企业", "leaders"), value=2, unit="家", basis="assumption")),),
                kpi_ids=("K1", "K2"), precedents=(self.case,), citations=(self.case,), approvals=(pick("企业投资项目备案", "registration"), pick("环境影响评价", "environmental impact")),
                compliance=(ComplianceFinding(rule_id="fair_competition", rule=pick("公平竞争审查", "fair-competition review"), severity="must", text=pick("奖补条款不得排除外地企业。", "No exclusion of outside firms."), remedy=pick("出台前完成审查。", "Review first."), citations=(self.policy,), state="grounded"),) if kind in ("A1", "D1") else (),
                risks=(Risk(text=pick("企业只设组装基地", "assembly only"), response=pick("研发机构写入协议", "write research into the agreement")),), priority="high" if place < 2 else "medium", priority_reason=pick("短板严重", "a severe gap"),
                target_companies=(TargetCompany(kind=pick("特种钢精炼企业", "refiners"), reason=pick("补齐上游", "upstream")),) if kind == "A1" else (), package=(pick("以场景换投资", "use for investment"),) if kind == "A1" else (),
                instruments=(PolicyInstrument(family="land", name=pick("弹性供地", "flexible land"), content=pick("先租后让", "lease first")),) if kind == "D1" else (),
                rationale=say("针对短板提出，可参照先例。", "Answers the gap.", cites=(self.case,)), state="grounded",
            )
            for place, (key, kind, zh, en, money, start, end, before) in enumerate(rows)
        )  # fmt: skip

    def kpis(self) -> tuple[Kpi, ...]:
        """Five KPIs of five families, two without baseline."""
        pick = self.pick
        rows = (("K1", "轴承产业产值", "output", "scale", "亿元", 86.5, 0.095), ("K2", "规模以上企业数", "firms", "firms", "家", None, 3.0), ("K3", "研发投入强度", "R&D intensity", "rd", "%", 2.1, 0.08), ("K4", "发明专利授权", "patents", "patents", "件", None, 20.0), ("K5", "单位产值能耗", "energy", "efficiency", "吨标准煤/万元", 0.42, -0.03))  # fmt: skip
        return tuple(
            Kpi(
                id=key, name=pick(zh, en), family=family, unit=unit,
                baseline=Quantity(label=pick(zh, en), value=base, unit=unit, year=2024, basis="profile", source_ids=("indicators!5",)) if base else None,
                baseline_note="" if base else pick("缺基期值", "no baseline"),
                targets=tuple(KpiTarget(year=year, quantity=Quantity(label=pick(zh, en), value=round(base * (1 + rate) ** (year - 2024), 2) if base else rate * (year - 2025), unit=unit, year=year, basis="assumption", formula="baseline * (1 + g) ** years")) for year in range(2026, 2031)),
                target_note=pick("按中位假设推算", "at a middle rate"), direction="down" if rate < 0 else "up", method=pick("统计汇总", "statistics"), data_source=pick("统计局", "statistics office"),
                frequency=pick("季度", "quarterly"), owner=pick("市工业和信息化部门", "industry department"), alert=pick("落后一成以上", "a tenth short"), alert_threshold=0.1, adjust=pick("连续两期预警则复核项目", "review the projects"), project_ids=("P01",), state="grounded" if base else "assumption",
            )
            for key, zh, en, family, unit, base, rate in rows
        )  # fmt: skip

    def implementation(self, projects: tuple[Project, ...], kpis: tuple[Kpi, ...]) -> Implementation:
        """Step 4."""
        pick, say = self.pick, self.say
        total = Quantity(
            label=pick("项目总投资", "total investment"),
            value=23.5,
            upper=35.25,
            unit="亿元",
            basis="assumption",
            formula="sum(project.investment)",
        )
        return Implementation(
            roadmap=Roadmap(
                start="2026-01",
                phases=(
                    Phase(id="R1", name=pick("打基础阶段", "Foundations"), start="2026-01", end="2027-03", goal=pick("建立机制", "set up bodies"), project_ids=("P01", "P02", "P04")),
                    Phase(id="R2", name=pick("成规模阶段", "Growth"), start="2027-04", end="2030-12", goal=pick("项目投产", "projects run"), project_ids=("P03",)),
                ),
                schedule=tuple(ScheduledProject(project_id=item.id, start=item.start, end=item.end, earliest_start=0, earliest_finish=12, latest_start=0 if item.id != "P02" else 6, latest_finish=18, total_float=6.0 if item.id == "P02" else 0.0, critical=item.id != "P02") for item in projects),
                critical_path=("P04", "P01", "P03"), makespan_months=54,
            ),
            actions=tuple(
                ActionItem(id=f"A{place:03d}", project_id=item.id, task=f"{item.name}：{milestone.text}", body=item.lead_body, supporting=item.partners, start=item.start, deadline=milestone.date, milestone=milestone.text)
                for place, (item, milestone) in enumerate(((item, milestone) for item in projects for milestone in item.milestones), start=1)
            ),
            governance=(GovernanceBody(id="GV1", name=pick("轴承产业发展理事会", "Council"), members=(pick("企业代表", "firms"), pick("高校院所", "institutes")), duties=pick("审议规划", "discusses the plan"), rhythm=pick("每半年一次", "half-yearly")),),
            governance_note=say("建立政府引导、企业主体的治理机制。", "Government guides, firms lead.", cites=(self.council,)),
            financing=FinancingPlan(
                total=total, figures=(total,), state="assumption", by_source={"enterprise": 14.69, "bank_loan": 8.81, "special_bond": 5.88},
                years=tuple(FinancingYear(year=year, amounts={"enterprise": 2.9, "bank_loan": 1.8, "special_bond": 1.2}) for year in range(2026, 2031)),
                notes=(say("专项债券只用于有收益的部分。", "Bonds only where there is revenue.", cites=(self.policy,)),),
            ),
            kpis=kpis,
            monitoring=(MonitoringEvent(when=pick("每季度", "quarterly"), what=pick("指标监测", "KPIs"), who=pick("专班", "task force"), output=pick("季度报告", "report")),),
            safeguards=(say("尊重市场规律。", "Respect the market."),),
        )  # fmt: skip

    def evidence(self) -> Evidence:
        """The passages cited."""
        policy = Document(
            id="P01", kind="policy", title="公平竞争审查条例", issuer="国务院", document_number="国务院令第783号", issued="2024-06-06", status="in_force", level="national",
            source_grade="A", sources=(Source(url="https://www.gov.cn/zhengce/content/202406/content_6957049.htm", grade="A"),),
        )  # fmt: skip
        case = Document(
            id="C01",
            kind="case",
            title="某市轴承产业集群",
            source_grade="B",
            sources=(Source(url="https://example.cn/case"),),
            status="unknown",
        )
        rows = ((policy, 0, POLICY_QUOTE), (case, 0, CASE_QUOTE), (case, 1, SECOND_QUOTE))
        return Evidence(
            passages=tuple(
                EvidencePassage(passage=Passage(id=f"{document.id}#{place}", document_id=document.id, ordinal=place, section="正文", start=0, end=len(text), text=text), document=document)
                for document, place, text in rows
            ),
            corpus_version="c-2026", encoder="e5-int8",
        )  # fmt: skip


@pytest.fixture(scope="session")
def plan() -> Plan:
    return Sample("zh").plan()


@pytest.fixture(scope="session")
def plan_en() -> Plan:
    return Sample("en").plan()


@pytest.fixture(scope="session")
def sample() -> Callable[[Language], Plan]:
    return lambda language: Sample(language).plan()
