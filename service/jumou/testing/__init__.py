"""Fakes that are shipped and tested with the product: encoders, documents, and a language model's server with knobs."""

from jumou.testing.bad_answers import SPOILINGS, Spoiling, spoiled
from jumou.testing.fakes import BagEncoder, LengthReranker, text_of
from jumou.testing.good_answers import good_answers, good_item, items_of, task_of
from jumou.testing.model_server import Fault, ModelServer, Request, Script, Words
from jumou.testing.obedient import ORDER, obedient, orders_in
from jumou.testing.recording import RecordedEndpoint

__all__ = [
    "ORDER",
    "SPOILINGS",
    "BagEncoder",
    "Fault",
    "LengthReranker",
    "ModelServer",
    "RecordedEndpoint",
    "Request",
    "Script",
    "Spoiling",
    "Words",
    "good_answers",
    "good_item",
    "items_of",
    "obedient",
    "orders_in",
    "spoiled",
    "task_of",
    "text_of",
]
