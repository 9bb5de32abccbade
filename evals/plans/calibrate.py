"""Fits the alignment's weights to one half of the hand-labelled pairs and reports agreement on the other half.

Usage: python evals/plans/calibrate.py [--home DIR] [--write]
"""

import argparse
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from jumou.evaluation.agreement import agreement
from jumou.evaluation.likeness import FEATURES, Item, Judgement, Likeness
from jumou.retrieval import load_encoder

HERE = Path(__file__).parent
ORDER = {"no": 0, "part": 1, "match": 2}


def pairs(encoder):
    """Features, label and half of every pair."""
    by_case = defaultdict(list)
    for line in (HERE / "labels" / "project_pairs.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        by_case[row["case"]].append(row)
    for rows in by_case.values():
        wanted = {row["gold_id"]: Item(row["gold_id"], row["gold"]["name"], row["gold"]["purpose"] or "", row["gold"]["type"]) for row in rows}
        given = {row["draft"]["name"]: Item(row["draft"]["name"], row["draft"]["name"], " ".join(row["draft"]["content"]), row["draft"]["type"], row["draft"]["objective"]) for row in rows}
        like = Likeness(list(wanted.values()), list(given.values()), context=rows[0]["context"], meaning=encoder)
        left, right = list(wanted), list(given)
        for row in rows:
            yield like.features[left.index(row["gold_id"]), right.index(row["draft"]["name"])], ORDER[row["label"]], row["half"], row


def fit(features, positive, ridge=0.6):
    """Logistic regression with a ridge on all but the constant."""
    ones = np.hstack([features, np.ones((len(features), 1))])

    def loss(theta):
        latent = ones @ theta
        return np.logaddexp(0, latent).sum() - latent[positive].sum() + ridge * (theta[:-1] ** 2).sum() / 2

    return tuple(float(value) for value in np.round(minimize(loss, np.zeros(ones.shape[1])).x, 4))


def best_cut(scores, positive):
    """The cut with the best F1 on these pairs."""
    cuts = np.unique(scores)
    def f1(cut):
        said = scores >= cut
        return 2 * (said & positive).sum() / max(1, said.sum() + positive.sum())
    values = np.array([f1(cut) for cut in cuts])
    good = cuts[values >= values.max() - 0.004]
    return float(np.median(good))


def main() -> None:
    """Fits, reports, and with --write keeps the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=Path(".jumou"))
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    rows = list(pairs(load_encoder(home=given.home)))
    features = np.array([row[0] for row in rows])
    labels = np.array([row[1] for row in rows])
    held = np.array([row[2] == "held_out" for row in rows])
    match, related = fit(features[~held], labels[~held] == 2), fit(features[~held], labels[~held] >= 1)
    judged = Judgement(match, related, 0.5, 0.5).probabilities(features)
    judgement = Judgement(
        match, related,
        round(best_cut(judged[~held, 0], labels[~held] == 2), 3), round(best_cut(judged[~held, 1], labels[~held] >= 1), 3),
    )  # fmt: skip
    said_all = [judgement.label(*pair) for pair in judged.tolist()]
    names = ["no", "part", "match"]
    for name, mask in (("calibrate", ~held), ("held_out", held)):
        report = agreement([names[label] for label in labels[mask]], [said for said, here in zip(said_all, mask, strict=True) if here])
        print(name, report)
    print(json.dumps(judgement.as_dict(), indent=1))
    for row, said, pair in zip(rows, said_all, judged.tolist(), strict=True):
        if said != row[3]["label"] and "match" in (said, row[3]["label"]):
            print(f"  {row[2]:9} {row[3]['label']:5} said {said:5} {pair[0]:.2f} {row[3]['gold']['name'][:24]} <> {row[3]['draft']['name'][:34]}")
    if given.write:
        (HERE / "alignment.json").write_text(json.dumps(judgement.as_dict(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
