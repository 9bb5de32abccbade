"""Fits the alignment's weights to the hand-labelled pairs; agreement is reported on plans left out of the fit, one at a time.

Two rounds of labels: pairs of an earlier drafter's projects (`project_pairs.jsonl`), and for a later one every draft that is
related to an expert's project, in two readings that did not see each other (`second_round.jsonl`). Agreement is reported over the
expert's projects (the alignment's verdict on each, which is what recall is made of), over the drafts shown beside them, and
over the labelled pairs. Weights and cuts come from the other plans.

Usage: python evals/plans/calibrate.py [--home DIR] [--write] [--errors]
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from jumou.evaluation.agreement import agreement
from jumou.evaluation.alignment import ProjectMatch, assign
from jumou.evaluation.gold import Relevance
from jumou.evaluation.likeness import Item, Judgement, Likeness, Rarity
from jumou.evaluation.plans import Remembered
from jumou.retrieval import load_encoder

HERE: Final = Path(__file__).parent
LABELS: Final = HERE / "labels"
ORDER: Final[dict[Relevance, int]] = {"no": 0, "part": 1, "match": 2}
GRADES: Final[tuple[Relevance, ...]] = ("no", "part", "match")
CREDIT: Final = {"match": 1.0, "part": 0.5, "no": 0.0}
RIDGE: Final = 0.6

Round = Literal["first", "second"]


class Case:
    """One plan: the expert's projects, those drafted for it, a grade for every pair that was labelled, and the best of each."""

    def __init__(
        self,
        name: str,
        told: Round,
        expert: Sequence[Item],
        drafted: Sequence[Item],
        context: Sequence[str],
        best: Sequence[Relevance],
    ) -> None:
        """`context` are the words all projects of the case share; no pair is labelled yet."""
        self.name, self.round, self.expert, self.drafted, self.best = name, told, expert, drafted, best
        self.context = context
        self.grades = np.full((len(expert), len(drafted)), np.nan)
        self.features: NDArray[np.float64] = np.zeros(0)

    def read(self, encoder: Remembered, rarity: Rarity) -> None:
        """Reads the features of all pairs."""
        found = Likeness(self.expert, self.drafted, context=self.context, meaning=encoder, rarity=rarity)
        self.features = found.features

    def labelled(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Features and grades of the labelled pairs; a grade between two is what two readings that differ make of it."""
        known = ~np.isnan(self.grades)
        return self.features[known], self.grades[known]

    def aligned(self, judgement: Judgement) -> list[ProjectMatch]:
        """The alignment's rows, by the expert's project."""
        return assign(self.expert, self.drafted, self.features, judgement=judgement)


def rows(name: str) -> dict[str, list[dict[str, Any]]]:
    """A file of labels or drafts, by case."""
    found = defaultdict(list)
    for line in (LABELS / name).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found[row["case"]].append(row)
    return dict(sorted(found.items()))


def _item(key: str, row: Mapping[str, Any]) -> Item:
    return Item(key, row["name"], row["purpose"] or "", row["type"])


def _draft(row: Mapping[str, Any]) -> Item:
    return Item(row["id"], row["name"], " ".join(row["content"]), row["type"], row["objective"])


def first_round() -> list[Case]:
    """Pairs of one earlier draft a plan, chosen among the likeliest; the others are not labelled."""
    cases, drafts = [], rows("drafts.jsonl")
    for name, told in rows("project_pairs.jsonl").items():
        gold = {row["gold_id"]: row["gold"] for row in told}
        best: dict[str, Relevance] = dict.fromkeys(gold, "no")
        for row in told:
            best[row["gold_id"]] = max(best[row["gold_id"]], row["label"], key=ORDER.__getitem__)
        expert, drafted = [_item(key, row) for key, row in gold.items()], [_draft(row) for row in drafts[name]]
        case = Case(name, "first", expert, drafted, told[0]["context"], list(best.values()))
        places, names = list(gold), [one.name for one in drafted]
        for row in told:
            case.grades[places.index(row["gold_id"]), names.index(row["draft"]["name"])] = ORDER[row["label"]]
        cases.append(case)
    return cases


def second_round() -> list[Case]:
    """One later draft a plan: what two readings called related, and all the rest, which is not."""
    cases, drafts = [], rows("second_drafts.jsonl")
    for name, told in rows("second_round.jsonl").items():
        drafted = [_draft(row) for row in drafts[name]]
        expert = [_item(row["gold_id"], row["gold"]) for row in told]
        case = Case(name, "second", expert, drafted, told[0]["context"], [row["label"] for row in told])
        for at, row in enumerate(told):
            for to, one in enumerate(drafted):
                case.grades[at, to] = sum(ORDER[row[who].get(one.id, "no")] for who in ("first", "second")) / 2
        cases.append(case)
    return cases


def fit(features: NDArray[np.float64], positive: NDArray[np.bool_]) -> tuple[float, ...]:
    """Logistic regression with a ridge on all but the constant."""
    ones = np.hstack([features, np.ones((len(features), 1))])

    def loss(theta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        latent = ones @ theta
        ridge = RIDGE * theta * np.append(np.ones(len(theta) - 1), 0)
        value = float(np.logaddexp(0, latent).sum() - latent[positive].sum() + ridge @ theta / 2)
        return value, ones.T @ (1 / (1 + np.exp(-latent)) - positive) + ridge

    return tuple(float(value) for value in np.round(minimize(loss, np.zeros(ones.shape[1]), jac=True).x, 4))


def fitted(cases: Sequence[Case], rarity: Rarity) -> Judgement:
    """Weights from the pairs of these cases; cuts where the alignment calls as many projects covered, fully and at all, as people do.

    Cuts of the highest F1 move with every plan that is left out, these do not.
    """
    pairs = [case.labelled() for case in cases]
    features, grades = np.concatenate([one for one, _ in pairs]), np.concatenate([other for _, other in pairs])
    match, related = fit(features, grades >= 1.5), fit(features, grades >= 0.75)
    wanted = np.array([ORDER[label] for case in cases for label in case.best])
    best: tuple[float, Judgement] | None = None
    for match_at in np.arange(0.2, 0.5, 0.02):
        for part_at in np.arange(0.2, 0.5, 0.02):
            tried = Judgement(match, related, round(float(match_at), 3), round(float(part_at), 3), rarity)
            said = np.array([ORDER[row.label] for case in cases for row in case.aligned(tried)])
            worth = -sum(abs(float((said >= grade).mean() - (wanted >= grade).mean())) for grade in (1, 2))
            if best is None or worth > best[0]:
                best = worth, tried
    if best is None:
        raise ValueError("no labelled case")
    return best[1]


def agreed(cases: Sequence[Case], judged: Mapping[str, Judgement]) -> dict[str, Any]:
    """How far the alignment agrees with people on these cases, each judged by the judgement under its name."""
    wanted: list[Relevance] = []
    said: list[Relevance] = []
    pairs: list[tuple[Relevance, Relevance]] = []
    shown = right = findable = 0
    for case in cases:
        aligned = case.aligned(judged[case.name])
        wanted += case.best
        said += [row.label for row in aligned]
        features, grades = case.labelled()
        chances = judged[case.name].probabilities(features).tolist()
        pairs += [
            (GRADES[int(grade + 0.5)], judged[case.name].label(*chance))
            for grade, chance in zip(grades, chances, strict=True)
        ]
        ids = [one.id for one in case.drafted]
        for at, row in enumerate(aligned):
            findable += bool((case.grades[at] >= 0.5).any())
            shown += row.draft_id is not None
            right += row.draft_id is not None and bool(case.grades[at, ids.index(row.draft_id)] >= 0.5)
    found = {
        "projects": agreement(wanted, said).model_dump(),
        "recall": {
            name: round(sum(CREDIT[one] for one in got) / len(got), 3)
            for name, got in (("person", wanted), ("alignment", said))
        },
        "pairs": agreement([one for one, _ in pairs], [other for _, other in pairs]).model_dump(),
    }
    if all(case.round == "second" for case in cases):  # only there every draft was looked at
        found["draft_shown"] = {
            "shown": shown, "related": right, "findable": findable, "f1": round(2 * right / (shown + findable), 3),
        }  # fmt: skip
    return found


def between_readings() -> dict[str, Any]:
    """How far the two readings of the second round agree, before they were made one."""
    told = [row for found in rows("second_round.jsonl").values() for row in found]
    each = [tuple(row["labels_of_each"]) for row in told]
    ids = [
        (row["first"].get(name, "no"), row["second"].get(name, "no"))
        for row in told
        for name in {*row["first"], *row["second"]}
    ]
    return {
        "projects": agreement([one for one, _ in each], [other for _, other in each]).model_dump(),
        "drafts_called_related_by_either": agreement([one for one, _ in ids], [other for _, other in ids]).model_dump(),
    }


def main() -> None:
    """Cross-validates, fits on all, and with --write keeps weights, terms and agreement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=Path(".jumou"))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--errors", action="store_true")
    given = parser.parse_args()
    encoder, cases = Remembered(load_encoder(home=given.home)), [*first_round(), *second_round()]
    rarity = Rarity.of([one.text for case in cases for one in case.drafted])
    for case in cases:
        case.read(encoder, rarity)
    left_out = {
        name: fitted([case for case in cases if case.name != name], rarity) for name in {case.name for case in cases}
    }
    found: dict[str, Any] = {
        told: agreed([case for case in cases if case.round == told], left_out) for told in ("first", "second")
    }
    found["readings"] = between_readings()
    judgement = fitted(cases, rarity)
    print(json.dumps(found, indent=1))
    print(json.dumps(judgement.as_dict()))
    if given.errors:
        for case in cases:
            for wanted, one, row in zip(case.expert, case.best, case.aligned(left_out[case.name]), strict=True):
                if one != row.label:
                    print(
                        f"{case.name[:14]} {wanted.name[:30]}: person {one}, alignment {row.label} ({row.draft_name})"
                    )
    if given.write:
        terms = {"texts": rarity.texts, "terms": rarity.known}
        for path, content in (
            (HERE / "alignment.json", json.dumps(judgement.as_dict(), indent=1)),
            (HERE / "terms.json", json.dumps(terms, ensure_ascii=False, separators=(",", ":"))),
            (LABELS / "agreement.json", json.dumps(found, indent=1)),
        ):
            path.write_text(content + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
