"""Checking a profile file before a plan is drawn from it."""

from pathlib import Path

from jumou.domain.framework import Language
from jumou.domain.region import ProfileProblem
from jumou.profile.read import examine_profile


def check_profile(path: Path | str, language: Language = "zh") -> list[ProfileProblem]:
    """Everything wrong with a profile file, errors first, each with sheet, row, column and how to mend it.

    Empty when all is well. A file with warnings only can be planned from.
    """
    return list(examine_profile(path, language).problems)
