"""Nouns and pure rules of regional industrial planning. Frozen pydantic models, no I/O, no framework."""
