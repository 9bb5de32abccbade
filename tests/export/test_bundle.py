"""The folder of files, the Markdown, the charts; and LibreOffice's opinion of the Word file where it is installed."""

import json
import re
import shutil
import struct
import subprocess
from pathlib import Path

import matplotlib as mpl
import pytest

from jumou.domain.plan import Plan
from jumou.errors import InvalidRequest
from jumou.export import FORMATS, write_bundle
from jumou.export.chapters import outline
from jumou.export.charts import draw_charts
from jumou.export.markdown import plan_markdown
from jumou.export.numbering import chinese

OFFICE = shutil.which("soffice")


@pytest.fixture(scope="module")
def folder(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("bundle")
    write_bundle(plan, out)
    return out


@pytest.fixture(scope="module")
def markdown(folder: Path) -> str:
    return (folder / "plan.md").read_text("utf-8")


def test_the_bundle_holds_every_file_and_names_them(plan: Plan, tmp_path: Path) -> None:
    written = write_bundle(plan, tmp_path / "new" / "folder")
    names = [str(path.relative_to(tmp_path / "new" / "folder")) for path in written]
    assert names[:4] == ["plan.json", "plan.md", "plan.docx", "projects.xlsx"]
    assert names[4:] == [f"charts/{name}.png" for name in ("smile_curve", "value_chain", "specialisation", "growth_share", "mode_scores", "roadmap", "kpi_paths", "financing")]  # fmt: skip
    assert all(path.stat().st_size > 0 for path in written)


def test_the_bundle_is_the_same_twice(plan: Plan, folder: Path, tmp_path: Path) -> None:
    for path in write_bundle(plan, tmp_path):
        assert path.read_bytes() == (folder / path.relative_to(tmp_path)).read_bytes(), path.name


def test_only_what_is_asked_for_is_written(plan: Plan, tmp_path: Path) -> None:
    assert [path.name for path in write_bundle(plan, tmp_path, formats=("xlsx",))] == ["projects.xlsx"]
    with pytest.raises(InvalidRequest, match="unknown export format"):
        write_bundle(plan, tmp_path, formats=("pdf",))  # type: ignore[arg-type]
    assert FORMATS == ("json", "md", "docx", "xlsx", "charts")


def test_the_json_is_the_plan(plan: Plan, folder: Path) -> None:
    assert Plan.model_validate_json((folder / "plan.json").read_bytes()) == plan


def test_the_markdown_has_the_same_headings_as_the_word_file(plan: Plan, markdown: str) -> None:
    found = re.findall(r"^#{2,4} (.*)$", markdown, re.MULTILINE)
    wanted = [block.full for block in outline(plan, {}).blocks if type(block).__name__ == "Heading"]
    assert found == [" ".join(text.split("\n")) for text in wanted]


def test_markdown_tables_have_as_many_cells_as_columns(markdown: str) -> None:
    for table in re.findall(r"(?:^\|.*\|$\n?)+", markdown, re.MULTILINE):
        counts = {len(re.findall(r"(?<!\\)\|", line)) for line in table.strip().split("\n")}
        assert len(counts) == 1


def test_markdown_shows_label_charts_and_sources(markdown: str, folder: Path) -> None:
    assert json.loads(markdown.split("AIGC: ", 1)[1].split(" -->", 1)[0])["Label"] == "1"
    assert "生成合成内容标识" in markdown
    for name in re.findall(r"\]\((charts/[^)]+)\)", markdown):
        assert (folder / name).is_file()
    assert "**[2] **《公平竞争审查条例》" in markdown or "**[2]** 《公平竞争审查条例》" in markdown


def test_a_light_gap_without_a_project_is_explained(plan: Plan, markdown: str) -> None:
    said = "按轻重缓急本轮不单列项目"
    assert said not in markdown
    light = plan.diagnosis.gaps[0].model_copy(update={"id": "G99", "severity": 0.2})
    more = plan.diagnosis.model_copy(update={"gaps": (*plan.diagnosis.gaps, light)})
    assert said in plan_markdown(outline(plan.model_copy(update={"diagnosis": more}), {}))


def test_markup_in_a_text_is_not_taken_for_markup(plan: Plan) -> None:
    odd = plan.model_copy(update={"title": "a|b <script>*x* [y](z)"})
    first = plan_markdown(outline(odd, {})).split("\n\n")[1]
    assert first == "# a\\|b \\<script\\>\\*x\\* [y]\\(z)"


def test_charts_are_png_with_a_label_and_leave_matplotlib_as_it_was(plan: Plan) -> None:
    before = dict(mpl.rcParams)
    charts = draw_charts(plan)
    assert dict(mpl.rcParams) == before
    for chart in charts.values():
        assert chart.png.startswith(b"\x89PNG")
        width, height = struct.unpack(">II", chart.png[16:24])
        assert width > 900
        assert height > 300
        assert b"AIGC" in chart.png
    assert draw_charts(plan)["roadmap"].png == charts["roadmap"].png


def test_a_chart_without_data_is_left_out(plan: Plan) -> None:
    bare = plan.model_copy(update={"diagnosis": plan.diagnosis.model_copy(update={"indicators": ()})})
    assert {"specialisation", "growth_share"} & set(draw_charts(bare)) == set()


@pytest.mark.parametrize(("number", "word"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (45, "四十五")])
def test_ordinals_are_written_in_chinese(number: int, word: str) -> None:
    assert chinese(number) == word


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) is not installed")
def test_libreoffice_turns_the_word_file_into_a_pdf(folder: Path, tmp_path: Path) -> None:
    assert OFFICE is not None
    profile = (tmp_path / "profile").as_uri()
    subprocess.run(
        [OFFICE, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(folder / "plan.docx")],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    content = (tmp_path / "plan.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    pages = len(re.findall(rb"/Type\s*/Page[^s]", content))
    assert 20 <= pages <= 60
