"""Fits the alignment's weights to the hand-labelled pairs; agreement is reported on plans left out of the fit, one at a time.

Two agreements are reported: over the labelled pairs, and over the expert's projects (the alignment's verdict on each,
against the best label a person gave to any draft for it), which is what recall is made of. Cuts are chosen on the
second, on the calibration half only.

Usage: python evals/plans/calibrate.py [--home DIR] [--write] [--errors]
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.optimize import minimize

from jumou.evaluation.agreement import agreement
from jumou.evaluation.alignment import assign
from jumou.evaluation.gold import Relevance
from jumou.evaluation.likeness import Item, Judgement, Likeness
from jumou.evaluation.plans import Remembered
from jumou.retrieval import load_encoder

HERE: Final = Path(__file__).parent
ORDER: Final[dict[Relevance, int]] = {"no": 0, "part": 1, "match": 2}
RIDGE: Final = 0.6


class Case:
    """One plan's labelled pairs, with all the projects that were drafted for it."""

    def __init__(
        self, name: str, rows: Sequence[dict[str, Any]], drafted: Sequence[dict[str, Any]], encoder: Remembered
    ) -> None:
        """`rows` are labels, `drafted` the draft they were made on."""
        self.name, self.rows, self.half = name, rows, rows[0]["half"]
        wanted = {row["gold_id"]: row["gold"] for row in rows}
        self.expert = [Item(key, one["name"], one["purpose"] or "", one["type"]) for key, one in wanted.items()]
        self.drafted = [
            Item(one["id"], one["name"], " ".join(one["content"]), one["type"], one["objective"]) for one in drafted
        ]
        self.audited: list[tuple[np.ndarray, Relevance]] = []
        self.features = Likeness(self.expert, self.drafted, context=rows[0]["context"], meaning=encoder).features

    def pairs(self) -> Iterator[tuple[np.ndarray, Relevance, dict[str, Any]]]:
        """Features and label of every labelled pair."""
        left, right = [one.id for one in self.expert], [one.name for one in self.drafted]
        for row in self.rows:
            yield self.features[left.index(row["gold_id"]), right.index(row["draft"]["name"])], row["label"], row

    def best(self) -> list[Relevance]:
        """The best label a person gave to any draft, by the expert's project."""
        found: dict[str, Relevance] = {}
        for row in self.rows:
            if ORDER[row["label"]] >= ORDER[found.get(row["gold_id"], "no")]:
                found[row["gold_id"]] = row["label"]
        return [found[one.id] for one in self.expert]

    def said(self, judgement: Judgement) -> list[Relevance]:
        """The alignment's verdicts, by the expert's project."""
        rows = assign(self.expert, self.drafted, self.features, judgement=judgement)
        return [row.label for row in rows]


def audited(rows: Sequence[dict[str, Any]], encoder: Remembered) -> Iterator[tuple[np.ndarray, Relevance]]:
    """Features and label of pairs a later draft's alignment called a match: an audit, used for fitting only."""
    for row in rows:
        wanted, given = row["gold"], row["draft"]
        one = Item("g", wanted["name"], wanted["purpose"] or "", wanted["type"])
        other = Item("d", given["name"], " ".join(given["content"]), given["type"], given["objective"])
        yield Likeness([one], [other], context=row["context"], meaning=encoder).features[0, 0], row["label"]


def read_cases(encoder: Remembered) -> list[Case]:
    """All labelled cases, by name."""
    labels, drafts = defaultdict(list), defaultdict(list)
    for name, into in (("project_pairs.jsonl", labels), ("drafts.jsonl", drafts)):
        for line in (HERE / "labels" / name).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            into[row["case"]].append(row)
    later = defaultdict(list)
    for line in (HERE / "labels" / "audit_pairs.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        later[row["case"]].append(row)
    cases = [Case(name, rows, drafts[name], encoder) for name, rows in sorted(labels.items())]
    for case in cases:
        case.audited = list(audited(later[case.name], encoder))
    return cases


def fit(features: np.ndarray, positive: np.ndarray) -> tuple[float, ...]:
    """Logistic regression with a ridge on all but the constant."""
    ones = np.hstack([features, np.ones((len(features), 1))])

    def loss(theta: np.ndarray) -> float:
        latent = ones @ theta
        return float(np.logaddexp(0, latent).sum() - latent[positive].sum() + RIDGE * (theta[:-1] ** 2).sum() / 2)

    return tuple(float(value) for value in np.round(minimize(loss, np.zeros(ones.shape[1])).x, 4))


def fitted(cases: Sequence[Case]) -> Judgement:
    """Weights from the pairs of these cases, cuts from their projects: best F1, then least bias of recall."""
    rows = [(row, label) for case in cases for row, label, _ in case.pairs()]
    rows += [pair for case in cases for pair in case.audited]
    features = np.array([row[0] for row in rows])
    grades = np.array([ORDER[row[1]] for row in rows])
    match, related = fit(features, grades == 2), fit(features, grades >= 1)
    wanted = np.array([ORDER[label] for case in cases for label in case.best()])
    best: tuple[float, Judgement] | None = None
    for match_at in np.arange(0.25, 0.6, 0.05):
        for part_at in np.arange(0.45, 0.8, 0.1):
            tried = Judgement(match, related, round(float(match_at), 3), round(float(part_at), 3))
            said = np.array([ORDER[label] for case in cases for label in case.said(tried)])
            bias = abs(said.mean() - wanted.mean())
            worth = f1(said == 2, wanted == 2) + f1(said >= 1, wanted >= 1) - bias
            if best is None or worth > best[0]:
                best = worth, tried
    if best is None:
        raise ValueError("no labelled case")
    return best[1]


def f1(said: np.ndarray, wanted: np.ndarray) -> float:
    """F1 of two masks."""
    return float(2 * (said & wanted).sum() / max(1, said.sum() + wanted.sum()))


def cross_validated(cases: Sequence[Case]) -> dict[str, Any]:
    """Agreement on pairs and on projects: each plan judged by weights and cuts fitted on all the others."""
    pairs: list[tuple[Relevance, Relevance]] = []
    wanted: list[Relevance] = []
    said: list[Relevance] = []
    confirmed: list[bool] = []
    for case in cases:
        judgement = fitted([other for other in cases if other is not case])
        pairs += [(label, judgement.label(*judgement.probabilities(row).tolist())) for row, label, _ in case.pairs()]
        wanted += case.best()
        said += case.said(judgement)
        confirmed += [
            label == "match"
            for row, label in case.audited
            if judgement.label(*judgement.probabilities(row).tolist()) == "match"
        ]
    credit = {"match": 1.0, "part": 0.5, "no": 0.0}
    return {
        "pairs": agreement([one for one, _ in pairs], [other for _, other in pairs]).model_dump(),
        "projects": agreement(wanted, said).model_dump(),
        "audit": {"called_match": len(confirmed), "confirmed": round(sum(confirmed) / max(1, len(confirmed)), 3)},
        "recall": {
            name: round(sum(credit[one] for one in got) / len(got), 3)
            for name, got in (("person", wanted), ("alignment", said))
        },
    }


def main() -> None:
    """Cross-validates, fits on all, and with --write keeps weights and agreement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=Path(".jumou"))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--errors", action="store_true")
    given = parser.parse_args()
    cases = read_cases(Remembered(load_encoder(home=given.home)))
    found, judgement = cross_validated(cases), fitted(cases)
    print(json.dumps(found, indent=1))
    print(json.dumps(judgement.as_dict()))
    if given.errors:
        for case in cases:
            for wanted, one, said in zip(case.expert, case.best(), case.said(judgement), strict=True):
                if one != said:
                    print(f"{case.name[:14]} {wanted.name[:30]}: person {one}, alignment {said}")
    if given.write:
        (HERE / "alignment.json").write_text(json.dumps(judgement.as_dict(), indent=1) + "\n", encoding="utf-8")
        (HERE / "labels" / "agreement.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
