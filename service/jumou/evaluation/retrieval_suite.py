"""The suite of search: judged questions answered by jumou and, in the same run, by the default recipes of others.

Measures come from ir_measures (nDCG@10, Recall@10, MRR@10; Järvelin & Kekäläinen 2002, gains as judged). A TREC run file
is written for every system, so that any other tool can measure again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import ir_measures
from ir_measures import RR, R, nDCG

from jumou.corpus.progress import Progress, silent
from jumou.errors import InvalidRequest
from jumou.evaluation.own_questions import own_questions
from jumou.evaluation.pages import Bar, Block, Chart, Heading, Prose, Table, interval, markdown, number, page
from jumou.evaluation.peers import Peer, Ranked, run_peers
from jumou.evaluation.runs import Run, configuration, digest, gates, read_thresholds
from jumou.evaluation.statistics import Mean, difference, mean
from jumou.retrieval import Encoder, Library, Readable
from jumou.retrieval.judged import Question, read_judged

DEPTH: Final = 10
_MEASURES: Final = {"ndcg@10": nDCG @ DEPTH, "recall@10": R @ DEPTH, "mrr@10": RR @ DEPTH}


@dataclass(frozen=True, slots=True)
class SearchSet:
    """Questions over a library, and grades by question and passage."""

    name: str
    library: Readable
    questions: tuple[Question, ...]
    grades: Mapping[str, Mapping[str, int]]
    lost: tuple[str, ...] = ()


def own_set(folder: Path, library: Readable) -> SearchSet:
    """Our own questions over the library in use."""
    questions, lost = own_questions(folder, library)
    grades = {one.id: dict.fromkeys(one.relevant, 1) for one in questions}
    return SearchSet("own", library, questions, grades, tuple(lost))


def folder_set(folder: Path, home: Path, encoder: Encoder, progress: Progress = silent) -> SearchSet:
    """A standard folder; its passages are indexed under `home`, once.

    Raises:
        InvalidRequest: the folder does not hold the three files.
    """
    missing = [name for name in ("corpus.jsonl", "queries.jsonl", "qrels.tsv") if not (folder / name).is_file()]
    if missing:
        raise InvalidRequest(
            f"{folder} 缺少 {'、'.join(missing)}。", f"{folder} lacks {', '.join(missing)}.",
            mend_zh="评测集文件夹需含 corpus.jsonl、queries.jsonl、qrels.tsv。",
            mend_en="A set's folder holds corpus.jsonl, queries.jsonl and qrels.tsv.",
        )  # fmt: skip
    judged = read_judged(folder)
    library = Library.build(home / folder.name, encoder=encoder, documents=(), corpus=folder.name)
    library.add(judged.entries, progress=progress)
    grades: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        question, passage, grade = line.split("\t")
        grades.setdefault(question, {})[passage] = round(float(grade))
    return SearchSet(folder.name, library, judged.questions, grades)


def run_search(
    sets: Sequence[SearchSet],
    folder: Path,
    *,
    thresholds: Path | None = None,
    peers: bool = True,
    progress: Progress = silent,
) -> Run:
    """Answers every question of every set, measures, stores run and TREC files."""
    folder.mkdir(parents=True, exist_ok=True)
    means: dict[str, Mean] = {}
    cases: dict[str, dict[str, float | None]] = {}
    differences: dict[str, dict[str, Mean]] = {}
    skipped: dict[str, str] = {}
    worst: dict[str, list[dict[str, Any]]] = {}
    for one in sets:
        texts = {question.id: question.text for question in one.questions}
        systems = [Peer("jumou", _answers(one, progress)), *(_peers(one, texts) if peers else [])]
        values: dict[str, dict[str, dict[str, float]]] = {}
        for system in systems:
            if system.ranked is None:
                skipped[f"{one.name}:{system.name}"] = system.skipped
                continue
            _write_trec(folder / f"{one.name}.{system.name}.trec", system)
            values[system.name] = _measured(one, system.ranked)
            for name in _MEASURES:
                means[f"{one.name}:{system.name}:{name}"] = mean(list(values[system.name][name].values()))
        for name, by_question in values["jumou"].items():
            for question, value in by_question.items():
                cases.setdefault(f"{one.name}/{question}", {})[name] = value
        for system_name, found in values.items():
            if system_name != "jumou":
                differences[f"{one.name}:{system_name}"] = {
                    name: difference(dict(values["jumou"][name]), dict(found[name])) for name in _MEASURES
                }
        low = sorted(values["jumou"]["ndcg@10"].items(), key=lambda item: (item[1], item[0]))[:20]
        worst[one.name] = [
            {"question": texts[question], "ndcg@10": round(value, 3), "wanted": sorted(one.grades[question])[:3]}
            for question, value in low
            if value < 0.5
        ]
    bounds = read_thresholds(thresholds) if thresholds else {}
    bounds = {name: bound for name, bound in bounds.items() if name.split(":")[0] in {one.name for one in sets}}
    run = Run(
        suite="retrieval",
        configuration=configuration(
            "retrieval", sets={one.name: digest([list(question) [:2] for question in one.questions]) for one in sets},
            corpus=sets[0].library.version, encoder=sets[0].library.encoder_name, depth=DEPTH, thresholds=bounds,
        ),
        means=means, cases=cases, differences=differences, gates=gates(means, bounds),
        detail={"skipped": skipped, "worst": worst, "lost": {one.name: list(one.lost) for one in sets}, "questions": {one.name: len(one.questions) for one in sets}},
    )  # fmt: skip
    run.write(folder)
    return run


def _answers(one: SearchSet, progress: Progress) -> Ranked:
    one.library.prepare([question.text for question in one.questions])
    ranked: Ranked = {}
    for at, question in enumerate(one.questions, 1):
        hits = one.library.search(question.text, limit=DEPTH, diversity=None, include_outdated=True)
        ranked[question.id] = {hit.passage.id: len(hits) - place + hit.score for place, hit in enumerate(hits)}
        progress(at, len(one.questions), one.name)
    return ranked


def _peers(one: SearchSet, texts: Mapping[str, str]) -> list[Peer]:
    passages = {
        passage.id: passage.text
        for document in one.library.documents()
        for passage in one.library.passages(document.id)
    }
    return run_peers(passages, texts, DEPTH)


def _measured(one: SearchSet, ranked: Ranked) -> dict[str, dict[str, float]]:
    wanted = {question.id for question in one.questions}
    qrels = {name: dict(grades) for name, grades in one.grades.items() if name in wanted}
    found: dict[str, dict[str, float]] = {name: dict.fromkeys(sorted(wanted), 0.0) for name in _MEASURES}
    names = {str(measure): name for name, measure in _MEASURES.items()}
    for row in ir_measures.iter_calc(list(_MEASURES.values()), qrels, ranked):
        found[names[str(row.measure)]][row.query_id] = float(row.value)
    return found


def _write_trec(path: Path, system: Peer) -> None:
    lines = [
        f"{question} Q0 {passage} {place} {score:.6f} {system.name}"
        for question, hits in (system.ranked or {}).items()
        for place, (passage, score) in enumerate(sorted(hits.items(), key=lambda hit: -hit[1]), 1)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_search_report(run: Run, folder: Path, language: str) -> list[Path]:
    """`report.md` and `report.html`."""
    zh = language == "zh"
    blocks: list[Block] = [
        Heading("检索评测报告" if zh else "Search evaluation", 1),
        Prose(
            "每个问题都有事先判定的答案段落。下列数值表示答案排在前十条中的程度：nDCG@10 看位置，Recall@10 看找全，MRR@10 看第一条正确答案的名次。"
            if zh
            else "Every question has judged passages. nDCG@10 looks at positions, Recall@10 at completeness, MRR@10 at the first right answer."
        ),
    ]
    for name, count in run.detail["questions"].items():
        systems = [key.split(":")[1] for key in run.means if key.startswith(f"{name}:") and key.endswith("ndcg@10")]
        blocks.append(Heading(f"{name} ({count})"))
        blocks += [_chart(run, name, measure, systems) for measure in _MEASURES]
        rows = tuple(
            (row["question"], number(row["ndcg@10"]), ", ".join(row["wanted"])) for row in run.detail["worst"][name]
        )
        if rows:
            blocks.append(
                Table(("答得最差的问题" if zh else "worst answered", "nDCG@10", "应找到" if zh else "wanted"), rows)
            )
    gaps = tuple(
        (key, measure, number(gap.value), interval(gap.low, gap.high))
        for key, found in run.differences.items()
        for measure, gap in found.items()
    )
    if gaps:
        blocks.append(Table(("对比" if zh else "against", "", "聚谋高出" if zh else "jumou above", "95 %"), gaps))
    if run.detail["skipped"]:
        blocks.append(
            Table(("未运行" if zh else "not run", "原因" if zh else "why"), tuple(run.detail["skipped"].items()))
        )
    blocks.append(
        Table(
            ("配置" if zh else "configuration", ""),
            tuple((key, json.dumps(value, ensure_ascii=False)) for key, value in run.configuration.items()),
        )
    )
    written = [folder / "report.md", folder / "report.html"]
    written[0].write_text(markdown(blocks), encoding="utf-8")
    written[1].write_text(page("Search evaluation", blocks, "zh" if zh else "en"), encoding="utf-8")
    return written


def _chart(run: Run, name: str, measure: str, systems: Sequence[str]) -> Chart:
    means = {system: run.means[f"{name}:{system}:{measure}"] for system in systems}
    goal = next((gate.at_least for gate in run.gates if gate.measure == f"{name}:jumou:{measure}"), None)
    bars = tuple(Bar(system, one.value, one.low, one.high, int(system != "jumou")) for system, one in means.items())
    return Chart(f"{name} {measure}", bars, goal)
