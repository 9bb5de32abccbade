"""Prompts: texts under `prompts/`, one file a task and language, with front matter and strict Jinja.

Whatever is filled in is data. Angle brackets in it turn full-width, so that no text can close the tag it is fenced in;
quotes are compared after normalising width, so they still stand.
"""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from jinja2 import Environment, StrictUndefined, Template, TemplateSyntaxError, meta
from pydantic import Field, ValidationError

from jumou.assets import asset_dir
from jumou.domain.framework import Language
from jumou.domain.model import Model
from jumou.errors import NotFound, OperatorError

_FRONT: Final = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_WIDE: Final = str.maketrans({"<": "＜", ">": "＞"})
_ENVIRONMENT: Final = Environment(
    undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False, autoescape=False,  # nosec B701 # noqa: S701 - no HTML; `finalize` fences
    finalize=lambda value: str(value).translate(_WIDE) if value is not None else "",
)  # fmt: skip


class FrontMatter(Model):
    """What a prompt says of itself."""

    id: str = Field(pattern=r"^[a-z_]+/[a-z_]+$")
    version: int = Field(ge=1)
    purpose: str
    inputs: tuple[str, ...]
    output: str = Field(description="dotted name of what the answer becomes; `text` for free text")


@dataclass(frozen=True, slots=True)
class Prompt:
    """One task in one language. `hash` is of the file as it stands, so a record shows which text was sent."""

    front: FrontMatter
    language: Language
    hash: str
    body: str

    @property
    def id(self) -> str:
        """`<step>/<name>`."""
        return self.front.id

    @property
    def version(self) -> int:
        """Raised with every change of meaning."""
        return self.front.version

    @property
    def variables(self) -> frozenset[str]:
        """The variables the template uses."""
        return frozenset(meta.find_undeclared_variables(_ENVIRONMENT.parse(self.body)))

    def render(self, **inputs: Any) -> str:
        """The text to send.

        Raises:
            OperatorError: what is given is not what the front matter declares.
        """
        if set(inputs) != set(self.front.inputs):
            raise OperatorError(
                f"提示词 {self.id} 的输入应为 {', '.join(self.front.inputs)}，实为 {', '.join(inputs)}。",
                f"The prompt {self.id} takes {', '.join(self.front.inputs)}, and was given {', '.join(inputs)}.",
            )
        return _template(self.body).render(**inputs).strip()


@cache
def _template(body: str) -> Template:
    """Compiled once: that takes longer than filling it in."""
    return _ENVIRONMENT.from_string(body)


@cache
def load_prompt(name: str, language: Language) -> Prompt:
    """The prompt `<step>/<name>` in `language`.

    Raises:
        NotFound: there is none.
        OperatorError: the file is broken; the message says where.
    """
    path = asset_dir("prompts") / f"{name}.{language}.md"
    if not path.is_file():
        raise NotFound(f"没有提示词 {path.name}。", f"There is no prompt {path.name}.")
    return read_prompt(path, language)


def read_prompt(path: Path, language: Language) -> Prompt:
    """A prompt from its file; raises OperatorError when it is broken."""
    raw = path.read_text(encoding="utf-8")
    found = _FRONT.match(raw)
    try:
        if found is None:
            raise _broken(path, "no front matter")
        front = FrontMatter.model_validate(yaml.safe_load(found[1]))
        body = raw[found.end() :]
        _ENVIRONMENT.parse(body)
    except (yaml.YAMLError, ValidationError, TemplateSyntaxError) as problem:
        raise _broken(path, str(problem)) from problem
    return Prompt(front, language, hashlib.sha256(raw.encode()).hexdigest()[:16], body)


def prompt_files() -> tuple[Path, ...]:
    """Every prompt that is shipped."""
    return tuple(sorted(path for path in asset_dir("prompts").rglob("*.md") if path.name != "README.md"))


def prompts_digest() -> str:
    """One hash over all of them: what a model drafts from other prompts is another draft."""
    found = hashlib.sha256()
    for path in prompt_files():
        found.update(path.read_bytes())
    return found.hexdigest()[:16]


def _broken(path: Path, why: str) -> OperatorError:
    return OperatorError(
        f"提示词 {path.parent.name}/{path.name} 有误：{why}",
        f"The prompt {path.parent.name}/{path.name} is broken: {why}",
    )
