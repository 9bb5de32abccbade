"""Fakes that are shipped and tested with the product: encoders, documents, and a language model's server with knobs."""

from jumou.testing.fakes import BagEncoder, LengthReranker, text_of
from jumou.testing.model_server import Fault, ModelServer, Request, Script, Words

__all__ = ["BagEncoder", "Fault", "LengthReranker", "ModelServer", "Request", "Script", "Words", "text_of"]
