"""The files of a stored plan, written once for each of its versions."""

import contextlib
import shutil
import tempfile
from pathlib import Path

from jumou.domain.standing import History
from jumou.workflow.reading import StoredPlan


def plan_file(plan: StoredPlan, name: str, home: Path, history: History | None = None) -> Path:
    """The file called `name` of this version of the plan, under `home`; all its files are written when it is not there.

    With the plan's `history`, Word and Markdown end with the review record as it was at this version.

    Raises:
        StepConflict: the plan does not have all four steps yet.
    """
    from jumou.export import write_bundle  # noqa: PLC0415 - matplotlib and docx are slow to load

    folder = home / "files" / plan.id / str(plan.event)
    if not (folder / name).is_file():
        whole = plan.whole()
        folder.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=folder.parent))
        try:
            write_bundle(whole, made, history=history.until(plan.event) if history is not None else None)
            with contextlib.suppress(OSError):  # another request was faster, then that one's files serve
                made.rename(folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return folder / name
