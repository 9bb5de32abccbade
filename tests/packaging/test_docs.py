"""The documents say what the code does."""

import ast
import json
import re
import runpy
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
import typer

from jumou import errors
from jumou.analysis.region import analyse
from jumou.cli.main import app, exit_code
from jumou.corpus.chains import load_chains
from jumou.domain.schemas import json_schemas
from jumou.profile import sample_profile
from jumou.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(errors.__file__).resolve().parent
READMES = (ROOT / "README.md", ROOT / "README.zh.md")
SAMPLES = ("changchun", "hefei", "mouding")


def formulas_in_code() -> set[str]:
    """Every id a `formula=` argument or entry of the analysis names, up to its first colon."""
    found = set()
    for path in (PACKAGE / "analysis").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            values: list[ast.expr | None] = []
            if isinstance(node, ast.keyword) and node.arg == "formula":
                values.append(node.value)
            if isinstance(node, ast.Dict):
                values += [
                    value for key, value in zip(node.keys, node.values, strict=True)
                    if isinstance(key, ast.Constant) and key.value == "formula"
                ]  # fmt: skip
            if isinstance(node, ast.Assign) and any(
                isinstance(t, ast.Name) and t.id == "formula" for t in node.targets
            ):
                values.append(node.value)
            found |= {str(v.value).partition(":")[0] for v in values if isinstance(v, ast.Constant)}
    return found


def test_every_method_is_documented() -> None:
    """A formula id of the analysis has its section in docs/methods.md."""
    documented = set(re.findall(r"^### `(\w+)`", (ROOT / "docs/methods.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert formulas_in_code() <= documented
    chains = load_chains()
    for name in SAMPLES:
        profile = sample_profile(name)
        found = analyse(profile, chains.get(profile.target_chain or ""))
        assert {item.formula for item in found.indicators.values()} <= documented


def test_every_check_of_a_vision_is_documented() -> None:
    """docs/vision-checklist.md names the checks the drafter makes."""
    text = (ROOT / "docs/vision-checklist.md").read_text(encoding="utf-8")
    source = (PACKAGE / "drafting/rules/vision.py").read_text(encoding="utf-8")
    names = re.search(r"_NAMES: Final = \{(.*?)\n\}", source, re.DOTALL)
    assert names is not None
    assert re.findall(r'^\s+"(\w+)": \(', names[1], re.MULTILINE) == re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)


def test_published_schemas_are_current() -> None:
    """docs/schemas is what `jumou schemas` writes; `make schemas` brings it up to date."""
    folder = ROOT / "docs/schemas"
    written = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")}
    assert written == json_schemas()


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_commands_of_the_readme_exist(readme: Path) -> None:
    """Every `jumou ...` line has a command of that name and every option it uses; every command is mentioned."""
    commands = known_commands()
    shown = set()
    for line in re.findall(r"^\s*(?:\$ )?jumou ([^#\n`|]+)", readme.read_text(encoding="utf-8"), re.MULTILINE):
        words = line.split()
        name = next((n for n in (" ".join(words[:2]), words[0]) if n in commands), None)
        assert name is not None, line
        shown.add(name)
        assert {w.partition("=")[0] for w in words if w.startswith("-")} <= commands[name], line
    assert shown == set(commands)


def test_every_setting_is_documented() -> None:
    """docs/settings.md is what docs/settings.py prints; `make docs` brings it up to date."""
    page = runpy.run_path(str(ROOT / "docs/settings.py"))["page"]()
    assert (ROOT / "docs/settings.md").read_text(encoding="utf-8") == page


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_settings_and_targets_of_the_readme_exist(readme: Path) -> None:
    """Environment variables are those of the settings; `make` targets are in the Makefile."""
    text = readme.read_text(encoding="utf-8")
    known = {f"JUMOU_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"\bJUMOU_[A-Z_]+\b", text)) <= known
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)", text)) <= targets


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_links_and_pictures_of_the_readme_are_there(readme: Path) -> None:
    """No link inside the repository is dead."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", readme.read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), target


def test_exit_codes_are_documented_and_kept() -> None:
    """docs/exit-codes.md lists each code, and designed errors leave with theirs."""
    text = (ROOT / "docs/exit-codes.md").read_text(encoding="utf-8")
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    assert {0, 1, 2, 3, 4, 5} <= listed
    assert exit_code(errors.InvalidRequest("")) == 2
    assert exit_code(errors.IndexMismatch("")) == 3
    assert exit_code(errors.ServiceUnavailable("")) == 4


def test_the_changelog_knows_this_version() -> None:
    """A release has its section; unreleased work stands above it."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == version("jumou")
    assert "## [Unreleased]" in text or f"## [{project['version']}]" in text


def known_commands() -> dict[str, set[str]]:
    """Options by command, as the command line itself declares them."""
    found: dict[str, set[str]] = {}

    def walk(command: object, path: tuple[str, ...]) -> None:
        children = getattr(command, "commands", None)
        if children:
            for name, child in children.items():
                walk(child, (*path, name))
            return
        params = getattr(command, "params", ())
        found[" ".join(path)] = {option for param in params for option in (*param.opts, *param.secondary_opts)} | {
            "--help"
        }

    walk(typer.main.get_command(app), ())
    return found
