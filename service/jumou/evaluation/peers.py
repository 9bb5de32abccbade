"""The default recipes of other frameworks over the same passages, in the same run; each is optional and may be absent."""

import importlib.util
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

Ranked = dict[str, dict[str, float]]
"""Question → passage → score."""


class Peer(NamedTuple):
    """What a peer found, or why it was not run."""

    name: str
    ranked: Ranked | None
    skipped: str = ""


def run_peers(passages: Mapping[str, str], questions: Mapping[str, str], depth: int) -> list[Peer]:
    """LangChain's BM25Retriever and LlamaIndex's BM25Retriever with their defaults."""
    peers: list[tuple[str, tuple[str, ...], Callable[[Mapping[str, str], Mapping[str, str], int], Ranked]]] = [
        ("langchain_bm25", ("langchain_community", "rank_bm25"), _langchain),
        ("llamaindex_bm25", ("llama_index.core", "llama_index.retrievers.bm25"), _llamaindex),
    ]
    found: list[Peer] = []
    for name, modules, recipe in peers:
        missing = [module for module in modules if not _installed(module)]
        if missing:
            found.append(Peer(name, None, f"not installed: {', '.join(missing)} (pip install 'jumou[peers]')"))
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found.append(Peer(name, recipe(passages, questions, depth)))
    return found


def _installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _langchain(passages: Mapping[str, str], questions: Mapping[str, str], depth: int) -> Ranked:
    """`BM25Retriever.from_texts` as the documentation has it: tokens are split at blanks."""
    module: Any = importlib.import_module("langchain_community.retrievers")
    retriever = module.BM25Retriever.from_texts(
        list(passages.values()), metadatas=[{"id": name} for name in passages], k=depth
    )
    return {name: _by_rank([hit.metadata["id"] for hit in retriever.invoke(text)]) for name, text in questions.items()}


def _llamaindex(passages: Mapping[str, str], questions: Mapping[str, str], depth: int) -> Ranked:
    """`BM25Retriever.from_defaults`: an English stemmer and a word pattern."""
    schema: Any = importlib.import_module("llama_index.core.schema")
    module: Any = importlib.import_module("llama_index.retrievers.bm25")
    nodes = [schema.TextNode(text=text, id_=name) for name, text in passages.items()]
    retriever = module.BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=depth)
    return {name: _by_rank([hit.node.node_id for hit in retriever.retrieve(text)]) for name, text in questions.items()}


def _by_rank(names: Sequence[str]) -> dict[str, float]:
    return {name: 1.0 / (place + 1) for place, name in enumerate(dict.fromkeys(names))}
