"""What a corpus of some size costs: building, disk, memory, searching. The figures of docs/capacity.md.

    python evals/performance/capacity.py [--passages 100000] [--vectors 1000000] [--home DIR]

Texts are those of `search_speed.py`; vectors are random around those of true passages, so encoding is not in the time of
building (`encoder_speed.py` has it). `--vectors` scans so many random vectors alone, without texts. Processor seconds
are the measure: wall time is that of a machine that may be busy.
"""

import argparse
import random
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from measured import OUT, Measure, percentile, report
from search_speed import FILTERS, Noisy, entries

from jumou.corpus.shipped import shipped_documents
from jumou.corpus.split import passages
from jumou.retrieval import Library, load_encoder
from jumou.retrieval.encode import unit
from jumou.retrieval.scan import Scan

DIMENSION = 384


def used() -> tuple[float, float]:
    """Processor seconds and peak megabytes of this process so far."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime, spent.ru_maxrss / 1024


def resident() -> float:
    """Megabytes this process holds now, mapped files that were read among them; 0 where /proc is not there."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return 0.0
    line = next(line for line in status.read_text().splitlines() if line.startswith("RssAnon"))
    return int(line.split()[1]) / 1024


def megabytes(folder: Path) -> float:
    """What a folder takes on the disk."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def built(home: Path, count: int) -> list[Measure]:
    """Builds an index of `count` passages and says what that took."""
    sentences, noisy = material(home)
    began, wall = used()[0], time.perf_counter()
    with Library.build(home, encoder=noisy, documents=(), corpus="bench") as library:
        library.add(entries(count, sentences))
    spent, peak = used()
    (generation,) = [path for path in (home / "index").iterdir() if path.is_dir()]
    chroma = megabytes(generation / "chroma")
    return [
        Measure(f"{count} passages: building without encoding, processor", spent - began, "s"),
        Measure(f"{count} passages: building without encoding, wall", time.perf_counter() - wall, "s"),
        Measure(f"{count} passages: peak memory of building", peak, "MB"),
        Measure(f"{count} passages: disk, vectors in Chroma", chroma, "MB"),
        Measure(f"{count} passages: disk, everything else", megabytes(generation) - chroma, "MB"),
    ]


def material(home: Path) -> tuple[list[str], Noisy]:
    """Sentences of the shipped corpus and an encoder that makes vectors like theirs."""
    texts = [one for text in shipped_documents() for one in passages(text.document.id, text.text)]
    sentences = sorted({f"{part}。" for one in texts for part in one.text.split("。") if 12 <= len(part) <= 90})
    encoder = load_encoder(home=home)
    return sentences, Noisy(encoder, encoder.passages([one.text for one in texts[::9]]))


def searched(home: Path, count: int) -> list[Measure]:
    """Opens the index in this fresh process and asks it; questions are encoded beforehand."""
    sentences, noisy = material(home)
    before, began = resident(), used()[0]
    library = Library.open(home, encoder=noisy, corpus="bench")
    library.search("产业集群")
    opening = used()[0] - began
    chance = random.Random(11)  # noqa: S311 - a sample
    questions = [f"{chance.choice(sentences)[:24]}有哪些做法?" for _ in range(200)]
    library.prepare(questions)
    for question in questions[:40]:
        library.search(question)
    held = resident() - before
    waits, spent, narrow = [], [], []
    where = FILTERS["one region of 31"]
    for question in questions[40:]:
        began, wall = time.process_time(), time.perf_counter()
        library.search(question, limit=10)
        waits.append(1000 * (time.perf_counter() - wall))
        spent.append(1000 * (time.process_time() - began))
        began = time.process_time()
        library.search(question, limit=10, where=where)
        narrow.append(1000 * (time.process_time() - began))
    library.close()
    return [
        Measure(f"{count} passages: opening and first search, processor", opening, "s"),
        Measure(f"{count} passages: memory held by the index", held, "MB"),
        Measure(f"{count} passages: search, wall, p50", statistics.median(waits), "ms"),
        Measure(f"{count} passages: search, wall, p95", percentile(waits, 0.95), "ms"),
        Measure(f"{count} passages: search, processor, p50", statistics.median(spent), "ms"),
        Measure(f"{count} passages: search, processor, p95", percentile(spent, 0.95), "ms"),
        Measure(f"{count} passages: search in one region of 31, processor, p50", statistics.median(narrow), "ms"),
    ]


def scanned(folder: Path, count: int) -> list[Measure]:
    """The scan alone over `count` random vectors in a mapped file."""
    folder.mkdir(parents=True, exist_ok=True)
    path, chance = folder / "vectors.f32", np.random.default_rng(1)
    centres = unit(chance.normal(0.05, 0.06, (500, DIMENSION)))
    with path.open("wb") as file:
        for start in range(0, count, 50_000):
            size = min(50_000, count - start)
            rows = centres[chance.integers(0, len(centres), size)] + chance.normal(0, 0.02, (size, DIMENSION))
            file.write(unit(rows).tobytes())
    vectors = np.asarray(np.memmap(path, np.float32, "r", shape=(count, DIMENSION)))
    before, began = resident(), used()[0]
    scan = Scan.over(vectors)
    making, held = used()[0] - began, resident() - before
    allowed, spent = np.ones(count, bool), []
    for query in unit(centres[:30] + chance.normal(0, 0.02, (30, DIMENSION))):
        began = time.process_time()
        scan.nearest(query, 100, allowed, lambda query=query: scan.coarse(query))
        spent.append(1000 * (time.process_time() - began))
    path.unlink()
    return [
        Measure(f"{count} vectors: making the 4-bit copy, processor", making, "s"),
        Measure(f"{count} vectors: memory of the copy", held, "MB"),
        Measure(f"{count} vectors: nearest hundred, processor, p50", statistics.median(spent), "ms"),
    ]


def main() -> int:
    """Each part runs in a process of its own, so that memory is that part's."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--passages", type=int, default=100_000)
    arguments.add_argument("--vectors", type=int, default=1_000_000)
    arguments.add_argument("--home", type=Path, default=OUT / "capacity")
    arguments.add_argument("--part", choices=("built", "searched", "scanned"), help="for the processes of this script")
    given = arguments.parse_args()
    home = given.home / str(given.passages)
    parts = {
        "built": lambda: built(home, given.passages),
        "searched": lambda: searched(home, given.passages),
        "scanned": lambda: scanned(given.home / "scan", given.vectors),
    }
    if given.part:
        for one in parts[given.part]():
            print("\t".join((one.what, repr(one.value), one.unit)))
        return 0
    shutil.rmtree(home, ignore_errors=True)
    measures = []
    for part in parts:
        done = subprocess.run(
            [sys.executable, __file__, *sys.argv[1:], "--part", part], stdout=subprocess.PIPE, text=True, check=True
        )
        for line in done.stdout.splitlines():
            what, value, unit_ = line.split("\t")
            measures.append(Measure(what, float(value), unit_))
    return report("capacity", measures)


if __name__ == "__main__":
    sys.exit(main())
