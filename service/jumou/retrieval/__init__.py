"""Finds passages: encoder, keyword index, vectors, fusion, and the library that holds them together."""

from jumou.retrieval.empty import EmptyLibrary
from jumou.retrieval.encode import DEFAULT_ENCODER, Encoder, load_encoder
from jumou.retrieval.filter import Filter, Hit
from jumou.retrieval.index import Entry
from jumou.retrieval.library import Library
from jumou.retrieval.rerank import Reranker, load_reranker
from jumou.retrieval.shared import SharedLibrary
from jumou.retrieval.shelf import Readable, Shelf

__all__ = [
    "DEFAULT_ENCODER",
    "EmptyLibrary",
    "Encoder",
    "Entry",
    "Filter",
    "Hit",
    "Library",
    "Readable",
    "Reranker",
    "SharedLibrary",
    "Shelf",
    "load_encoder",
    "load_reranker",
]
