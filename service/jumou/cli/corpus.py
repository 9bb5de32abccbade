"""`jumou corpus`, `jumou search` and `jumou index`: users' files in the library, and what is found in it."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from pydantic import ValidationError
from rich.table import Table

from jumou.cli.terminal import emit, operator, out, pick, progress, say
from jumou.compose import Jumou
from jumou.corpus.readers.limits import Limits
from jumou.domain.access import WORKSPACE_ID, Classification, Reach
from jumou.domain.audit import Act
from jumou.drafting import sufficiency
from jumou.errors import InvalidRequest
from jumou.retrieval import Filter, Hit, Library, Shelf
from jumou.retrieval.intake import Outcome, acts_of, add_files, list_added, remove_added
from jumou.settings import Settings, settings

app = typer.Typer(help="自有文献：收入、查看、移除 · your own documents: add, list, remove", no_args_is_help=True)

WorkspaceOption = Annotated[
    str,
    typer.Option("--workspace", "-w", help="工作区；默认按 JUMOU_WORKSPACE · workspace, JUMOU_WORKSPACE by default"),
]
ClassificationOption = Annotated[
    str,
    typer.Option(
        "--classification", help="密级：public 公开、internal 内部；文件自带的内部标识不会被降级 · public or internal"
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON · for programs")]

_FIELDS: Final = {
    "kind": "kinds", "level": "levels", "region": "regions", "status": "statuses", "mode": "modes", "project_type": "project_types",
    "industry": "industries", "outcome": "outcomes", "document": "document_ids", "workspace": "workspaces", "classification": "classifications",
    "from": "issued_from", "to": "issued_to",
}  # fmt: skip
"""The keys of `--where`, and the fields of a filter they stand for."""


@app.command("add")
def add(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="文件或文件夹 · files or folders")],
    workspace: WorkspaceOption = "",
    classification: ClassificationOption = "public",
    as_json: JsonOption = False,
) -> None:
    """收入 PDF、Word、Excel、网页、Markdown、CSV 和文本；未变的跳过，中断后可续。有文件被拒绝时退出码为 2。"""
    kept, named, jumou = _classification(classification), _workspace(workspace), _parts()
    limits = replace(Limits(), file_bytes=settings().most_upload_bytes)
    with progress(pick("收入文献", "adding")) as report:
        outcomes = add_files(jumou.index, paths, workspace=named, classification=kept, progress=report, limits=limits)
    jumou.audit.record(*(act._replace(actor=operator()) for act in acts_of(outcomes, workspace=named)))
    if as_json:
        emit([outcome.model_dump(mode="json") for outcome in outcomes])
    else:
        _tell(outcomes)
    if any(outcome.status == "refused" for outcome in outcomes):
        raise typer.Exit(2)


@app.command("list")
def listed(workspace: WorkspaceOption = "", as_json: JsonOption = False) -> None:
    """列出自行收入的文献。"""
    found = list_added(_index(), workspace=_workspace(workspace))
    if as_json:
        emit([one.model_dump(mode="json") for one in found])
        return
    table = Table()
    headings = (
        ("编号", "id"),
        ("标题", "title"),
        ("发文机关", "issuer"),
        ("日期", "issued"),
        ("段落", "passages"),
        ("来自", "from"),
    )
    for zh, en in headings:
        table.add_column(pick(zh, en), overflow="fold")
    for one in found:
        document = one.document
        table.add_row(
            document.id, document.title, document.issuer, document.issued or "", str(one.passages), one.origin
        )
    out.print(table)


@app.command("remove")
def remove(
    document_ids: Annotated[list[str], typer.Argument(metavar="ID...")],
    workspace: WorkspaceOption = "",
    as_json: JsonOption = False,
) -> None:
    """移除自行收入的文献；随附文献不能移除。"""
    named, jumou = _workspace(workspace), _parts()
    remove_added(jumou.index, document_ids, workspace=named)
    jumou.audit.record(*(Act("document.removed", f"document:{one}", operator(), named) for one in document_ids))
    if as_json:
        emit({"removed": document_ids})
    else:
        say(pick(f"已移除 {len(document_ids)} 篇。", f"{len(document_ids)} removed."))


def search(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="检索词或问题 · words or a question")],
    count: Annotated[int, typer.Option("--k", "-k", min=1, max=100, help="条数 · how many")] = 8,
    where: Annotated[
        list[str] | None, typer.Option("--where", metavar="KEY=VALUE", help="限定，可多次；同键为或 · may be repeated")
    ] = None,
    workspace: WorkspaceOption = "",
    everything: Annotated[bool, typer.Option("--all", help="含已失效文件 · superseded ones too")] = False,
    as_json: JsonOption = False,
) -> None:
    """检索政策、案例、产业链和自有文献。"""
    narrowed = _filter(where or [])
    most = max(count, sufficiency.LOOKED_AT)
    found = Shelf(_index(), Reach(_workspace(workspace))).search(
        query, limit=most, where=narrowed, include_outdated=everything
    )
    hits = found[:count]
    if as_json:
        emit(
            [
                {**hit.model_dump(mode="json"), "sufficiency": round(fit, 4), "answerable": fit >= sufficiency.CUT}
                for hit, fit in zip(hits, sufficiency.scores(query, hits), strict=True)
            ]
        )
        return
    if hits and not sufficiency.enough(query, found):
        say(
            pick(
                "没有找到足以回答的依据；以下段落仅是最相近的，请勿据以推断。",
                "No evidence was found that answers this; the passages below are only the nearest, do not infer from them.",
            )
        )
    for number, hit in enumerate(hits, start=1):
        _show(number, hit)
    if not hits:
        say(pick("没有找到。可放宽 --where 条件，或加 --all。", "Nothing found. Widen --where, or add --all."))


def index(
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="全部重建；自有文献保留 · anew; your documents are kept")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """建立或更新检索索引。"""
    chosen = settings()
    with progress(pick("检索索引", "index")) as report:
        library = Jumou(chosen, report).build_index(rebuild=rebuild)
    documents, passages = library.size()
    if as_json:
        emit(
            {
                "documents": documents,
                "passages": passages,
                "encoder": library.encoder_name,
                "corpus_version": library.version,
            }
        )
    else:
        say(
            pick(
                f"索引就绪：{documents} 篇文献，{passages} 段。",
                f"The index is ready: {documents} documents, {passages} passages.",
            )
        )


def _parts() -> Jumou:
    """The parts of this process, with the index open."""
    chosen: Settings = settings()
    with progress(pick("准备检索索引", "index")) as report:
        jumou = Jumou(chosen, report)
        _ = jumou.index
        return jumou


def _index() -> Library:
    return _parts().index


def _workspace(named: str) -> str:
    if named and not re.fullmatch(WORKSPACE_ID, named):
        raise InvalidRequest(
            f"工作区编号不合规：{named}。", f"{named} is no workspace's id.",
            mend_zh="只用小写字母、数字和连字符。", mend_en="Use lower-case letters, digits and hyphens.",
        )  # fmt: skip
    return named or settings().workspace


def _classification(named: str) -> Classification:
    if named not in ("public", "internal"):
        raise typer.BadParameter(
            pick("密级只能是 public 或 internal。", "it is public or internal."), param_hint="--classification"
        )
    return "internal" if named == "internal" else "public"


def _filter(conditions: list[str]) -> Filter | None:
    """The filter that `--where` asks for; values of one key are alternatives.

    Raises:
        InvalidRequest: a condition has no `=`, an unknown key, or a value the key does not allow.
    """
    wanted: dict[str, Any] = {}
    for condition in conditions:
        key, equals, value = condition.partition("=")
        field = _FIELDS.get(key.strip())
        if not equals or field is None or not value.strip():
            raise InvalidRequest(
                f"--where 的写法不对：{condition}。", f"--where is not understood: {condition}.",
                mend_zh=f"应为 键=值，键可用 {'、'.join(_FIELDS)}。", mend_en=f"Write KEY=VALUE; keys are {', '.join(_FIELDS)}.",
            )  # fmt: skip
        if key in ("from", "to"):
            wanted[field] = value.strip()
        else:
            wanted[field] = (*wanted.get(field, ()), value.strip())
    try:
        return Filter.model_validate(wanted) if wanted else None
    except ValidationError as problem:
        first = problem.errors()[0]
        names = {field: key for key, field in _FIELDS.items()}
        raise InvalidRequest(
            f"--where {names[str(first['loc'][0])]} 的值不合规：{first['input']}。", f"--where {names[str(first['loc'][0])]}: {first['msg']}.",
            mend_zh=f"{first['msg']}。", mend_en="",
        ) from problem  # fmt: skip


def _tell(outcomes: list[Outcome]) -> None:
    language = settings().language
    for outcome in outcomes:
        if outcome.status != "unchanged":
            say(f"{'✗' if outcome.status == 'refused' else '✓'} {outcome.path}  {outcome.message(language)}")
    counts = {
        status: sum(outcome.status == status for outcome in outcomes)
        for status in ("added", "updated", "unchanged", "refused")
    }
    say(
        pick(
            f"收入 {counts['added']}，更新 {counts['updated']}，未变 {counts['unchanged']}，拒绝 {counts['refused']}。",
            f"{counts['added']} added, {counts['updated']} updated, {counts['unchanged']} unchanged, {counts['refused']} refused.",
        )
    )


def _show(number: int, hit: Hit) -> None:
    document = hit.document
    about = "，".join(part for part in (document.issuer, document.issued or "", hit.passage.section) if part)
    gone = pick("（已失效）", " (superseded)") if hit.outdated else ""
    out.print(f"{number}. {document.title}{gone}  [{hit.passage.id}]  {hit.score:.2f}", markup=False)
    if about:
        out.print(f"   {about}", markup=False)
    out.print(f"   {' '.join(hit.passage.text.split())[:300]}", markup=False)
