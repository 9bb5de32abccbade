"""The general chain on which an industry is planned that no chain of the corpus describes."""

from functools import lru_cache
from pathlib import Path

import yaml

from jumou.assets import asset_dir
from jumou.domain.chain import Chain


def generic_chain(industry: str) -> Chain:
    """A chain of the links every production has, named for `industry`."""
    safe = industry.replace("{", "").replace("}", "").replace('"', "").replace("\\", "").strip() or "—"
    text = _text(asset_dir("corpus") / "playbook" / "generic_chain.yaml").replace("{industry}", safe)
    return Chain.model_validate(yaml.load(text, Loader=yaml.CSafeLoader))


@lru_cache(maxsize=1)
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")
