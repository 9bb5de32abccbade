"""Which drafted projects cover which of the expert's: an assignment, with split and merged projects allowed for.

Method: expected credit of every pair (1 for a match, .5 for a part, by the calibrated judgement) is maximised by a
linear assignment (Kuhn 1955) in which a draft may cover up to three of the expert's projects, each further one at a small
cost, so that no draft answers for everything. An expert's project that names several things (三大集群) is split: it is
matched when as many drafts, at least two, cover it in part.
"""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from scipy.optimize import linear_sum_assignment

from jumou.errors import InvalidRequest
from jumou.evaluation.gold import Relevance
from jumou.evaluation.likeness import Item, Judgement, Likeness, Meaning

_MERGED: Final = 3
"""How many of the expert's projects one draft may stand for."""

_AGAIN: Final = 0.05
"""What it costs to take a draft once more."""

_SEVERAL: Final = re.compile(r"([一二两三四五六七八九十]|\d+)(?=[大个类支])")
_DIGITS: Final = {word: value for value, word in enumerate("一二三四五六七八九十", 1)} | {"两": 2}

Corrections = Mapping[str, Mapping[str, Mapping[str, Relevance]]]
"""Case → expert's project id → drafted project's name → what a person decided."""


class ProjectMatch(BaseModel):
    """One row of the match table: an expert's project, the draft that covers it best, and how far."""

    model_config = ConfigDict(frozen=True)

    gold_id: str
    gold_name: str
    gold_type: str | None = None
    note: bool = False
    draft_id: str | None = None
    draft_name: str | None = None
    draft_type: str | None = None
    label: Relevance = "no"
    score: float = 0.0
    by: Literal["alignment", "person"] = "alignment"
    how: Literal["one", "merged", "split", "none"] = "none"
    others: tuple[str, ...] = ()

    @property
    def credit(self) -> float:
        """1 for a match, .5 for a part."""
        return {"match": 1.0, "part": 0.5, "no": 0.0}[self.label]


def align(
    expert: Sequence[Item],
    drafted: Sequence[Item],
    *,
    context: Sequence[str],
    meaning: Meaning,
    judgement: Judgement,
    noted: Iterable[str] = (),
    corrections: Mapping[str, Mapping[str, Relevance]] | None = None,
) -> list[ProjectMatch]:
    """One row for every project of the expert's, in the expert's order."""
    features = Likeness(expert, drafted, context=context, meaning=meaning, rarity=judgement.rarity).features
    return assign(expert, drafted, features, judgement=judgement, noted=noted, corrections=corrections)


def assign(
    expert: Sequence[Item],
    drafted: Sequence[Item],
    features: NDArray[np.float64],
    *,
    judgement: Judgement,
    noted: Iterable[str] = (),
    corrections: Mapping[str, Mapping[str, Relevance]] | None = None,
) -> list[ProjectMatch]:
    """As `align`, from the features of all pairs (expert × drafted × features)."""
    notes, decided = set(noted), corrections or {}
    if not expert:
        return []
    chances = judgement.probabilities(features)
    labels: list[list[Relevance]] = [[judgement.label(*pair) for pair in row] for row in chances.tolist()]
    credit = chances.mean(axis=2) if drafted else np.zeros((len(expert), 0))
    for at, wanted in enumerate(expert):
        for to, given in enumerate(drafted):
            verdict = decided.get(wanted.id, {}).get(given.name)
            if verdict is not None:
                labels[at][to] = verdict
                credit[at, to] = {"match": 2.0, "part": 1.0, "no": -1.0}[verdict]
    places = _assigned(credit)
    taken = Counter(to for at, to in enumerate(places) if to is not None and labels[at][to] != "no")
    return [
        _row(wanted, drafted, labels[at], credit[at], places[at], taken, decided.get(wanted.id, {}), wanted.id in notes)
        for at, wanted in enumerate(expert)
    ]


def _assigned(credit: NDArray[np.float64]) -> list[int | None]:
    """The draft of each of the expert's projects; None where there are too few."""
    wide = np.hstack([credit - _AGAIN * time for time in range(_MERGED)])
    rows, columns = linear_sum_assignment(wide, maximize=True)
    found = dict(zip(rows.tolist(), columns.tolist(), strict=True))
    return [found[at] % credit.shape[1] if at in found else None for at in range(len(credit))]


def _row(
    wanted: Item, drafted: Sequence[Item], labels: Sequence[Relevance], credit: NDArray[np.float64], place: int | None,
    taken: Counter[int], decided: Mapping[str, Relevance], noted: bool,
) -> ProjectMatch:  # fmt: skip
    row = ProjectMatch(gold_id=wanted.id, gold_name=wanted.name, gold_type=wanted.type, note=noted)
    if place is None or labels[place] == "no":
        return row.model_copy(update={"score": round(float(credit.max()), 3) if drafted else 0.0})
    how = "merged" if taken[place] > 1 else "one"
    label: Relevance = labels[place]
    related = [drafted[to].id for to in range(len(drafted)) if to != place and labels[to] != "no"]
    if label == "part" and drafted[place].name not in decided and _several(wanted.name) <= len(related) + 1:
        label, how = "match", "split"
    given = drafted[place]
    return row.model_copy(
        update={
            "draft_id": given.id, "draft_name": given.name, "draft_type": given.type, "label": label, "how": how,
            "score": round(float(credit[place]), 3), "by": "person" if given.name in decided else "alignment",
            "others": tuple(related[:3]),
        }
    )  # fmt: skip


def _several(name: str) -> int:
    """How many things a name says it is about; a number no draft reaches when it says none."""
    found = [_DIGITS.get(text) or (int(text) if text.isdigit() else 0) for text in _SEVERAL.findall(name)]
    counts = [count for count in found if 2 <= count <= 9]
    return min(counts) if counts else 1_000


HEADINGS: Final = (
    "case", "gold_id", "gold_type", "gold_name", "note", "label", "draft_id", "draft_type", "draft_name", "score", "how", "by",
    "corrected", "corrected_draft",
)  # fmt: skip


def write_table(path: Path, tables: Mapping[str, Sequence[ProjectMatch]]) -> None:
    """The match table of a run for a person to correct: fill `corrected` (match, part, no) where it is wrong.

    `corrected_draft` names another drafted project when the right one is not the one shown. Written with a byte order
    mark, so that spreadsheet programs read Chinese.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for case, rows in tables.items():
            for row in rows:
                writer.writerow(
                    [
                        case, row.gold_id, row.gold_type or "", row.gold_name, "note" if row.note else "", row.label,
                        row.draft_id or "", row.draft_type or "", row.draft_name or "", row.score, row.how, row.by, "", "",
                    ]
                )  # fmt: skip


def read_table(path: Path) -> dict[str, dict[str, dict[str, Relevance]]]:
    """What a person wrote into a match table.

    Raises:
        InvalidRequest: the file is no match table, or a word in `corrected` is none of match, part, no.
    """
    found: dict[str, dict[str, dict[str, Relevance]]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if not {"case", "gold_id", "draft_name", "corrected"} <= set(reader.fieldnames or ()):
            raise InvalidRequest(
                f"{path.name} 不是对齐表。", f"{path.name} is no match table.",
                mend_zh="请使用运行目录中的 matches.csv。", mend_en="Use matches.csv from a run's folder.",
            )  # fmt: skip
        for number, row in enumerate(reader, 2):
            word = (row.get("corrected") or "").strip().lower()
            if not word:
                continue
            label = _WORDS.get(word)
            name = (row.get("corrected_draft") or "").strip() or row["draft_name"]
            if label is None or not name:
                raise InvalidRequest(
                    f"{path.name} 第 {number} 行 corrected 为“{word}”。", f"{path.name} row {number}: corrected is “{word}”.",
                    mend_zh="只能填 match、part、no(或 是、部分、否)，并且要有对应的起草项目。",
                    mend_en="It must be match, part or no, and a drafted project must be named.",
                )  # fmt: skip
            found.setdefault(row["case"], {}).setdefault(row["gold_id"], {})[name] = label
    return found


_WORDS: Final[dict[str, Relevance]] = {
    "match": "match", "part": "part", "no": "no", "是": "match", "部分": "part", "否": "no", "匹配": "match", "不匹配": "no",
}  # fmt: skip


def remembered(path: Path) -> dict[str, dict[str, dict[str, Relevance]]]:
    """The corrections kept in a file; none when there is no file."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def remember(path: Path, new: Corrections) -> dict[str, dict[str, dict[str, Relevance]]]:
    """Adds corrections to the file they are kept in and returns all of them; the newer one counts."""
    known = remembered(path)
    for case, items in new.items():
        for gold_id, names in items.items():
            known.setdefault(case, {}).setdefault(gold_id, {}).update(names)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(known, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return known
