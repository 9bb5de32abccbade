"""Whether what search found answers a question at all: the same cut as everywhere a person asks."""

from jumou.drafting.sufficiency import enough, score

__all__ = ["enough", "score"]
