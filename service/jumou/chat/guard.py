"""What a model says passes here before anybody sees it: figures and references are checked as they come, clause by clause.

A clause without digits or brackets goes on at once. One with them waits for its end; a figure nothing carries is marked
right behind it, a reference to a passage that was not shown is taken out. A text that repeats the instructions is cut off.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from jumou.chat.workbench import Shown
from jumou.domain.figures import untraced
from jumou.domain.framework import Language
from jumou.domain.quoting import comparable
from jumou.drafting.wording import number

_WAITS: Final = re.compile(r"[\d\[〔]")
_END: Final = re.compile(r"[，。；！？、\n,;!?](?!\d)")
_REFERENCE: Final = re.compile(r"\[(\d{1,4})\]")
_ORDINAL: Final = re.compile(r"^[\s*#>\-|]*\d{1,2}\s*[.、)）．]\s*")
_LONGEST_WAIT: Final = 160
_THOUGHT: Final = ("<think>", "</think>")
_SECRET_ZH, _SECRET_EN = 18, 48
"""So many signs in a row (blanks aside) that stand in the instructions are no accident."""

_HAN: Final = re.compile(r"[\u4e00-\u9fff]")


@dataclass(slots=True)
class Guard:
    """Checks one answer. `carried` are the texts whose figures may be used; `secret` is what must not be repeated."""

    language: Language
    shown: Shown
    secret: str
    carried: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    cited: set[int] = field(default_factory=set)
    cut: bool = False
    _held: str = ""
    _line: str = ""
    _tail: str = ""
    _thinking: bool | None = None

    def learn(self, *texts: str) -> None:
        """More texts whose figures may be used."""
        self.carried.extend(text for text in texts if text)

    def feed(self, piece: str) -> str:
        """What can be shown after this piece."""
        self._held += piece
        if self._thinking is not False and not self._past_thought():
            return ""
        return self._out(last=False)

    def end(self) -> str:
        """What was still held back."""
        if self._thinking:
            self._held = ""
        return self._out(last=True)

    def _past_thought(self) -> bool:
        """Whether a model's spoken thoughts, if there are any, are over; they are not shown."""
        text = self._held.lstrip()
        opening, closing = _THOUGHT
        if self._thinking is None:
            if text.startswith(opening):
                self._thinking = True
            elif opening.startswith(text):
                return False
            else:
                self._thinking = False
                return True
        if closing not in text:
            return False
        self._held = text.partition(closing)[2].lstrip()
        self._thinking = False
        return True

    def _out(self, *, last: bool) -> str:
        told: list[str] = []
        while self._held and not self.cut:
            waits = _WAITS.search(self._held)
            if waits is None:
                told.append(self._pass(self._held))
                self._held = ""
                break
            if waits.start() > 0:
                told.append(self._pass(self._held[: waits.start()]))
                self._held = self._held[waits.start() :]
            end = _END.search(self._held)
            complete = end is not None and (end.end() < len(self._held) or last)
            if not (complete or last or len(self._held) > _LONGEST_WAIT):
                break
            stop = end.end() if end is not None and complete else len(self._held)
            clause, self._held = self._held[:stop], self._held[stop:]
            told.append(self._checked(clause))
        return "".join(told)

    def _checked(self, clause: str) -> str:
        held = {one.n for one in self.shown.all}

        def reference(match: re.Match[str]) -> str:
            n = int(match[1])
            if n in held:
                self.cited.add(n)
                return match[0]
            self.findings.append(f"reference [{n}]")
            return self._pick("[无此来源]", "[no such source]")

        text = _REFERENCE.sub(reference, clause)
        bare = _REFERENCE.sub(" ", clause)
        before = self._line[-16:]
        if not self._line.strip(" *#>-|"):
            bare = _ORDINAL.sub("", bare)
            before = ""
        missing = untraced(before + bare, (), self.carried)
        already = untraced(before, (), self.carried) if before else []
        for figure in already:
            if figure in missing:
                missing.remove(figure)
        if missing:
            shown = "、".join(number(figure) for figure in missing)
            self.findings.extend(f"figure {number(figure)}" for figure in missing)
            mark = self._pick(f"（未见依据的数字：{shown}）", f" (no basis found for {shown})")
            body, tail = (text[:-1], text[-1:]) if _END.search(text[-1:]) else (text, "")
            text = body + mark + tail
        return self._pass(text)

    def _pass(self, text: str) -> str:
        """The text, unless it completes a stretch of the instructions."""
        recent = comparable(self._tail + text)
        width = _SECRET_ZH if _HAN.search(recent) else _SECRET_EN
        if any(recent[place : place + width] in self.secret for place in range(len(recent) - width + 1)):
            self.cut = True
            self.findings.append("instructions")
            return self._pick("（以下内容不予显示。）", "(The rest is not shown.)")
        self._tail = (self._tail + text)[-2 * _SECRET_EN :]
        line = text.rpartition("\n")
        self._line = line[2] if line[1] else self._line + text
        return text

    def _pick(self, zh: str, en: str) -> str:
        return zh if self.language == "zh" else en
