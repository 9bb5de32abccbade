"""The check of an installation and of a deployment: what stands, what does not, and how to mend it."""

import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Final, Literal, NamedTuple

import httpx

from jumou.assets import asset_dir
from jumou.compose import Jumou
from jumou.confined.bounds import Bounds
from jumou.confined.pool import Confined, Ended
from jumou.corpus.chains import load_chains
from jumou.corpus.playbook import load_playbook
from jumou.corpus.shipped import corpus_version, shipped_documents
from jumou.domain.framework import Language
from jumou.errors import JumouError, OperatorError, ServiceUnavailable
from jumou.files import why_unwritable
from jumou.retrieval import Library

_LEAST_FREE: Final = 300_000_000
"""Bytes that an index of the shipped corpus and its encoder take."""

_LOW: Final = 0.05
"""Share of the disk below which a warning is given."""

_CLOCK: Final = 5.0
"""Seconds the clock may differ from the database server's: keys end and days begin by the clock."""

_WAITED: Final = 1800.0
_BACKUP_DAYS: Final = 7
_EARLIEST: Final = datetime(2025, 1, 1, tzinfo=UTC)

Level = Literal["ok", "warning", "failed"]


class Finding(NamedTuple):
    """What one check found."""

    check: str
    level: Level
    detail: str

    @property
    def ok(self) -> bool:
        """Whether it stands; a warning does."""
        return self.level != "failed"


class _Warn(Exception):
    """It works, and somebody should look at it."""


def examine(
    jumou: Jumou, language: Language, *, index: Callable[[], Library], model: bool = False
) -> Iterator[Finding]:
    """Every check, one after the other; a failed one ends none of the others. `index` opens the index, or tells why not."""
    look = _Doctor(jumou, language)
    for zh, en, check in (
        ("版本", "version", look.version), ("随附文献", "corpus", look.corpus), ("产业链", "chains", look.chains),
        ("策划手册", "playbook", look.playbook), ("提示词与评测", "prompts and evals", look.assets),
        ("图表字体", "chart font", look.font), ("数据目录", "home", look.home), ("系统时钟", "clock", look.clock),
        ("文件读取隔离", "confined readers", look.confined),
        ("数据库", "database", look.database), ("编码器", "encoder", look.encoder), ("向量库", "vector store", look.vectors),
        ("检索索引", "index", lambda: look.index(index())), ("账户", "accounts", look.accounts),
        ("传输加密", "encryption", look.encryption), ("任务", "work", look.work), ("备份", "backup", look.backup),
        ("审计流", "audit stream", look.audit), *((("大模型", "language model", look.model),) if model else ()),
    ):  # fmt: skip
        yield _found(zh if language == "zh" else en, check, language)


def _found(name: str, check: Callable[[], str], language: Language) -> Finding:
    try:
        return Finding(name, "ok", check())
    except _Warn as warning:
        return Finding(name, "warning", str(warning))
    except JumouError as problem:
        return Finding(name, "failed", problem.message(language))
    except (OSError, ImportError, ValueError) as problem:
        known = why_unwritable(problem)
        return Finding(
            name, "failed", known.message(language) if known is not None else f"{type(problem).__name__}: {problem}"
        )


class _Doctor:
    """The checks; each says what it found, warns, or raises."""

    def __init__(self, jumou: Jumou, language: Language) -> None:
        self._jumou = jumou
        self._settings = jumou.settings
        self._zh = language == "zh"

    def _t(self, zh: str, en: str) -> str:
        return zh if self._zh else en

    def version(self) -> str:
        return f"jumou {version('jumou')}, Python {platform.python_version()}, {platform.machine()}"

    def corpus(self) -> str:
        documents = shipped_documents()
        kinds = {kind: sum(item.document.kind == kind for item in documents) for kind in ("policy", "case", "chain")}
        if not all(kinds.values()):
            raise OperatorError(f"随附文献不完整：{kinds}", f"the shipped corpus is incomplete: {kinds}", mend_zh="请重新安装。", mend_en="Install again.")  # fmt: skip
        return f"{corpus_version()} {kinds}"

    def chains(self) -> str:
        return str(len(load_chains()))

    def playbook(self) -> str:
        book = load_playbook()
        return self._t(
            f"{len(book.archetypes)} 类项目原型，{len(book.kpis)} 项指标，{len(book.rules)} 条规定",
            f"{len(book.archetypes)} archetypes, {len(book.kpis)} KPIs, {len(book.rules)} rules",
        )

    def assets(self) -> str:
        return ", ".join(str(asset_dir(name)) for name in ("prompts", "evals"))

    def confined(self) -> str:
        """Which layers hold the processes that read users' files."""
        with Confined(Bounds(workers=1)) as readers:
            try:
                stands = readers.standing()
            except Ended as ended:
                raise OperatorError(
                    "读取文件的进程无法启动。", "the process that reads files does not start."
                ) from ended
        layers = [
            self._t("内存与时间限额", "memory and time") if stands["limits"] else "",
            self._t("禁止联网与启动程序（seccomp）", "no network, no programs (seccomp)") if stands["seccomp"] else "",
            self._t("不见文件系统（Landlock）", "no file system (Landlock)") if stands["landlock"] else "",
        ]
        told = self._t("、", ", ").join(layer for layer in layers if layer) or self._t("仅限时", "clock only")
        if not (stands["seccomp"] and stands["landlock"]):
            raise _Warn(self._t(f"本系统仅有：{told}", f"this system has only: {told}"))
        return told

    def font(self) -> str:
        from jumou.export.charts import font_name  # noqa: PLC0415 - matplotlib is slow to load

        return font_name()

    def home(self) -> str:
        home = self._settings.home
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home) as probe:
            probe.write(b"jumou")
        disk = shutil.disk_usage(home)
        told = self._t(f"{home}，可用 {disk.free / 1e9:.1f} GB", f"{home}, {disk.free / 1e9:.1f} GB free")
        if disk.free < _LEAST_FREE:
            raise OperatorError(
                f"{home} 所在磁盘仅剩 {disk.free // 1_000_000} MB。", f"only {disk.free // 1_000_000} MB are free at {home}.",
                mend_zh="请清理磁盘或用 JUMOU_HOME 换一个目录。", mend_en="Free some space or set JUMOU_HOME.",
            )  # fmt: skip
        if disk.free < _LOW * disk.total:
            raise _Warn(told)
        return told

    def clock(self) -> str:
        now = datetime.now(UTC)
        if now < _EARLIEST:
            raise OperatorError(f"系统时间为 {now:%Y-%m-%d}。", f"The clock says {now:%Y-%m-%d}.", mend_zh="请校时。", mend_en="Set the clock.")  # fmt: skip
        from jumou.storage import health  # noqa: PLC0415 - no database before it is asked

        differs = abs(health.clock_difference(self._jumou.database))
        if differs > _CLOCK:
            raise OperatorError(
                f"与数据库服务器的时钟相差 {differs:.0f} 秒。", f"The clock differs from the database server's by {differs:.0f} seconds.",
                mend_zh="请为两台机器配置 NTP。", mend_en="Have both machines keep time by NTP.",
            )  # fmt: skip
        return f"{now:%Y-%m-%dT%H:%M:%SZ}"

    def database(self) -> str:
        from jumou.storage import health  # noqa: PLC0415 - as above

        found = health.database(self._jumou.database)
        return self._t(f"{found.kind}，迁移 {found.schema}，规划 {found.plans} 份", f"{found.kind}, migration {found.schema}, {found.plans} plans")  # fmt: skip

    def encoder(self) -> str:
        encoder = self._jumou.encoder
        return f"{encoder.name}, {encoder.queries(['公平竞争审查']).shape[1]}"

    def vectors(self) -> str:
        url = self._settings.chroma_url
        if not url:
            return self._t("内嵌，由一个进程写入", "embedded, one process writes")
        try:
            answer = httpx.get(f"{url.rstrip('/')}/api/v2/heartbeat", timeout=5)
        except httpx.HTTPError as problem:
            raise ServiceUnavailable(
                f"向量库 {url} 没有应答。", f"The vector server at {url} does not answer.",
                mend_zh="请检查 JUMOU_CHROMA_URL 与服务状态。", mend_en="Check JUMOU_CHROMA_URL and the server.",
            ) from problem  # fmt: skip
        return f"{url} {answer.status_code}"

    def index(self, library: Library) -> str:
        documents, passages = library.size()
        stored = library.whole().vectors_stored() if self._settings.chroma_url else passages
        hits = library.search(self._t("公平竞争审查", "fair competition review"), limit=1)
        told = self._t(f"{documents} 篇，{passages} 段，向量 {stored}，{library.encoder_name}", f"{documents} documents, {passages} passages, {stored} vectors, {library.encoder_name}")  # fmt: skip
        if not hits or stored < passages:
            raise OperatorError(
                f"索引不完整：{told}。", f"The index is not whole: {told}.",
                mend_zh="请运行 jumou index --rebuild。", mend_en="Run jumou index --rebuild.",
            )  # fmt: skip
        return told

    def accounts(self) -> str:
        if self._settings.accounts:
            return self._t("已启用", "on")
        if self._settings.public_url or self._settings.allowed_hosts:
            raise OperatorError(
                "服务以域名对外，却未启用账户。", "It is reached under a name of its own, and accounts are off.",
                mend_zh="请设置 JUMOU_ACCOUNTS=true，并用 jumou keys 建立首个密钥。", mend_en="Set JUMOU_ACCOUNTS=true and make the first key with jumou keys.",
            )  # fmt: skip
        return self._t("未启用；仅本机使用时如此", "off, as on a machine of one's own")

    def encryption(self) -> str:
        address = self._settings.public_url
        if not self._settings.accounts:
            return self._t("仅本机，无需", "not needed on this machine alone")
        if not address:
            raise _Warn(self._t("未设置 JUMOU_PUBLIC_URL：无法确认经 HTTPS 访问，Cookie 的 Secure 属性随每次请求判断。", "JUMOU_PUBLIC_URL is not set: nothing says that people come by HTTPS, and cookies are Secure request by request."))  # fmt: skip
        if not address.startswith("https://"):
            raise OperatorError(
                f"{address} 未加密：密钥与 Cookie 会以明文传输。", f"{address} is not encrypted: keys and cookies travel in the clear.",
                mend_zh="请在反向代理上启用 TLS，并将 JUMOU_PUBLIC_URL 改为 https://。", mend_en="Have the proxy speak TLS and set JUMOU_PUBLIC_URL to https://.",
            )  # fmt: skip
        return self._t(f"{address}，Cookie 为 Secure", f"{address}, cookies are Secure")

    def work(self) -> str:
        from jumou.storage import WorkerList  # noqa: PLC0415 - as above
        from jumou.storage.queues import queues  # noqa: PLC0415 - as above

        alive = len(WorkerList(self._jumou.database).workers())
        waiting = [queue for queue in queues(self._jumou.database) if queue.depth]
        told = "; ".join(self._t(f"{one.kind} {one.state} {one.depth} 项，最早 {one.oldest_seconds:.0f} 秒前", f"{one.kind} {one.state}: {one.depth}, oldest {one.oldest_seconds:.0f} s ago") for one in waiting)  # fmt: skip
        if any(one.oldest_seconds > _WAITED for one in waiting):
            raise _Warn(told)
        if waiting and not alive:
            raise OperatorError(
                f"有任务等待，但没有进程处理：{told}。", f"Work waits and no process does it: {told}.",
                mend_zh="请启动 jumou serve（JUMOU_WORK=true）或 jumou worker。", mend_en="Start jumou serve (JUMOU_WORK=true) or jumou worker.",
            )  # fmt: skip
        workers = self._t(f"{alive} 个进程", f"{alive} processes")
        return f"{workers}; {told}" if told else self._t(f"{workers}，无积压", f"{workers}, nothing waits")

    def backup(self) -> str:
        from jumou.storage import health  # noqa: PLC0415 - as above

        made = health.last_backup(self._jumou.database)
        if made is None:
            raise _Warn(self._t("尚未备份；请定期运行 jumou backup。", "There is none; run jumou backup regularly."))
        days = (datetime.now(UTC) - datetime.fromisoformat(made)).days
        told = self._t(f"最近一次 {made[:16]}", f"the last one at {made[:16]}")
        if days > _BACKUP_DAYS:
            raise _Warn(self._t(f"{told}，已 {days} 天", f"{told}, {days} days ago"))
        return told

    def audit(self) -> str:
        verdict = self._jumou.audit.verify()
        if verdict.broken is not None:
            raise OperatorError(
                f"第 {verdict.broken} 行与前文不符（{verdict.why}）。", f"Line {verdict.broken} does not hold ({verdict.why}).",
                mend_zh="有人改动过审计流；请比对 jumou audit export 的早先导出与备份。", mend_en="Somebody changed the stream; compare earlier exports and backups.",
            )  # fmt: skip
        return self._t(f"完整，{verdict.entries} 行", f"whole, {verdict.entries} lines")

    def model(self) -> str:
        import asyncio  # noqa: PLC0415 - only for the asked

        from jumou.llm import Message  # noqa: PLC0415 - as above

        found = self._jumou.model
        if found is None:
            return self._t("未设置", "none is set")
        reply = asyncio.run(found.run().write((Message("user", "请只回答：好"),), max_tokens=64))
        return f"{found.name}: {len(reply.text)}"
