"""A home whose vectors are on a Chroma server, made from one whose vectors are in its folder: nothing is encoded anew."""

import json
import shutil
from pathlib import Path

from jumou.retrieval.store import StoredPassage, TextStore
from jumou.retrieval.vectors import Matrix, VectorStore, fields

_CHUNK = 2_000


def shared_home(home: Path, copy: Path, url: str) -> Path:
    """A copy of `home` for processes that share the server at `url`."""
    shutil.copytree(home, copy)
    name = json.loads((copy / "index" / "current.json").read_text(encoding="utf-8"))["generation"]
    folder = copy / "index" / name
    store = TextStore(folder / "library.sqlite")
    matrix = Matrix(folder / "vectors.f32", int(store.meta("dimension")))
    held = matrix.view(matrix.reach())
    vectors = VectorStore(folder / "chroma", f"jumou-{name}", url=url)
    some: list[StoredPassage] = []

    def put() -> None:
        documents = store.documents(sorted({one.document_row for one in some}))
        rows = [one.row for one in some]
        vectors.put([one.passage.id for one in some], held[rows], [fields(documents[one.document_row]) for one in some])
        some.clear()

    for stored in store.passages_from(1):
        some.append(stored)
        if len(some) == _CHUNK:
            put()
    if some:
        put()
    store.set_meta(vectors=url)
    store.close()
    vectors.close()
    shutil.rmtree(folder / "chroma", ignore_errors=True)
    return copy
