"""The check of the installation on the page, as `jumou doctor` has it for the terminal."""

import platform
import shutil
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from pydantic import SecretStr

from jumou.corpus.chains import load_chains
from jumou.corpus.playbook import load_playbook
from jumou.corpus.shipped import corpus_version, shipped_documents
from jumou.errors import JumouError
from jumou.web.preferences import Preferences
from jumou.web.service import Service

_SECRET = ("key", "url", "secret", "token")


def examined(service: Service, chosen: Preferences) -> list[dict[str, Any]]:
    """Every check with what it found."""
    t = chosen.t
    rows: list[dict[str, Any]] = []

    def examine(name: str, look: Callable[[], str]) -> None:
        try:
            rows.append({"name": name, "ok": True, "detail": look()})
        except (JumouError, OSError, ImportError) as problem:
            detail = problem.message(chosen.language) if isinstance(problem, JumouError) else str(problem)
            rows.append({"name": name, "ok": False, "detail": detail})

    examine(
        t("版本", "Version"),
        lambda: f"jumou {version('jumou')} · Python {platform.python_version()} · {platform.machine()}",
    )
    examine(t("随附文献", "Corpus"), lambda: f"{corpus_version()} · {len(shipped_documents())}")
    examine(t("产业链", "Chains"), lambda: str(len(load_chains())))
    examine(t("策划手册", "Playbook"), lambda: _playbook(chosen))
    examine(t("数据目录", "Home"), lambda: f"{service.settings.home} · {shutil.disk_usage(service.settings.home).free // 1_000_000_000} GB {t('可用', 'free')}")  # fmt: skip
    examine(t("检索索引", "Index"), lambda: _index(service, chosen))
    examine(t("数据库", "Database"), lambda: _database(service, chosen))
    return rows


def settings_shown(service: Service) -> list[dict[str, str]]:
    """The settings in force, without what is secret."""
    rows = []
    for name, described in type(service.settings).model_fields.items():
        value = getattr(service.settings, name)
        hidden = isinstance(value, SecretStr) or any(word in name for word in _SECRET)
        shown = ("•••" if value else "—") if hidden else str(value if value not in ("", None) else "—")
        rows.append({"name": f"JUMOU_{name.upper()}", "value": shown, "what": described.description or ""})
    return rows


def _playbook(chosen: Preferences) -> str:
    book = load_playbook()
    return chosen.t(
        f"{len(book.archetypes)} 类项目原型 · {len(book.kpis)} 项指标 · {len(book.rules)} 条规定",
        f"{len(book.archetypes)} archetypes, {len(book.kpis)} KPIs, {len(book.rules)} rules",
    )


def _index(service: Service, chosen: Preferences) -> str:
    library = service.opened().library
    documents, passages = library.size()
    return chosen.t(f"{documents} 篇 · {passages} 段 · {library.encoder_name}", f"{documents} documents, {passages} passages, {library.encoder_name}")  # fmt: skip


def _database(service: Service, chosen: Preferences) -> str:
    plans = len(service.stored().store.plans(limit=200).plans)
    return chosen.t(f"{plans} 份规划", f"{plans} plans")
