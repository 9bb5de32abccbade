"""Reads the playbook that travels with the product."""

from functools import lru_cache
from pathlib import Path
from typing import Final

import yaml
from pydantic import ValidationError

from jumou.assets import asset_dir
from jumou.corpus.tables import read_tables
from jumou.domain.playbook import Playbook
from jumou.errors import InvalidRequest

_FILES: Final = ("projects", "rules", "kpis", "macro", "concerns", "parts", "boundaries", "kinds", "kpis_of_kinds")


def load_playbook(folder: Path | None = None) -> Playbook:
    """The playbook under `playbook/` of the shipped corpus, or of `folder`.

    Raises:
        InvalidRequest: a file is missing, no YAML, or holds an unknown or malformed entry.
    """
    return _loaded(folder or asset_dir("corpus") / "playbook")


@lru_cache(maxsize=4)
def _loaded(folder: Path) -> Playbook:
    try:
        tables = read_tables([folder / f"{name}.yaml" for name in _FILES])
        projects, rules, kpis, macro, concerns, parts, boundaries, kinds, own = (
            one if isinstance(one, dict) else {} for one in tables
        )
        playbook = Playbook.model_validate(
            {
                "archetypes": projects["projects"],
                "concerns": concerns["concerns"],
                "parts": parts["parts"],
                "drivers": concerns["drivers"],
                "boundaries": boundaries["boundaries"],
                "rules": rules["rules"],
                "rules_country": rules["country"],
                "kpis": [*kpis["kpis"], *own["kpis"]],
                "kinds": kinds["kinds"],
                "wordings": kinds["wordings"],
                "factors": macro["factors"],
                "factors_abroad": macro["abroad"],
                "financing_mixes": projects["financing_mixes"],
                "level_factors": projects["level_factors"],
            }
        )
    except (OSError, KeyError, yaml.YAMLError, ValidationError) as problem:
        raise InvalidRequest(
            f"策划手册 {folder} 不合规：{problem}", f"the playbook {folder} cannot be read: {problem}"
        ) from problem
    _refuse_unknown(playbook)
    return playbook


def _refuse_unknown(playbook: Playbook) -> None:
    known = {rule.id for rule in playbook.rules}
    lost = sorted({name for archetype in playbook.archetypes for name in archetype.rules} - known)
    if lost:
        raise InvalidRequest(f"策划手册引用了不存在的规则：{lost}", f"the playbook refers to unknown rules: {lost}")
    kinds = {archetype.id for archetype in playbook.archetypes}
    named = {
        *(name for concern in playbook.concerns for name in concern.answers),
        *(name for part in playbook.parts for name in part.answers),
        *(name for names in playbook.drivers.values() for name in names),
        *(name for row in playbook.boundaries for name in (row.project, row.other)),
        *(name for archetype in playbook.archetypes for name in archetype.after),
    }
    named |= {row.project for row in playbook.wordings}
    if strange := sorted(named - kinds):
        raise InvalidRequest(
            f"策划手册引用了不存在的项目原型：{strange}", f"the playbook refers to unknown kinds of project: {strange}"
        )
    of_industry = {kind.id for kind in playbook.kinds}
    used = {
        *(name for rule in playbook.kpis for name in (*rule.kinds, *rule.unless)),
        *(name for rule in playbook.kpis for called in rule.worded for name in called.kinds),
        *(name for archetype in playbook.archetypes for name in archetype.kinds),
        *(name for wording in playbook.wordings for name in wording.kinds),
    }
    if unknown := sorted(used - of_industry):
        raise InvalidRequest(
            f"策划手册引用了不存在的产业类别：{unknown}", f"the playbook refers to unknown kinds of industry: {unknown}"
        )
