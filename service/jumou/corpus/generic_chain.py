"""The general chain on which an industry is planned that no chain of the corpus describes."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from jumou.assets import asset_dir
from jumou.domain.chain import Chain


def generic_chain(industry: str) -> Chain:
    """A chain of the links every production has, named for `industry`."""
    safe = industry.replace("{", "").replace("}", "").replace('"', "").replace("\\", "").strip() or "—"
    return Chain.model_validate(_named(_table(asset_dir("corpus") / "playbook" / "generic_chain.yaml"), safe))


@lru_cache(maxsize=1)
def _table(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def _named(value: Any, industry: str) -> Any:
    if isinstance(value, str):
        return value.replace("{industry}", industry)
    if isinstance(value, dict):
        return {_named(key, industry): _named(one, industry) for key, one in value.items()}
    return [_named(one, industry) for one in value] if isinstance(value, list) else value
