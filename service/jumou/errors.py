"""Every error jumou raises on purpose, in one tree, split by who can act.

JumouError
├── CallerError            the person or program calling can mend it
│   ├── InvalidRequest     the request or a setting does not make sense; the message says how to mend it
│   │   ├── InvalidProfile a region's profile cannot be read; carries every problem with its place
│   │   └── RefusedFile    a document cannot be taken into the corpus (broken, encrypted, empty, too large)
│   ├── NotFound           no such plan, document, passage or region
│   ├── NotSignedIn        accounts are on and the caller has not shown who it is (or its key or session has ended)
│   ├── NotAllowed         the caller's role, or the scope of its key, does not reach that far
│   ├── OverBudget         the run, the user or the workspace has used up what may be spent on a language model
│   ├── TooMuchWork        so much waits already that no more is taken on for now
│   ├── TooManyRequests    the user, the workspace or the address asked, or failed to log in, too often; says when to come again
│   └── StepConflict       the object changed since the caller saw it
├── OperatorError          whoever runs jumou can mend it
│   ├── IndexMismatch      the index was built by another encoder, chunker or corpus
│   ├── IndexLocked        another process owns the embedded index
│   ├── CannotWrite        the disk is full, or a folder or the database may only be read
│   ├── MissingExtra       an optional part was asked for and is not installed
│   └── ModelRefused       the language model's endpoint refuses the key, the model's name or a parameter
├── DraftError             what a drafter produced does not hold
│   ├── UngroundedClaim    a quote, figure or reference cannot be traced
│   └── MalformedAnswer    a model's answer has the wrong shape
└── OutsideError           something outside failed; the only kind that is retried
    └── ServiceUnavailable a model, database or vector server does not answer
        └── ModelUnavailable the language model is busy, silent or cut off; says when to try again, if it was told
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jumou.domain.region import ProfileProblem


class JumouError(Exception):
    """The root. `message_zh` and `message_en` are for people; `mend_zh`/`mend_en` say what to do about it."""

    def __init__(self, message_zh: str, message_en: str = "", *, mend_zh: str = "", mend_en: str = "") -> None:
        """Both languages are kept; the English one defaults to the Chinese one for texts that are not translated."""
        super().__init__(message_en or message_zh)
        self.message_zh = message_zh
        self.message_en = message_en or message_zh
        self.mend_zh = mend_zh
        self.mend_en = mend_en or mend_zh

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors travel from drafting processes as they are, whatever their constructors take."""
        return _restored, (type(self), self.args, self.__dict__)

    def message(self, language: str) -> str:
        """What is wrong, and how to mend it when that is known."""
        text, mend = (self.message_zh, self.mend_zh) if language == "zh" else (self.message_en, self.mend_en)
        return f"{text} {mend}".strip()


def _restored(kind: type[JumouError], args: tuple[Any, ...], state: dict[str, Any]) -> JumouError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class CallerError(JumouError):
    """The caller can mend it."""


class InvalidRequest(CallerError):
    """The request or a setting does not make sense."""


class InvalidProfile(InvalidRequest):
    """A profile cannot be read or does not hold together."""

    def __init__(self, problems: Sequence["ProfileProblem"]) -> None:
        """`problems` are all that was found, errors first."""
        self.problems = tuple(problems)
        first = self.problems[0].message if self.problems else ""
        super().__init__(
            f"区域资料有 {len(self.problems)} 处问题：{first}",
            f"{len(self.problems)} problem(s) in the region profile: {first}",
        )


class RefusedFile(InvalidRequest):
    """A document cannot be taken into the corpus."""


class NotFound(CallerError):
    """There is no such thing."""


class NotSignedIn(CallerError):
    """Accounts are on and the caller has not shown who it is."""


class NotAllowed(CallerError):
    """The caller's role, or the scope of its key, does not reach that far."""


class OverBudget(CallerError):
    """The run, the user or the workspace has used up what may be spent on a language model. `retry_after` is in seconds."""

    def __init__(
        self,
        message_zh: str,
        message_en: str = "",
        *,
        mend_zh: str = "",
        mend_en: str = "",
        retry_after: float | None = None,
    ) -> None:
        """`retry_after` is when a day's allowance begins anew; a run's does not."""
        super().__init__(message_zh, message_en, mend_zh=mend_zh, mend_en=mend_en)
        self.retry_after = retry_after


class TooMuchWork(CallerError):
    """So much waits already that no more is taken on for now."""


class TooManyRequests(CallerError):
    """The user, the workspace or the address asked, or failed to log in, too often. `retry_after` is in seconds."""

    def __init__(self, message_zh: str, message_en: str, *, mend_zh: str, mend_en: str, retry_after: float) -> None:
        """`retry_after` is when there is room again."""
        super().__init__(message_zh, message_en, mend_zh=mend_zh, mend_en=mend_en)
        self.retry_after = retry_after


class StepConflict(CallerError):
    """The object changed since the caller saw it. `versions` holds what was seen and what stands now, when both are known."""

    def __init__(
        self,
        message_zh: str,
        message_en: str = "",
        *,
        mend_zh: str = "",
        mend_en: str = "",
        versions: Mapping[str, Any] | None = None,
    ) -> None:
        """`versions` has the keys seen_hash, current_hash, seen, current: nothing of either is lost."""
        super().__init__(message_zh, message_en, mend_zh=mend_zh, mend_en=mend_en)
        self.versions = dict(versions or {})


class OperatorError(JumouError):
    """Whoever runs jumou can mend it."""


class IndexMismatch(OperatorError):
    """The index was built by another encoder, chunker or corpus version."""


class IndexLocked(OperatorError):
    """Another process owns the embedded index."""


class CannotWrite(OperatorError):
    """The disk is full, or a folder or the database may only be read. What was stored before stays as it was."""


class MissingExtra(OperatorError):
    """An optional part was asked for and is not installed."""


class ModelRefused(OperatorError):
    """The language model's endpoint refuses the key, the model's name or a parameter."""


class DraftError(JumouError):
    """What a drafter produced does not hold."""


class UngroundedClaim(DraftError):
    """A quote, figure or reference cannot be traced."""


class MalformedAnswer(DraftError):
    """A model's answer has the wrong shape."""


class OutsideError(JumouError):
    """Something outside failed; the only kind that is retried."""


class ServiceUnavailable(OutsideError):
    """A model, database or vector server does not answer."""


class ModelUnavailable(ServiceUnavailable):
    """The language model does not answer. `passing` marks what a second try may mend; `retry_after` is in seconds."""

    def __init__(
        self,
        message_zh: str,
        message_en: str = "",
        *,
        mend_zh: str = "",
        mend_en: str = "",
        passing: bool = False,
        retry_after: float | None = None,
    ) -> None:
        """`passing`: the endpoint answered 429 or 5xx; time-outs and cut connections are not tried again."""
        super().__init__(message_zh, message_en, mend_zh=mend_zh, mend_en=mend_en)
        self.passing = passing
        self.retry_after = retry_after
