"""Profiles for the tests, built from JSON in the two shapes planners use."""

import json
import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from jumou.assets import asset_dir
from jumou.corpus.chains import load_chains
from jumou.domain.chain import Chain
from jumou.domain.region import RegionProfile

SHARED = Path(__file__).resolve().parents[3] / "shared"
GOLDEN = Path(__file__).resolve().parent / "golden"
_NUMBER = re.compile(r"^(约|近|>|~)?\s*([\d,]+(?:\.\d+)?)\s*(\(.*|（.*|\+)?$")
_LEVELS = {
    "省级": "provincial", "直辖市": "provincial", "地级市": "city", "省会城市": "city", "计划单列市": "city", "县级市": "county",
    "县": "county", "市辖区": "county", "直辖市辖区": "county", "乡镇": "town",
}  # fmt: skip


def sparse_profile(content: Mapping[str, Any]) -> RegionProfile:
    """A profile from a region, an industry and background facts in free form."""
    region = content["region"]
    indicators = []
    for number, fact in enumerate(content.get("background", []), start=1):
        value, unit = fact.get("value"), str(fact.get("unit") or "")
        match = _NUMBER.match(str(value)) if value is not None else None
        found = re.search(r"(19|20)\d{2}", str(fact.get("year") or ""))
        indicators.append(
            {
                "ref": f"background!{number}", "metric": fact["metric"],
                "value": float(match[2].replace(",", "")) if match else None,
                "raw": value if isinstance(value, str) else "", "unit": re.split(r"[(（]", unit)[0],
                "unit_note": unit.partition("(")[2].rstrip(")"), "year": int(found.group()) if found else None,
            }
        )  # fmt: skip
    def items(key: str) -> list[dict[str, str]]:
        return [{"ref": f"{key}!{n}", "name": text} for n, text in enumerate(content.get(key, []), start=1)]

    level = _LEVELS.get(region.get("level", ""), "park" if re.search("区|园", region.get("level", "")) else "other")
    return RegionProfile.model_validate(
        {
            "name": region["name"], "level": level, "level_text": region.get("level", ""),
            "parent": region.get("province/country", ""), "target_industry": content.get("target_industry"),
            "indicators": indicators, "resources": items("resources"), "markets": items("market"),
            "infrastructure": items("infrastructure"), "enterprises": items("enterprises"),
            "institutions": items("institutions"), "policies": items("policies"),
            "constraints": [
                {"ref": f"problems!{n}", "statement": text} for n, text in enumerate(content.get("problems", []), start=1)
            ],
        }
    )  # fmt: skip


def full_profile(content: Mapping[str, Any]) -> RegionProfile:
    """A profile from sheets as a planner fills them in."""

    def rows(sheet: str, **names: str) -> list[dict[str, Any]]:
        found = []
        for number, record in enumerate(content.get(sheet, []), start=2):
            row = {names.get(key, key): value for key, value in record.items() if value not in ("", None)}
            if "year" in row:
                row["year"] = int(row["year"])
            found.append({"ref": f"{sheet}!{number}", **{k: (v if k == "year" or _is_number(k) else str(v)) for k, v in row.items()}})
        return found

    meta = content["meta"]
    named = {"item_zh": "name"}
    return RegionProfile.model_validate(
        {
            "name": meta["region"], "level": "park" if "park" in str(meta.get("level", "")) else meta.get("level", "other"), "code": str(meta.get("code", "")),
            "target_chain": meta.get("target_chain"), "target_industry": meta.get("target_industry"),
            "base_year": meta.get("base_year"),
            "indicators": rows("indicators", indicator_zh="metric", indicator="key"),
            "industries": rows("industries", sector_zh="sector", gbt4754="code"),
            "enterprises": rows("enterprises", name_zh="name", output_yi_yuan="output"),
            "institutions": rows("institutions", name_zh="name", type="kind"),
            "infrastructure": [_item(row) for row in rows("infrastructure", **named)],
            "talents": [_item(row) for row in rows("talents", **named)],
            "constraints": rows("constraints", type="kind", statement_zh="statement"),
            "policies": rows("policies", name_zh="name", content_zh="content"),
        }
    )  # fmt: skip


def _is_number(key: str) -> bool:
    return key in ("value", "growth_percent", "region_value", "region_growth_percent", "nation_value", "nation_growth_percent", "output")


def _item(row: dict[str, Any]) -> dict[str, Any]:
    value = row.get("value")
    if isinstance(value, str):
        try:
            row["value"] = float(value)
        except ValueError:
            row["raw"] = row.pop("value")
    return row


@pytest.fixture(scope="session")
def golden() -> Callable[[str], dict[str, Any]]:
    """Expected values by file name under golden/."""

    def load(name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
        return found

    return load


@pytest.fixture(scope="session")
def sparse() -> Callable[[Mapping[str, Any]], RegionProfile]:
    """Builds a thin profile."""
    return sparse_profile


@pytest.fixture(scope="session")
def full() -> Callable[[Mapping[str, Any]], RegionProfile]:
    """Builds a full profile."""
    return full_profile


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference data beside the checkout; tests on it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the reference data beside the checkout is absent")
    return SHARED


@pytest.fixture(scope="session")
def chains(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Chain]:
    """The shipped chains by id; lists beside them (_links.yaml) are no chains."""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "chains").mkdir()
    for file in (asset_dir("corpus") / "chains").glob("[!_]*.yaml"):
        shutil.copy(file, folder / "chains" / file.name)
    return load_chains(folder)
