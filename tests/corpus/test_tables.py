"""YAML files are read once, and read anew when they change."""

import datetime as dt
from pathlib import Path

import pytest
import yaml

from jumou.corpus.tables import read_tables
from jumou.settings import settings


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.setenv("JUMOU_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    (tmp_path / "a.yaml").write_text("x: [1, 是]\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("y: {z: 2}\n", encoding="utf-8")
    return [tmp_path / "a.yaml", tmp_path / "b.yaml"]


def kept(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "home").rglob("tables-*"))


def test_the_second_reading_is_the_first_and_a_change_is_seen(files: list[Path], tmp_path: Path) -> None:
    (tmp_path / "home" / "models").mkdir(parents=True)
    expected = [{"x": [1, "是"]}, {"y": {"z": 2}}]
    assert read_tables(files) == read_tables(files) == expected
    assert len(kept(tmp_path)) == 1
    files[1].write_text("y: 3\n", encoding="utf-8")
    assert read_tables(files)[1] == {"y": 3}
    settings.cache_clear()


def test_a_spoiled_copy_is_made_again(files: list[Path], tmp_path: Path) -> None:
    (tmp_path / "home" / "models").mkdir(parents=True)
    first = read_tables(files)
    kept(tmp_path)[0].write_bytes(b"no table")
    assert read_tables(files) == first
    settings.cache_clear()


def test_without_a_home_nothing_is_made_and_dates_are_read_each_time(files: list[Path], tmp_path: Path) -> None:
    assert read_tables(files)[1] == {"y": {"z": 2}}
    assert not (tmp_path / "home").exists()
    (tmp_path / "home" / "models").mkdir(parents=True)
    files[0].write_text("x: 2026-01-02\n", encoding="utf-8")
    assert read_tables(files)[0] == {"x": dt.date(2026, 1, 2)}
    assert kept(tmp_path) == []
    files[0].write_text("x: [\n", encoding="utf-8")
    with pytest.raises(yaml.YAMLError):
        read_tables(files)
    settings.cache_clear()
