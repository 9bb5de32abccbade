"""The documents and chains that travel with the product, and the version of that corpus."""

import hashlib
from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from jumou.assets import asset_dir
from jumou.corpus.chain_text import chain_document
from jumou.corpus.chains import load_chains
from jumou.corpus.fulltext import FullText, part_front_matter, plain
from jumou.domain.evidence import Document
from jumou.errors import InvalidRequest

_FOLDERS = ("policies", "cases")


def shipped_documents(folder: Path | None = None) -> tuple[FullText, ...]:
    """All shipped policies and cases and one text a chain, ordered by id.

    Raises:
        InvalidRequest: a shipped document's front matter does not describe a document.
    """
    root = folder or asset_dir("corpus")
    documents = [read_described(path) for name in _FOLDERS for path in sorted((root / name).glob("*.md"))]
    documents += [chain_document(chain) for chain in load_chains(root).values()]
    return tuple(sorted(documents, key=lambda item: item.document.id))


def read_described(path: Path) -> FullText:
    """A Markdown file whose front matter is a Document.

    Raises:
        InvalidRequest: the front matter is missing, no YAML, or not that of a document.
    """
    try:
        front, body = part_front_matter(path.read_text(encoding="utf-8"))
        document = Document.model_validate(plain(front))
    except (yaml.YAMLError, ValidationError) as problem:
        raise InvalidRequest(
            f"文献 {path.name} 的说明头不合规：{problem}",
            f"the front matter of {path.name} does not describe a document: {problem}",
        ) from problem
    return FullText(document=document, text=body)


@lru_cache(maxsize=4)
def corpus_version(folder: Path | None = None) -> str:
    """A short hash of every shipped document and chain: it changes when any of them does."""
    root = folder or asset_dir("corpus")
    seen = hashlib.sha256()
    files = [path for name in _FOLDERS for path in (root / name).glob("*.md")] + list((root / "chains").glob("*.yaml"))
    for path in sorted(files, key=lambda path: (path.parent.name, path.name)):
        seen.update(f"{path.parent.name}/{path.name}\0".encode())
        seen.update(path.read_bytes())
    return seen.hexdigest()[:12]
