"""Where projects lie close together: what each leaves to the other, said in its content, so that nothing is planned twice."""

from collections.abc import Sequence
from typing import Final

from jumou.domain.chain import Text
from jumou.domain.portfolio import Project
from jumou.drafting.context import DraftContext
from jumou.drafting.rules.selection import Candidate
from jumou.drafting.wording import in_sentence

_MOST: Final = 3
"""More borders than these tell a reader nothing."""


def bordered(ctx: DraftContext, projects: Sequence[Project], owners: Sequence[Candidate]) -> list[Project]:
    """The projects, each with a last line of content that says what it leaves to which other one."""
    first: dict[str, str] = {}
    links: dict[str, str] = {}
    for project, owner in zip(projects, owners, strict=True):
        first.setdefault(owner.archetype.id, project.id)
        if owner.archetype.per == "node":
            links.update(dict.fromkeys(owner.links, project.id))
    rows = []
    for project, owner in zip(projects, owners, strict=True):
        said = [*_links(ctx, owner, links), *_others(ctx, project, owner, first)][:_MOST]
        line = ctx.writer.pick("与其他项目分工：" + "；".join(said), "Division of work: " + "; ".join(said))
        rows.append(project.model_copy(update={"content": (*project.content, line)}) if said else project)
    return rows


def _links(ctx: DraftContext, owner: Candidate, links: dict[str, str]) -> list[str]:
    left = [link for link in owner.left_out if link in links]
    if not left:
        return []
    names = ctx.writer.joined(_called(ctx, owner.chain.node(link).name) for link in left)
    ids = ctx.writer.joined(dict.fromkeys(links[link] for link in left))
    return [
        ctx.writer.pick(
            f"{names}环节由{ids}单列实施，本项目不重复安排", f"{names}: planned as {ids}, not repeated here"
        )
    ]


def _others(ctx: DraftContext, project: Project, owner: Candidate, first: dict[str, str]) -> list[str]:
    return [
        row.text.in_(ctx.language).format(other=first[row.other])
        for row in ctx.playbook.boundaries
        if row.project == owner.archetype.id and first.get(row.other, project.id) != project.id
    ]


def _called(ctx: DraftContext, name: Text) -> str:
    return name.zh if ctx.language == "zh" else in_sentence(name.en)
