"""What a model answers with: short texts by item, that name figures and passages and carry none of their own."""

from pydantic import Field

from jumou.domain.model import Model


class Quoted(Model):
    """A sentence taken word for word from a passage."""

    passage: str
    quote: str


class Sentence(Model):
    """The text of one item; figures stand in it as `[[F3]]`."""

    id: str
    text: str
    quotes: tuple[Quoted, ...]


class Sentences(Model):
    """One text for every item asked for."""

    items: tuple[Sentence, ...] = Field(max_length=64)


class Choice(Model):
    """One of several candidates, by its id."""

    id: str
