"""What the encoder's layers do without: measured on texts of this repository, written to `retrieval/e5_trims.npz`.

Usage: python evals/retrieval/encoder_pruning.py [--share .26] [--ranks 64] [--write]

Feed-forward neurons leave in the order of what the sum behind them loses when the rest makes up for them as well as it
can (optimal brain surgeon on whole neurons, Hassibi & Stork 1993; Kurtic et al. 2023). Queries and keys of a head are
turned into the directions in which their products are largest. What each step costs the cosine of whole texts is
measured layer by layer; the steps that cost least for the work they save are taken until `--share` of the work of the
feed-forward products is saved. Texts for the moments and for the costs are different ones. Without --write it only
prints what it finds. Ten minutes.
"""

import argparse
import random
import sys
import tempfile
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper

from jumou.corpus.shipped import shipped_documents
from jumou.corpus.split import passages
from jumou.retrieval.derived import passage_text
from jumou.retrieval.e5_graph import Graph
from jumou.retrieval.e5_tokens import E5Tokens
from jumou.retrieval.e5_trims import Trim, Turned, write_trims
from jumou.retrieval.e5_weights import E5Weights, Floats

ENGLISH = ("*.md", "docs/*.md", "docs/decisions/*.md", "prompts/*/*.en.md")
COSTING = 100
"""So many texts tell what a step costs; all others give the moments."""
STEPS = (128, 256, 384, 512, 768, 1024, 1184, 1280)
"""Numbers of neurons left out whose cost is measured."""
TOO_DEAR = 0.0006
"""No layer is trimmed further than this costs by itself, in cosine."""
DIRECTIONS = (24, 16)
TURN_SAVES = 144
"""Eight directions less for queries and keys save as much time as so many neurons less (0.095 and 0.165 of 256, in
milliseconds of 22 a passage on the EPYC of docs/capacity.md)."""
ROUND = 16
"""Neurons leave by so many, the width of a register."""
RIDGE = 0.01

Numbers = NDArray[np.float64]


class Moments(NamedTuple):
    """Mean and covariance of channels; each text counts the same."""

    mean: Numbers
    covariance: Numbers

    @property
    def steady(self) -> Numbers:
        """The covariance with a little more on its diagonal, so that it can be inverted."""
        size = len(self.mean)
        return np.asarray(self.covariance + RIDGE * np.trace(self.covariance) / size * np.eye(size))


class Step(NamedTuple):
    """One more trim of a layer: the work it saves in neurons, how far it goes, and what it costs in cosine."""

    layer: int
    saves: int
    neurons: int = 0
    directions: int = 0
    cost: float = 0.0


def session(graph: Graph, outputs: Sequence[str] = ()) -> onnxruntime.InferenceSession:
    """Runs a graph; with `outputs`, for those alone."""
    model = graph.model()
    if outputs:
        del model.graph.output[:]
        model.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def moments(weights: E5Weights, rows: Sequence[list[int]]) -> dict[str, Moments]:
    """Of what feed-forward neurons, queries and keys are like over some texts, by their names in the graph."""
    names = [f"l{layer}.{part}" for layer in range(weights.shape.layers) for part in ("active", "q", "k")]
    run = session(Graph(weights), names)
    sums: dict[str, Floats] = {}
    products: dict[str, Floats] = {}
    for row in rows:
        for name, values in zip(names, run.run(names, {"states": weights.embedded(row)}), strict=True):
            one = values[0]
            sums[name] = sums.get(name, 0) + one.mean(axis=0)
            products[name] = products.get(name, 0) + (one.T @ one) / len(one)
    found = {}
    for name in names:
        mean = sums[name].astype(float) / len(rows)
        found[name] = Moments(mean, products[name].astype(float) / len(rows) - np.outer(mean, mean))
    return found


class Costs:
    """What trims cost whole texts, against the float graph without them."""

    def __init__(self, weights: E5Weights, rows: Sequence[list[int]]) -> None:
        self._weights = weights
        self._states = [weights.embedded(row) for row in rows]
        self._whole = self._vectors(())

    def of(self, trims: Sequence[Trim]) -> Numbers:
        """One less the cosine, by text."""
        return np.asarray(1 - (self._vectors(trims) * self._whole).sum(axis=1))

    def of_one(self, layer: int, trim: Trim) -> float:
        """The mean cost of one layer's."""
        trims = [untrimmed(self._weights) for _ in range(self._weights.shape.layers)]
        trims[layer] = trim
        return float(self.of(trims).mean())

    def _vectors(self, trims: Sequence[Trim]) -> Numbers:
        run = session(Graph(self._weights, trims))
        means = np.array([run.run(None, {"states": states})[0][0].mean(axis=0) for states in self._states], float)
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True))


def untrimmed(weights: E5Weights) -> Trim:
    """Leaves a layer as it is."""
    shape = weights.shape
    return Trim(
        np.arange(shape.inner), np.zeros((shape.hidden, shape.inner), np.float32), np.zeros(shape.hidden, np.float32)
    )


class Neurons:
    """The feed-forward neurons of one layer, in the order in which they can be spared."""

    def __init__(self, weights: E5Weights, layer: int, seen: Moments) -> None:
        self._rows = weights.matrix(f"l{layer}.fo.w", weights.shape.inner).astype(float)
        self._weighed = weights.vector(f"l{layer}.oln.w").astype(float)[:, None]
        """What the normalisation behind makes of each channel."""
        self._seen = seen
        self._order = self._spared_first(STEPS[-1])

    def _spared_first(self, most: int) -> NDArray[np.int64]:
        inverse = np.linalg.inv(self._seen.steady)
        moved = (self._rows - self._rows.mean(axis=0)) * self._weighed
        left = np.ones(len(inverse), bool)
        order: list[int] = []
        while len(order) < most:
            there = np.flatnonzero(left)
            loss = np.square(moved[:, there]).sum(axis=0) / np.diag(inverse)[there]
            least = there[np.argsort(loss, kind="stable")[:ROUND]]
            gain = np.linalg.solve(inverse[np.ix_(least, least)], inverse[least])
            moved -= moved[:, least] @ gain
            inverse -= inverse[:, least] @ gain
            left[least] = False
            order += least.tolist()
        return np.array(order)

    def without(self, count: int, ranks: int, turned: Turned | None = None) -> Trim:
        """The layer without the first `count`; the others make up for them by a correction of so many ranks."""
        spared = np.sort(self._order[:count])
        kept = np.setdiff1d(np.arange(len(self._seen.mean)), spared)
        covariance, mean = self._seen.steady, self._seen.mean
        among = covariance[np.ix_(kept, kept)]
        foretold = np.linalg.solve(among, self._seen.covariance[np.ix_(kept, spared)]).T
        values, turn = np.linalg.eigh(among)
        root = (turn * np.sqrt(values)) @ turn.T
        left, sizes, right = np.linalg.svd(
            self._weighed * (self._rows[:, spared] @ foretold) @ root, full_matrices=False
        )
        back = (turn / np.sqrt(values)) @ turn.T
        rows = (left[:, :ranks] * sizes[:ranks] / self._weighed) @ (right[:ranks] @ back)
        bias = self._rows[:, spared] @ mean[spared] - rows @ mean[kept]
        return Trim(kept, rows.astype(np.float32), bias.astype(np.float32), turned)


def turned(weights: E5Weights, query: Moments, key: Moments, directions: int) -> Turned:
    """Maps to the directions in which the products of each head's queries and keys are largest.

    Keys count by how they differ: what all of them have in common moves no softmax.
    """
    size = weights.shape.hidden // weights.shape.heads
    second = query.covariance + np.outer(query.mean, query.mean)
    queries, keys = [], []
    for start in range(0, weights.shape.hidden, size):
        head = slice(start, start + size)
        root, back = roots(second[head, head])
        key_root, key_back = roots(key.covariance[head, head])
        left, sizes, right = np.linalg.svd(root @ key_root)
        share = np.sqrt(sizes[:directions])[:, None]
        queries.append(share * (left[:, :directions].T @ back))
        keys.append(share * (right[:directions] @ key_back))
    return Turned(np.array(queries, np.float32), np.array(keys, np.float32))


def roots(matrix: Numbers) -> tuple[Numbers, Numbers]:
    """The square root of a covariance, and its inverse."""
    values, turn = np.linalg.eigh(matrix)
    values = np.sqrt(np.maximum(values, 1e-9))
    return (turn * values) @ turn.T, (turn / values) @ turn.T


def ladder(trims: Iterable[tuple[Step, Trim]], costs: Costs) -> list[Step]:
    """Steps of one kind in one layer, each with what it costs more than the one before, while they are not too dear."""
    steps: list[Step] = []
    before = 0.0
    for step, trim in trims:
        cost = costs.of_one(step.layer, trim)
        print(f"{step} costs {cost:.6f}", flush=True)
        if cost > TOO_DEAR:
            break
        steps.append(step._replace(cost=max(cost - before, 0.0)))
        before = cost
    return steps


def chosen(ladders: Iterable[Sequence[Step]], saved: float) -> tuple[dict[int, int], dict[int, int]]:
    """Neurons to leave out and directions to keep, by layer: the cheapest steps until `saved` neurons' work is saved."""
    neurons: dict[int, int] = {}
    directions: dict[int, int] = {}
    waiting = [deque(steps) for steps in ladders]
    while saved > 0 and (waiting := [steps for steps in waiting if steps]):
        step = min(waiting, key=lambda steps: steps[0].cost / steps[0].saves).popleft()
        if step.directions:
            directions[step.layer] = step.directions
        else:
            spare = max(0, int(step.saves - saved) // ROUND * ROUND)  # the last step is gone as far as it has to be
            neurons[step.layer] = step.neurons - spare
        saved -= step.saves
    return neurons, directions


def texts() -> list[str]:
    """Passages, titles and beginnings of sentences that ship, and the English of documentation and prompts."""
    documents = shipped_documents()
    cut = [(text.document.title, one) for text in documents for one in passages(text.document.id, text.text)]
    paragraphs = [
        part for form in ENGLISH for path in sorted(Path().glob(form)) for part in path.read_text("utf-8").split("\n\n")
    ]
    english = [part[:900] for part in paragraphs if len(part) > 80 and part.isascii()]
    sentences = [part for _, one in cut for part in one.text.split("。") if len(part) > 12]
    draw = random.Random(11)  # noqa: S311 - a sample
    mixed = ["passage: " + passage_text(title, one.section, one.text) for title, one in draw.sample(cut, 450)]
    mixed += ["passage: " + part for part in draw.sample(english, min(180, len(english)))]
    mixed += ["query: " + text.document.title for text in draw.sample(documents, 80)]
    mixed += ["query: " + part[: draw.randint(8, 28)] for part in draw.sample(sentences, 90)]
    draw.shuffle(mixed)
    return mixed


def main() -> int:
    """Measures, prints, writes."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--share", type=float, default=0.26)
    arguments.add_argument("--ranks", type=int, default=64)
    arguments.add_argument("--write", action="store_true")
    given = arguments.parse_args()
    weights = E5Weights()
    shape = weights.shape
    with tempfile.TemporaryDirectory() as folder:
        tokens = E5Tokens(weights, Path(folder))
        rows = [tokens.ids(text)[: shape.positions - 2] for text in texts()]
    costs = Costs(weights, rows[:COSTING])
    seen = moments(weights, rows[COSTING:])
    layers = [Neurons(weights, layer, seen[f"l{layer}.active"]) for layer in range(shape.layers)]
    turns = [
        {to: turned(weights, seen[f"l{layer}.q"], seen[f"l{layer}.k"], to) for to in DIRECTIONS}
        for layer in range(shape.layers)
    ]
    ladders = []
    for layer, neurons in enumerate(layers):
        taken = (
            (Step(layer, most - least, neurons=most), neurons.without(most, given.ranks))
            for least, most in pairwise((0, *STEPS))
        )
        turning = (
            (Step(layer, TURN_SAVES, directions=to), untrimmed(weights)._replace(turned=turn))
            for to, turn in turns[layer].items()
        )
        ladders += [ladder(taken, costs), ladder(turning, costs)]
    spared, directions = chosen(ladders, given.share * shape.inner * shape.layers)
    print(f"neurons left out: {spared}\ndirections kept: {directions}")
    trims = [
        neurons.without(spared.get(layer, 0), given.ranks, turns[layer].get(directions.get(layer, 0)))
        for layer, neurons in enumerate(layers)
    ]
    lost = costs.of(trims)
    print(f"mean cosine {1 - lost.mean():.5f}, smallest {1 - lost.max():.4f}")
    if given.write:
        write_trims(trims, given.ranks)
    return 0


if __name__ == "__main__":
    sys.exit(main())
