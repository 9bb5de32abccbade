"""Hybrid search over 100,000 passages, with and without filters; Chroma's own graph search as peer in the same run.

Usage: python evals/performance/search_speed.py [--passages N] [--queries N] [--home DIR]

Texts are sentences of the shipped corpus put together at random; vectors are those of the corpus with noise, so that
nothing but the encoding of 100,000 passages is left out. Questions are encoded by the default encoder. The index is
kept under --home: a second run only searches.
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import chromadb
import numpy as np
from measured import OUT, Measure, percentile, report

from jumou.corpus.fulltext import FullText
from jumou.corpus.shipped import shipped_documents
from jumou.corpus.split import passages
from jumou.domain.evidence import Document, Passage
from jumou.retrieval import Encoder, Entry, Filter, Library, load_encoder
from jumou.retrieval.encode import Vectors, unit

PER_DOCUMENT = 5
PLACES = [f"第{number}省" for number in range(1, 32)]
LEVELS = ("national", "provincial", "city", "county")
FILTERS = {
    "one region of 31": Filter(regions=(PLACES[3],)),
    "ten regions of 31": Filter(regions=tuple(PLACES[:10])),
    "one region since 2020": Filter(regions=(PLACES[3],), issued_from="2020"),
    "one level": Filter(levels=("county",)),
    "all but a few by date": Filter(issued_from="2001"),
}


class Noisy:
    """Passages get vectors of the corpus with noise; questions are really encoded."""

    name = "noisy-e5"
    dimension = 384

    def __init__(self, encoder: Encoder, seeds: Vectors) -> None:
        """`seeds` are vectors of true passages."""
        self._encoder, self._seeds, self._random = encoder, seeds, np.random.default_rng(5)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """The true vectors."""
        return self._encoder.queries(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """A true vector each, moved a little."""
        chosen = self._seeds[self._random.integers(0, len(self._seeds), len(texts))]
        return unit(chosen + self._random.normal(0, 0.02, chosen.shape))


def entries(count: int, sentences: Sequence[str]) -> Iterator[Entry]:
    """Documents of five passages of about 300 characters each."""
    chance = random.Random(3)  # noqa: S311 - a sample
    for number in range(count // PER_DOCUMENT):
        texts = []
        for _ in range(PER_DOCUMENT):
            text = ""
            while len(text) < 260:
                text += chance.choice(sentences)
            texts.append(text)
        name, cut, start = f"d{number}", [], 0
        for ordinal, text in enumerate(texts):
            end = start + len(text)
            cut.append(
                Passage(id=f"{name}#{ordinal}", document_id=name, ordinal=ordinal, start=start, end=end, text=text)
            )
            start = end
        document = Document(
            id=name,
            kind="user",
            title=f"{chance.choice(PLACES)}{chance.choice(sentences)[:18]}",
            level=LEVELS[number % len(LEVELS)],
            regions=(PLACES[number % len(PLACES)],),
            issued=f"{2000 + number % 26}-0{1 + number % 9}",
            status="superseded" if number % 20 == 0 else "in_force",
        )
        whole = FullText(document=document, text="".join(texts))
        yield Entry(whole, whole.digest, "bench", tuple(cut))


def timed(work: Callable[[str], object], questions: Sequence[str]) -> list[float]:
    """Milliseconds a question."""
    waits = []
    for question in questions:
        started = time.perf_counter()
        work(question)
        waits.append(1000 * (time.perf_counter() - started))
    return waits


def main() -> int:
    """Builds or opens the index and measures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--passages", type=int, default=100_000)
    arguments.add_argument("--queries", type=int, default=200)
    arguments.add_argument("--home", type=Path, default=OUT / "search")
    given = arguments.parse_args()
    home = given.home / str(given.passages)
    texts = [(text, one) for text in shipped_documents() for one in passages(text.document.id, text.text)]
    sentences = sorted({f"{part}。" for _, one in texts for part in one.text.split("。") if 12 <= len(part) <= 90})
    encoder = load_encoder(home=given.home)
    seeds = encoder.passages([one.text for _, one in texts[::3]])
    noisy = Noisy(encoder, seeds)
    measures = []
    if not (home / "index" / "current.json").is_file():
        started = time.perf_counter()
        with Library.build(home, encoder=noisy, documents=(), corpus="bench") as library:
            library.add(entries(given.passages, sentences))
        measures.append(Measure("building all but the vectors", time.perf_counter() - started, "s"))
    started = time.perf_counter()
    library = Library.open(home, encoder=noisy, corpus="bench")
    library.search("产业集群")
    measures.append(Measure("opening and first search", time.perf_counter() - started, "s"))
    chance = random.Random(11)  # noqa: S311 - a sample
    questions = [f"{chance.choice(sentences)[:24]}有哪些做法?" for _ in range(3 * given.queries)]
    cold, questions = questions[: given.queries], questions[given.queries :]
    library.search("预热", limit=10)
    peer = peer_queries(home, dict(zip(questions, encoder.queries(questions), strict=True)))
    whole: list[float] = []
    used: list[float] = []
    turns: dict[str, list[float]] = {"": []}
    chroma: dict[str, list[float]] = {}
    for number, question in enumerate(questions):  # everything takes turns, so that a busy machine slows all of it
        if number < len(cold):
            whole += timed(lambda text: library.search(text, limit=10), [cold[number]])
        library.prepare([question])
        started = time.process_time()
        turns[""] += timed(lambda text: library.search(text, limit=10), [question])
        used.append(1000 * (time.process_time() - started))
        for name, where in FILTERS.items():
            turns.setdefault(name, []).extend(
                timed(lambda text, where=where: library.search(text, limit=10, where=where), [question])
            )
        for name, ask in peer.items():
            chroma.setdefault(name, []).extend(timed(ask, [question]))
    measures += [
        Measure("hybrid search with embedding, p50", statistics.median(whole), "ms"),
        Measure("hybrid search with embedding, p95", percentile(whole, 0.95), "ms", at_most=15),
        Measure("hybrid search, p50", statistics.median(turns[""]), "ms"),
        Measure("hybrid search, processor time, p50", statistics.median(used), "ms"),
        Measure("hybrid search, p95", percentile(turns[""], 0.95), "ms", at_most=10),
    ]
    for name in FILTERS:
        ratio = statistics.median(turns[name]) / statistics.median(turns[""])
        measures.append(Measure(f"filter, {name}: time to unfiltered", ratio, "x", at_most=2))
    for name, waits in chroma.items():
        measures.append(Measure(f"peer, Chroma vectors only, {name}, p50", statistics.median(waits), "ms"))
        measures.append(Measure(f"peer, Chroma vectors only, {name}, p95", percentile(waits, 0.95), "ms"))
    library.close()
    return report("search_speed", measures)


def peer_queries(home: Path, vectors: dict[str, Vectors]) -> dict[str, Callable[[str], object]]:
    """The same vectors asked through Chroma's graph, bare and with one region as filter; `vectors` by question."""
    (folder,) = (home / "index").glob("*/chroma")
    collection = chromadb.PersistentClient(str(folder)).get_collection(
        f"jumou-{folder.parent.name}", embedding_function=None
    )
    region = {"regions": {"$contains": PLACES[3]}}

    def bare(question: str) -> object:
        return collection.query(query_embeddings=[vectors[question]], n_results=10, include=["distances"])

    def filtered(question: str) -> object:
        return collection.query(query_embeddings=[vectors[question]], n_results=10, include=["distances"], where=region)

    return {"unfiltered": bare, "one region of 31": filtered}


if __name__ == "__main__":
    sys.exit(main())
