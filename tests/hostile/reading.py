"""Adds the files named to a small corpus, in a process that starts nothing else: `reading.py HOME FILE...` prints JSON.

`peak` is the memory of the largest reader in bytes. It is told by a process of its own, because the kernel tells it for
all children one process ever had, and a child starts with the peak of the process it was forked from.
"""

import json
import resource
import sys
from pathlib import Path

from jumou.retrieval import Library
from jumou.retrieval.intake import add_files
from jumou.testing import BagEncoder, text_of


def main(home: str, *files: str) -> None:
    """Adds them, searches for the secret that lies outside, and prints what was seen."""
    shipped = [text_of("shipped", "国家支持产业集群。")]
    with Library.build(Path(home), encoder=BagEncoder(), documents=shipped, corpus="small") as library:
        outcomes = add_files(library, [Path(file) for file in files])
        leaked = any(
            "canary-of-the-secret" in hit.passage.text for hit in library.search("canary-of-the-secret-file", limit=20)
        )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    told = [one.model_dump() for one in outcomes]
    json.dump({"outcomes": told, "leaked": leaked, "peak": peak}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
