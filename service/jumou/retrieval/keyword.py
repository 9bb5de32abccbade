"""The terms texts are found by: jieba words and character bigrams, in one index.

Latin and digit runs stay whole, year and number of a document like 国发〔2015〕28号 are one more term, whatever brackets
are written; everything is folded (NFKC, lower case). A word of two characters is its own bigram and
so counts twice. Words and bigrams together beat either alone on every set we measured
(evals/performance/retrieval_quality.py).
"""

import logging
import marshal
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from jumou.files import write_atomically

if TYPE_CHECKING:
    from jieba import Tokenizer

ANALYSER: Final = "jieba+bigrams/3"
"""Names the way of making terms; postings made in another way are made again."""

_MARKS = re.compile(r"[\W_]+")
_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+(?:[.\-/%][a-z0-9]+)*")
_NUMBERED = re.compile(r"[〔\[(【]\s*((?:19|20)\d\d)\s*(?:年\s*)?[〕\])】]\s*第?\s*(\d+)\s*号")
_ASKING = re.compile(
    "请问|什么时候|什么|哪些|哪个|哪家|哪里|如何|怎么样|怎么|怎样|多少|是否|有没有|有何|何时|为什么|为何|是谁|谁|吗|呢|几(?=[个家条项年次种])"
)
_DICTIONARY = "jieba-0.42.marshal"

_LOADED: list["Tokenizer"] = []
_LOADING = Lock()
"""One dictionary serves a process: it takes 60 MB."""


class Analyser:
    """Makes terms of texts. The dictionary is loaded with the first text (about 0.15 s) from a table under `folder`."""

    def __init__(self, folder: Path) -> None:
        """`folder` keeps the dictionary in the form that loads fastest."""
        self._folder = folder
        self._numbers: dict[str, int] = {}

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        with _LOADING:
            if not _LOADED:
                _LOADED.append(_dictionary(self._folder / _DICTIONARY))
            return _LOADED[0]

    def warm(self) -> None:
        """Loads the dictionary now."""
        self.terms("预热")

    def terms(self, text: str) -> list[str]:
        """Words, then bigrams, then documents' numbers, in the order of the text; punctuation is left out."""
        folded = unicodedata.normalize("NFKC", text).lower()
        words = [word for word in self._tokenizer.cut(folded) if not _MARKS.fullmatch(word)]
        numbers = [f"{year}〕{number}" for year, number in _NUMBERED.findall(folded)]
        return [*words, *_pairs(folded), *numbers]

    def asked(self, question: str) -> Counter[int]:
        """As `counts`, without the words that make a question of it (they say nothing about what is asked for)."""
        bare = _ASKING.sub(" ", question)
        return self.counts(bare) or self.counts(question)

    def counts(self, text: str) -> Counter[int]:
        """How often each term stands in `text`, by the term's number."""
        return Counter(self.numbers(self.terms(text)))

    def numbers(self, terms: Iterable[str]) -> list[int]:
        """A stable 64-bit number a term, so that an index needs no vocabulary in memory."""
        known = self._numbers
        numbers = []
        for term in terms:
            number = known.get(term)
            if number is None:
                number = known[term] = int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), "little")
            numbers.append(number)
        return numbers

    def forget(self) -> None:
        """Lets go of the numbers remembered while many texts were indexed."""
        self._numbers = {}


def _dictionary(path: Path) -> "Tokenizer":
    import jieba  # noqa: PLC0415 - loaded when the first text is cut

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    try:
        table = marshal.loads(path.read_bytes())  # nosec B302 # noqa: S302 - a cache written below
    except (FileNotFoundError, EOFError, ValueError, TypeError):
        table = tokenizer.gen_pfdict(tokenizer.get_dict_file())
        write_atomically(path, marshal.dumps(table))
    tokenizer.FREQ, tokenizer.total = table
    tokenizer.initialized = True
    return tokenizer


def _pairs(text: str) -> Iterable[str]:
    for run in _RUN.findall(text):
        if run[0] < "\u3400" or len(run) == 1:
            yield run
        else:
            yield from map("".join, pairwise(run))
