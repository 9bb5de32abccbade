"""The grounding suite: citations and numbers of drafts by a second checker, unanswerable questions, superseded documents."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jumou.corpus.progress import Progress, silent
from jumou.domain.framework import Language
from jumou.drafting import sufficiency
from jumou.evaluation.cases import run_cases
from jumou.evaluation.checker import Grounding, check_plan
from jumou.evaluation.measures import measure_definition, measure_name
from jumou.evaluation.own_questions import own_questions
from jumou.evaluation.pages import Block, Heading, Prose, Table, interval, markdown, number, page
from jumou.evaluation.refusal import fitted_cut, halves, refusals
from jumou.evaluation.runs import Run, configuration, gates, read_thresholds
from jumou.evaluation.statistics import Mean, mean
from jumou.retrieval import Readable


def run_grounding(
    plans: Mapping[str, Path], library: Readable, suite: Path, own: Path, folder: Path, *,
    thresholds: Path | None = None, progress: Progress = silent,
) -> Run:  # fmt: skip
    """Checks every plan, asks what cannot be answered and what has been superseded."""
    outcomes = run_cases("grounding", dict(plans), _check, _shares, progress=progress)
    names = ("citation_validity", "numeric_faithfulness", "reference_validity")
    cases = {name: {key: one.measures.get(key) for key in names} for name, one in outcomes.items()}
    weights = {
        name: {
            "citation_validity": float(made.citations),
            "numeric_faithfulness": float(made.numbers),
            "reference_validity": float(made.references),
        }
        for name, one in outcomes.items()
        if (made := one.output) is not None
    }
    means = {
        key: mean([row[key] for row in cases.values()], [weights.get(name, {}).get(key, 0.0) for name in cases])
        for key in names
    }
    asked, refused = _refusals(library, suite, own)
    outdated = _superseded(library)
    means |= refused
    means["superseded_not_first"] = mean([float(not row["outdated_first"]) for row in outdated])
    bounds = read_thresholds(thresholds) if thresholds else {}
    run = Run(
        suite="grounding",
        configuration=configuration("grounding", corpus=library.version, encoder=library.encoder_name, plans=sorted(plans), thresholds=bounds),
        means=means, cases=cases, weights=weights, gates=gates(means, bounds),
        failures={name: one.failed for name, one in outcomes.items() if one.failed},
        detail={
            "findings": {
                name: {"unmatched": made.unmatched, "untraced": made.untraced, "unresolved": made.unresolved}
                for name, one in outcomes.items()
                if (made := one.output) is not None and (made.unmatched or made.untraced or made.unresolved)
            },
            "unanswerable": asked, "superseded": outdated,
        },
    )  # fmt: skip
    run.write(folder)
    return run


async def _check(path: Path) -> Grounding:
    return await asyncio.to_thread(lambda: check_plan(json.loads(path.read_text(encoding="utf-8"))))


def _shares(_path: Path, made: Grounding) -> dict[str, float | None]:
    return {
        "citation_validity": made.citation_validity,
        "numeric_faithfulness": made.numeric_faithfulness,
        "reference_validity": made.reference_validity,
    }


def _refusals(library: Readable, suite: Path, own: Path) -> tuple[list[dict[str, Any]], dict[str, Mean]]:
    questions, _ = own_questions(own, library)
    rows = [
        json.loads(line) for line in (suite / "unanswerable.jsonl").read_text(encoding="utf-8").splitlines() if line
    ]
    answerable = {one.id: one.text for one in questions}
    unanswerable = {row["id"]: row["text"] for row in rows}
    library.prepare([*answerable.values(), *unanswerable.values()])
    scores = {
        name: sufficiency.score(text, library.search(text, limit=8))
        for name, text in {**answerable, **unanswerable}.items()
    }
    fit_yes, held_yes = halves(answerable)
    fit_no, held_no = halves(unanswerable)
    cut = sufficiency.CUT
    best = fitted_cut([scores[name] for name in fit_yes], [scores[name] for name in fit_no])
    held = refusals([scores[name] for name in held_yes], [scores[name] for name in held_no], cut)
    asked = [
        {
            "id": name,
            "question": text,
            "answerable": name in answerable,
            "score": round(scores[name], 3),
            "refused": scores[name] < cut,
        }
        for name, text in {**answerable, **unanswerable}.items()
    ]
    count = len(held_no) + len(held_yes)
    return asked, {
        "refusal_precision": Mean(value=held.precision, cases=count),
        "refusal_recall": Mean(value=held.recall, cases=len(held_no)),
        "answered": Mean(value=held.answered, cases=len(held_yes)),
        "refusal_cut": Mean(value=cut, cases=len(fit_yes) + len(fit_no)),
        "refusal_cut_fitted": Mean(value=round(best, 4), cases=len(fit_yes) + len(fit_no)),
    }


def _superseded(library: Readable) -> list[dict[str, Any]]:
    """For every document that is superseded or expired: asked for by its own title, it must not come first."""
    found: list[dict[str, Any]] = []
    for document in library.documents():
        if not document.outdated:
            continue
        hits = library.search(document.title, limit=5)
        found.append(
            {
                "document": document.id, "title": document.title, "first": hits[0].document.id if hits else None,
                "outdated_first": bool(hits) and hits[0].outdated, "by": document.superseded_by,
                "successor_shown": document.superseded_by in {hit.document.id for hit in hits} if document.superseded_by else None,
            }
        )  # fmt: skip
    return found


def write_grounding_report(run: Run, folder: Path, language: str) -> list[Path]:
    """`report.md` and `report.html`."""
    zh = language == "zh"
    spoken: Language = "zh" if zh else "en"
    rows = tuple(
        (measure_name(name, spoken), number(one.value), interval(one.low, one.high), str(one.cases), measure_definition(name, spoken))
        for name, one in run.means.items()
    )  # fmt: skip
    blocks: list[Block] = [
        Heading("依据评测报告" if zh else "Grounding", 1),
        Prose(
            "用独立程序逐条核对规划：引文是否在所指段落中，正文数字能否追溯，编号引用是否存在；另测不应回答的问题和已废止文件。"
            if zh
            else "An independent checker reads every plan: quotes, numbers, references. Unanswerable questions and superseded documents are asked for besides."
        ),
        Table(("指标", "值", "95 %", "数量", "定义") if zh else ("measure", "value", "95 %", "n", "definition"), rows),
        Heading("未通过的条目" if zh else "What did not hold"),
        _findings(run, zh=zh),
        Heading("判断有误的问题" if zh else "Questions decided wrongly"),
        Table(
            ("问题", "得分", "判断") if zh else ("question", "score", "decision"),
            _wrong(run.detail["unanswerable"], zh=zh),
        ),
        Heading("已废止文件" if zh else "Superseded documents"),
        Table(
            ("已废止文件" if zh else "superseded", "首条" if zh else "first", "合格" if zh else "ok"),
            tuple((row["title"], str(row["first"]), "○" if row["outdated_first"] else "●") for row in run.detail["superseded"]),
        ),
    ]  # fmt: skip
    written = [folder / "report.md", folder / "report.html"]
    written[0].write_text(markdown(blocks), encoding="utf-8")
    written[1].write_text(page("Grounding", blocks, "zh" if zh else "en"), encoding="utf-8")
    return written


def _wrong(asked: Sequence[Mapping[str, Any]], *, zh: bool) -> tuple[tuple[str, ...], ...]:
    refused = "有答案而拒答" if zh else "has an answer, was refused"
    answered = "没有答案而作答" if zh else "has no answer, was answered"
    return tuple(
        (row["question"], number(row["score"]), refused if row["refused"] else answered)
        for row in asked
        if row["answerable"] == row["refused"]
    )


def _findings(run: Run, *, zh: bool) -> Block:
    rows = tuple(
        (name, kind, text)
        for name, found in run.detail["findings"].items()
        for kind, texts in found.items()
        for text in texts[:12]
    )
    if not rows:
        return Prose(
            "没有：引文、数字和编号引用全部通过。" if zh else "Nothing: every quote, number and reference holds."
        )
    return Table(("规划" if zh else "plan", "问题" if zh else "what", "位置" if zh else "where"), rows)
