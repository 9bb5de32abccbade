"""Retrieval quality on judged sets, against the best recipes known for each (title fusion, parent term).

Usage: python evals/performance/retrieval_quality.py [--data DIR] [--home DIR] [SET ...]

DIR holds one folder a set (corpus.jsonl, queries.jsonl, qrels.tsv). A set that is not there is passed over, and said so.
The index is kept under --home, so that a second run only searches.
"""

import argparse
import sys
import time
from pathlib import Path

from measured import OUT, Measure, report

from jumou.retrieval import Library, load_encoder
from jumou.retrieval.judged import measured, read_judged

BARS = {"ncp_policy": (0.8240, 0.9392, 0.7521), "rgb_zh": (0.7791, 0.7435, 0.8679)}
"""nDCG@10, Recall@10, MRR@10 of the best row measured with the same encoder and no tuning on the set."""


def main() -> int:
    """Measures every set asked for."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, default=Path("../shared/retrieval"))
    arguments.add_argument("--home", type=Path, default=OUT / "retrieval")
    arguments.add_argument("sets", nargs="*", default=sorted(BARS))
    given = arguments.parse_args()
    encoder = load_encoder(home=given.home)
    measures: list[Measure] = []
    for name in given.sets:
        if not (given.data / name / "corpus.jsonl").is_file():
            print(f"{name}: not under {given.data}, passed over")
            continue
        judged = read_judged(given.data / name)
        started = time.perf_counter()
        with Library.build(given.home / name, encoder=encoder, documents=(), corpus=name) as library:
            fresh = library.add(judged.entries)
            if fresh:
                measures.append(Measure(f"{name}: indexing {fresh} documents", time.perf_counter() - started, "s"))
            library.prepare([question.text for question in judged.questions])

            def answer(question: str, library: Library = library) -> list[str]:
                return [hit.passage.id for hit in library.search(question, limit=10, diversity=None)]

            quality = measured(judged.questions, answer)
        bars = BARS.get(name, (None, None, None))
        for what, value, bar in zip(("nDCG@10", "Recall@10", "MRR@10"), quality, bars, strict=True):
            measures.append(Measure(f"{name}: {what}", value, at_least=bar))
    if not measures:
        print("no judged set found; nothing measured")
        return 0
    return report("retrieval_quality", measures)


if __name__ == "__main__":
    sys.exit(main())
