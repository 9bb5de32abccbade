"""`make audit`: static findings in our code, secrets in our files, advisories on what we depend on.

Fails on a finding that is neither mended nor explained. Explained are: rules of bandit with their reasons in pyproject.toml,
lines with `# nosec RULE` beside the reason, and secrets in the reviewed baseline `.secrets.baseline`.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
LOCKS = ("requirements/lock.txt", "requirements/dev.lock.txt", "requirements/build.lock.txt")
KNOWN = "jinja2==2.11.2"
"""A release with published advisories: a source that knows none of them knows nothing."""

_MOVED = 3
"""What the hook ends with when known strings only stand on other lines."""

TEXTS = ("service", "prompts", "docs", "tests", "evals", ".ci")
READ = (".py", ".md", ".toml", ".yaml", ".yml", ".sh", ".html", ".js", ".css", ".in", "")
"""What may hold a secret somebody typed; not the corpus, gold, schemas and locks, whose digests and numbers look like some."""


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """A tool of the same environment."""
    return subprocess.run([str(BIN / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)


def bandit() -> bool:
    """Whether our code has no finding."""
    ended = run("bandit", "-q", "-r", "-c", "pyproject.toml", "service", "evals", "docs", ".ci", "-f", "txt")
    if ended.returncode:
        print(ended.stdout)
    return ended.returncode == 0


def files() -> Iterator[str]:
    """What is looked through for secrets."""
    yield from (
        path.name
        for path in sorted(ROOT.iterdir())
        if path.is_file() and path.suffix in READ and not path.name.startswith(".")
    )
    for folder in TEXTS:
        for path in sorted((ROOT / folder).rglob("*")):
            if (
                path.is_file()
                and path.suffix in READ
                and "__pycache__" not in path.parts
                and "schemas" not in path.parts
            ):
                yield str(path.relative_to(ROOT))


def secrets() -> bool:
    """Whether no file holds a secret beyond those that were looked at and are none."""
    with tempfile.TemporaryDirectory() as folder:
        baseline = Path(folder) / "baseline"  # the hook writes new line numbers into it
        shutil.copy(ROOT / ".secrets.baseline", baseline)
        ended = run("detect-secrets-hook", "--baseline", str(baseline), "--no-verify", *files())
    good = ended.returncode in (0, _MOVED)
    if not good:
        print(ended.stdout, ended.stderr)
    return good


def audited(*arguments: str) -> list[dict[str, Any]] | None:
    """What pip-audit says of each distribution; None when its source does not answer."""
    ended = run("pip-audit", "--progress-spinner", "off", "--format", "json", "--disable-pip", *arguments)
    try:
        found: list[dict[str, Any]] = json.loads(ended.stdout)["dependencies"]
    except (ValueError, KeyError):
        return None
    return found


def advisories() -> bool | None:
    """Whether no locked distribution has a published advisory; None when that cannot be told from here."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as known:
        known.write(KNOWN)
        known.flush()
        control = audited("--no-deps", "-r", known.name)
    if not control or not any(one.get("vulns") for one in control):
        print(f"   pip-audit: nothing could be audited: no advisories to be had from here (not even those on {KNOWN}).")
        print("   Run `make audit` where pypi.org answers before a release.")
        return None
    found = audited("--require-hashes", *(part for lock in LOCKS for part in ("-r", lock)))
    if found is None:
        print("   pip-audit: the source of advisories stopped answering; nothing was audited.")
        return None
    for one in found:
        for advisory in one.get("vulns", ()):
            print(
                f"   {one['name']} {one['version']}: {advisory['id']}, mended in {', '.join(advisory['fix_versions']) or 'no release'}"
            )
    unknown = [one["name"] for one in found if "skip_reason" in one]
    if unknown:
        print(f"   not known to the source, so not audited: {', '.join(unknown)}")
    return not any(one.get("vulns") for one in found)


def main() -> int:
    """All three, so that one run shows everything."""
    good = True
    for name, check in (("bandit", bandit), ("secrets", secrets), ("advisories", advisories)):
        passed = check()
        print(f"{name}: {'not known' if passed is None else 'ok' if passed else 'FAILED'}")
        good = good and passed is not False
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
