"""The sample regions that travel with jumou: real figures with their sources, ready to plan from."""

from pathlib import Path

from jumou.assets import asset_dir
from jumou.domain.region import RegionProfile
from jumou.errors import NotFound
from jumou.profile.read import read_profile


def sample_names() -> tuple[str, ...]:
    """The names of the sample regions, in alphabetical order."""
    return tuple(sorted(path.parent.name for path in _folder().glob("*/profile.json")))


def sample_path(name: str) -> Path:
    """The workbook of a sample region, to copy and to learn from.

    Raises:
        NotFound: there is no such sample.
    """
    if name not in sample_names():
        raise NotFound(
            f"没有名为“{name}”的样例区域。", f"there is no sample region “{name}”.",
            mend_zh=f"可选：{'、'.join(sample_names())}。", mend_en=f"Choose from {', '.join(sample_names())}.",
        )  # fmt: skip
    return _folder() / name / "profile.xlsx"


def sample_profile(name: str) -> RegionProfile:
    """The profile of a sample region.

    Raises:
        NotFound: there is no such sample.
    """
    return read_profile(sample_path(name).with_suffix(".json"))


def _folder() -> Path:
    return asset_dir("corpus") / "samples"
