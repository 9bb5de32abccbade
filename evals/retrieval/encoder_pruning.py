"""Which channels of the encoder are spared: measured on the texts that ship, written to `retrieval/e5_spared.json`.

Usage: python evals/retrieval/encoder_pruning.py [--share .16] [--heads 7] [--write]

A feed-forward neuron counts by the variance it brings to the sum its layer normalises, and that by what the same share
of variance, taken out of that layer alone, costs the cosine of whole texts. Heads count by what leaving each out costs.
Texts for the counting and for the costs are different ones. Without --write it only prints what it finds. Minutes.
"""

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

import jumou.retrieval.e5_graph
from jumou.corpus.shipped import shipped_documents
from jumou.corpus.split import passages
from jumou.retrieval.derived import passage_text
from jumou.retrieval.e5_graph import Graph, Spared, observed
from jumou.retrieval.e5_tokens import E5Tokens
from jumou.retrieval.e5_weights import E5Weights

TARGET = Path(jumou.retrieval.e5_graph.__file__).with_name("e5_spared.json")
ENGLISH = ("README.md", "CHANGELOG.md", "docs/methods.md", "docs/operate.md", "docs/chat.md")
TRIAL = 0.002
"""The share of a layer's variance taken out to learn what it costs."""
HEADS_OF = 4
"""Heads are looked for in so many layers: further up each is worth more than it takes."""
ROUND = 16
"""Neurons are left in such steps, the width of a register."""

Numbers = NDArray[np.float64]


class Costs:
    """What leaving channels out costs whole texts, against the float graph with all of them."""

    def __init__(self, weights: E5Weights, counting: Sequence[list[int]], costing: Sequence[list[int]]) -> None:
        self._weights = weights
        self._states = [weights.embedded(row) for row in costing]
        self.seen = observed(weights, counting)
        self._whole = self._vectors({})

    def of(self, spared: Spared) -> float:
        """One less the mean cosine."""
        return float(1 - np.mean((self._vectors(spared) * self._whole).sum(axis=1)))

    def _vectors(self, spared: Spared) -> Numbers:
        model = Graph(self._weights, self.seen, spared, plain=True).model()
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        means = np.array([session.run(None, {"states": states})[0][0].mean(axis=0) for states in self._states], float)
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True))


def shares(weights: E5Weights, costs: Costs, layer: str) -> Numbers:
    """By neuron, its part in the variance of the sum that the layer's last normalisation sees."""
    rows = weights.matrix(layer + "fo.w", weights.shape.inner).astype(float)
    moved = (rows - rows.mean(axis=0)) * weights.vector(layer + "oln.w")[:, None]
    return np.asarray(costs.seen.variances[layer + "active"] * (moved**2).sum(axis=0))


def neurons(weights: E5Weights, costs: Costs, share: float) -> dict[str, NDArray[np.int64]]:
    """The `share` of all neurons that cost least, by product."""
    worth: dict[str, Numbers] = {}
    for number in range(weights.shape.layers):
        layer = f"l{number}."
        part = shares(weights, costs, layer)
        part /= part.sum()
        least = np.argsort(part)[: max(1, int((np.cumsum(np.sort(part)) < TRIAL).sum()))]
        slope = costs.of({layer + "fo": np.sort(least)}) / part[least].sum()
        print(f"{layer}fo: {len(least)} neurons are {TRIAL:.1%} of the variance, slope {slope:.3f}", flush=True)
        worth[layer + "fo"] = part * slope
    limit = np.quantile(np.concatenate(list(worth.values())), share)
    return {
        name: np.sort(np.argsort(values)[: int((values <= limit).sum()) // ROUND * ROUND])
        for name, values in worth.items()
    }


def heads(weights: E5Weights, costs: Costs, most: int) -> dict[str, NDArray[np.int64]]:
    """The channels of the `most` heads that cost least, by product."""
    size = weights.shape.hidden // weights.shape.heads
    found = []
    for number in range(HEADS_OF):
        for head in range(weights.shape.heads):
            channels = np.arange(head * size, (head + 1) * size)
            found.append((costs.of({f"l{number}.ao": channels}), f"l{number}.ao", channels))
    spared: dict[str, NDArray[np.int64]] = {}
    for cost, name, channels in sorted(found, key=lambda item: item[0])[:most]:
        print(f"{name}: head {channels[0] // size} costs {cost:.6f}")
        spared[name] = np.sort(np.concatenate([spared.get(name, channels[:0]), channels]))
    return spared


def texts() -> list[str]:
    """Passages and titles that ship, and the English of the documentation."""
    documents = shipped_documents()
    own = [
        "passage: " + passage_text(text.document.title, one.section, one.text)
        for text in documents
        for one in passages(text.document.id, text.text)
    ]
    paragraphs = [part for name in ENGLISH for part in Path(name).read_text("utf-8").split("\n\n")]
    english = ["passage: " + part[:900] for part in paragraphs if len(part) > 150 and part.isascii()]
    draw = random.Random(11)  # noqa: S311 - a sample
    chosen = [draw.sample(own, 200), draw.sample(english, min(60, len(english)))]
    chosen.append(draw.sample(["query: " + text.document.title for text in documents], 60))
    mixed = [text for part in chosen for text in part]
    draw.shuffle(mixed)
    return mixed


def main() -> int:
    """Measures, prints, writes."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--share", type=float, default=0.16)
    arguments.add_argument("--heads", type=int, default=7)
    arguments.add_argument("--write", action="store_true")
    given = arguments.parse_args()
    weights = E5Weights()
    with tempfile.TemporaryDirectory() as folder:
        tokens = E5Tokens(weights, Path(folder))
        rows = [tokens.ids(text)[: weights.shape.positions - 2] for text in texts()]
    costs = Costs(weights, rows[60:], rows[:60])
    spared = {**neurons(weights, costs, given.share), **heads(weights, costs, given.heads)}
    print(f"all together cost {costs.of(spared):.5f}: { ({name: len(channels) for name, channels in spared.items()}) }")
    if given.write:
        lines = (f'"{name}": {json.dumps(spared[name].tolist(), separators=(",", ":"))}' for name in sorted(spared))
        TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
