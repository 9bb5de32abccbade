"""What the rules say in a chat, in both languages. Figures come only from the objects handed in."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from jumou.domain.chat import Ask, Brief, Proposal, ShownPassage
from jumou.domain.diagnosis import Diagnosis
from jumou.domain.evidence import Citation
from jumou.domain.framework import ELEMENTS, Language
from jumou.domain.positioning import Vision
from jumou.domain.quantity import Indicator
from jumou.drafting.desk import overlap
from jumou.drafting.wording import number, unit_in

_MOST_GAPS: Final = 8
_MOST_INDICATORS: Final = 12
_MOST_MISSING: Final = 4
_NAMED: Final = 0.5

Number = Callable[[Citation], int]
"""The number a citation has in the chat."""


def pick(language: Language, zh: str, en: str) -> str:
    """The text in the language of the chat."""
    return zh if language == "zh" else en


def by_rules(language: Language) -> str:
    """That no model answers."""
    return pick(
        language,
        "（未使用大模型，以下由规则依据资料与文献作答。）\n\n",
        "(No language model takes part: this is answered by rules, from the profile and the library.)\n\n",
    )


def without_model(language: Language, why: str) -> str:
    """That the model failed and the rules go on."""
    return pick(
        language,
        f"\n\n（大模型未能完成回答：{why} 以下由规则作答。）\n\n",
        f"\n\n(The language model could not finish: {why} The rules go on from here.)\n\n",
    )


def help_text(language: Language) -> str:
    """What a chat can do."""
    return pick(
        language,
        "我是聚谋，协助起草区域产业规划。可以：\n"
        "1. 起草愿景：告诉我区域、产业、实现年份和辐射范围，我给出三个候选，逐项对照清单；\n"
        "2. 查文献：政策与案例，引文注明出处；\n"
        "3. 读指标、列短板：依据您的区域资料；\n"
        "4. 比较候选。采纳候选须由您在界面或接口中明确操作，我不会从对话里推断。",
        "I am jumou; I help to draft plans for regional industry. I can\n"
        "1. draft a vision: tell me the region, the industry, the year and how far it is to reach, and you get three candidates with their checks;\n"
        "2. search policies and cases, with quotes and their sources;\n"
        "3. read indicators and list gaps from your region's profile;\n"
        "4. compare candidates. Adopting one is your explicit action in the page or the API; it is never read out of a sentence.",
    )


def question(ask: Ask, brief: Brief, language: Language) -> str:
    """The one thing that is asked for next."""
    where = brief.region
    texts: dict[Ask, tuple[str, str]] = {
        "region": ("请问规划的是哪个区域？（写出市、县、区或园区的名称）", "Which region is it for? (the name of the city, county, district or park)"),
        "industry": (
            f"{where}打算聚焦哪个产业？一到两个即可，例如“轴承”“新能源汽车”。",
            f"Which industry is {where} to concentrate on? One or two, for example bearings, or new-energy vehicles.",
        ),
        "horizon": ("愿景希望在哪一年实现？（可答“默认”，按五年规划期）", "By which year is it to be reached? (“default” takes a term of five years)"),
        "scope": (
            "愿景的辐射范围到哪一级？全球、全国、大区（如西北）还是全省？（可答“默认”，按诊断结果判断）",
            "How far is it to reach: global, national, a part of the country, or the province? (“default” follows the diagnosis)",
        ),
    }  # fmt: skip
    known = [
        text
        for text in (
            pick(language, f"区域：{where}", f"region: {where}") if where else "",
            pick(language, f"产业：{brief.industry}", f"industry: {brief.industry}") if brief.industry else "",
            pick(language, f"实现年份：{brief.horizon}", f"year: {brief.horizon}") if brief.horizon else "",
        )
        if text
    ]
    settled = (
        pick(language, f"已明确：{'；'.join(known)}。\n", f"Settled so far: {'; '.join(known)}.\n") if known else ""
    )
    return settled + pick(language, *texts[ask])


def evidence(passages: Sequence[ShownPassage], language: Language) -> str:
    """Quotes with their numbers."""
    lines = [pick(language, "现有文献的表述：", "What the library says:")]
    for one in passages:
        stale = pick(language, "（该文件已失效，仅供参考）", " (no longer in force)") if one.outdated else ""
        if language == "zh":
            lines.append(f"- 《{one.citation.title}》：“{one.citation.quote}”{stale}[{one.n}]")
        else:
            lines.append(f"- {one.citation.title}: “{one.citation.quote}”{stale} [{one.n}]")
    return "\n".join(lines)


def refusal(passages: Sequence[ShownPassage], language: Language) -> str:
    """That the evidence does not carry an answer, and what would."""
    near = ""
    if passages:
        titles = pick(language, "、", ", ").join(
            f"《{one.citation.title}》[{one.n}]" if language == "zh" else f"{one.citation.title} [{one.n}]"
            for one in passages[:2]
        )
        near = pick(
            language, f"最接近的是{titles}，但并未回答这个问题。", f"The nearest are {titles}; they do not answer it."
        )
    return pick(
        language,
        f"文献库中未见能回答这个问题的依据，我不作推测。{near}\n需要：载有该事项的政策原文、统计公报或案例材料；用 jumou corpus add 加入文献库，或写进区域资料后再问。",
        f"Nothing in the library carries an answer to this, and I do not guess. {near}\nWhat would be needed: the policy text, statistical bulletin "
        "or case that states it. Add it with jumou corpus add, or put it into the region's profile, and ask again.",
    )


def needs_region(language: Language) -> str:
    """That gaps and indicators need a region."""
    return pick(language, "要读指标、列短板，先要知道区域。", "Indicators and gaps need a region. ")


def gaps(diagnosis: Diagnosis, language: Language, cite: Number) -> str:
    """The gaps of the diagnosis, the gravest first, and the data that is missing."""
    ordered = sorted(diagnosis.gaps, key=lambda gap: (-gap.severity, gap.id))[:_MOST_GAPS]
    lines = [pick(language, "诊断出的主要短板：", "The main gaps of the diagnosis:")]
    for gap in ordered:
        element = f"（{ELEMENTS[gap.element].in_(language)}）" if gap.element and language == "zh" else ""
        marks = "".join(f"[{cite(citation)}]" for citation in gap.citations)
        state = _state(gap.state, language)
        lines.append(
            f"- {gap.id} {gap.name}{element}：{gap.text}{marks}{state}"
            if language == "zh"
            else f"- {gap.id} {gap.name}: {gap.text}{marks}{state}"
        )
    if diagnosis.data_gaps:
        wanted = pick(language, "、", ", ").join(item.what for item in diagnosis.data_gaps[:5])
        lines.append(
            pick(language, f"为使诊断更可靠，请补充：{wanted}。", f"To make the diagnosis firmer, add: {wanted}.")
        )
    return "\n".join(lines)


def indicators(diagnosis: Diagnosis, language: Language, asked: str = "") -> tuple[str, bool]:
    """The indicators `asked` names (all when it names none), with formula ids, and what they miss; whether there is any."""
    named = [item for item in (*diagnosis.indicators, *diagnosis.not_computable) if _names(asked, item.label)]
    pool = named or [*diagnosis.indicators, *diagnosis.not_computable[:_MOST_MISSING]]
    lines = [_indicator(item, language) for item in pool if item.value is not None][:_MOST_INDICATORS]
    missing = [item for item in pool if item.value is None][:_MOST_MISSING]
    if lines:
        head = pick(language, "由区域资料算得的指标：", "Indicators computed from the profile:")
    else:
        head = pick(
            language,
            "现有区域资料不足以算出该指标，我不估数。",
            "The profile does not carry this indicator, and I do not estimate.",
        )
    wanted = [
        f"{item.label}（{'、'.join(item.missing)}）"
        if language == "zh"
        else f"{item.label} ({', '.join(item.missing)})"
        for item in missing
    ]
    if not lines and not wanted:
        wanted = [item.what for item in diagnosis.data_gaps[:_MOST_MISSING]]
    need = (
        [pick(language, f"需要补充：{'；'.join(wanted)}。", f"What would be needed: {'; '.join(wanted)}.")]
        if wanted
        else []
    )
    return "\n".join((head, *lines, *need)), bool(lines)


def _names(asked: str, label: str) -> bool:
    """Whether the words ask for the indicator: half of its label stands in them."""
    return bool(asked) and overlap(label, asked.replace("区位商", "区位熵")) >= _NAMED


def _indicator(item: Indicator, language: Language) -> str:
    value = number(item.value) if item.value is not None else "—"
    unit = unit_in(item.unit, language)
    place = f"{item.formula}:{item.id}"
    if language == "zh":
        year = f"{item.year}年，" if item.year else ""
        return f"- {item.label}：{value}{unit}（{year}{place}）"
    year = f"{item.year}, " if item.year else ""
    return f"- {item.label}: {value}{f' {unit}' if unit else ''} ({year}{place})"


def proposal(made: Proposal, language: Language, cite: Number) -> str:
    """The candidates with the parts they are made of and their checks."""
    themes = pick(language, "、", ", ").join(theme.name for theme in made.themes)
    lines = [
        pick(
            language,
            f"依据诊断，{made.region}宜走“{made.mode_name}”，主题为{themes}。{len(made.candidates)}个候选愿景：",
            f"By the diagnosis {made.region} fits the mode “{made.mode_name}”, with the theme {themes}. {len(made.candidates)} candidates:",
        )
    ]
    for vision in made.candidates:
        marks = "".join(f"[{cite(citation)}]" for citation in vision.difference.citations)
        lines.append(
            pick(
                language,
                f"\n**{vision.id}** {vision.text}\n- 区别：{vision.difference.text}{marks}{_state(vision.difference.state, language)}\n- 清单：{_checks(vision, language)}",
                f"\n**{vision.id}** {vision.text}\n- what differs: {vision.difference.text}{marks}{_state(vision.difference.state, language)}\n- checks: {_checks(vision, language)}",
            )
        )
    lines.append(
        pick(
            language,
            "\n可以说“比较”看逐项对照，或改年份、范围后重拟。采纳请在界面点选或调用采纳接口，我不从对话中推断。",
            "\nSay “compare” for a table, or change the year or the scope. To adopt one, use the page's button or the adoption endpoint; it is not read out of a sentence.",
        )
    )
    return "\n".join(lines)


def comparison(made: Proposal, language: Language) -> str:
    """The candidates side by side."""
    rows: list[tuple[str, Callable[[Vision], str]]] = [
        (pick(language, "定位", "position"), lambda vision: vision.position),
        (pick(language, "地理能级", "scope"), lambda vision: vision.scope),
        (pick(language, "功能", "function"), lambda vision: vision.function),
        (pick(language, "年限", "horizon"), lambda vision: str(vision.horizon or "")),
        (pick(language, "可测目标", "targets"), lambda vision: pick(language, "；", "; ").join(target.text for target in vision.targets)),
        (pick(language, "区别", "what differs"), lambda vision: vision.difference.text),
        (pick(language, "清单", "checks"), lambda vision: _checks(vision, language)),
    ]  # fmt: skip
    head = f"| | {' | '.join(vision.id for vision in made.candidates)} |"
    rule = "|" + "---|" * (1 + len(made.candidates))
    lines = [head, rule]
    lines += [f"| {name} | {' | '.join(_cell(read(vision)) for vision in made.candidates)} |" for name, read in rows]
    lines.append(
        pick(
            language,
            "\n三者都可用；取舍取决于想突出什么，由您决定。",
            "\nWhich one fits depends on what you want to stress; the choice is yours.",
        )
    )
    return "\n".join(lines)


def adopt(made: Proposal, language: Language) -> str:
    """That adopting is an action."""
    names = "、".join(vision.id for vision in made.candidates)
    return pick(
        language,
        f"对话中不作采纳。请在界面点选，或调用 POST /v1/chats/<会话>/adoptions，写明 proposal_id（{made.id}）、candidate_id（{names} 之一）和规划。",
        f"Nothing is adopted by words. Use the page's button, or POST /v1/chats/<chat>/adoptions with proposal_id ({made.id}), candidate_id ({names.replace('、', ', ')}) and the plan.",
    )


def footnotes(passages: Iterable[ShownPassage], language: Language) -> str:
    """The sources of an answer, for clients that know nothing of passages."""
    lines = [f"[{one.n}] {one.citation.title} · {one.citation.passage_id}: “{one.citation.quote}”" for one in passages]
    return f"\n\n---\n{pick(language, '来源', 'Sources')}\n" + "\n".join(lines) if lines else ""


def _checks(vision: Vision, language: Language) -> str:
    return pick(language, " ", " ").join(f"{'✓' if check.passed else '✗'}{check.name}" for check in vision.checks)


def _state(state: str, language: Language) -> str:
    if state == "grounded":
        return ""
    if state == "assumption":
        return pick(language, "（规划假设）", " (assumption)")
    return pick(language, "（未见依据）", " (no evidence found)")


def _cell(text: str) -> str:
    return text.replace("|", "／").replace("\n", " ")
