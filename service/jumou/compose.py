"""Builds the object graph of a process once, from its settings."""

from dataclasses import dataclass
from functools import cached_property

from jumou.corpus.progress import Progress, silent
from jumou.drafting.drafter import Drafter, RulesDrafter
from jumou.retrieval import Encoder, Library, Reranker, load_encoder, load_reranker
from jumou.settings import Settings


@dataclass(frozen=True)
class Jumou:
    """The parts of one process. The library opens on first use, or is built from the shipped corpus when there is none."""

    settings: Settings
    progress: Progress = silent

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder the settings name.

        Raises:
            InvalidRequest: none is called so.
            MissingExtra: it needs an optional part that is not installed.
        """
        chosen = self.settings
        return load_encoder(
            chosen.encoder, home=chosen.home, base_url=chosen.embeddings_base_url, api_key=chosen.embeddings_api_key
        )

    @cached_property
    def reranker(self) -> Reranker | None:
        """The reranker the settings name; None when they name none.

        Raises:
            MissingExtra: one is asked for and the optional part is not installed.
        """
        return load_reranker(self.settings.reranker) if self.settings.reranker else None

    @cached_property
    def library(self) -> Library:
        """The index of this home.

        Raises:
            IndexLocked: it has to be built and another process is writing.
        """
        chosen = self.settings
        return Library.ensure(
            chosen.home,
            encoder=self.encoder,
            reranker=self.reranker,
            progress=self.progress,
            chroma_url=chosen.chroma_url,
        )

    @cached_property
    def drafter(self) -> Drafter:
        """The drafter plans are written by."""
        return RulesDrafter()
