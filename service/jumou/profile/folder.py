"""A folder as a profile: CSV files by sheet; the head from meta.csv, else from a JSON file beside them."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from jumou.corpus.readers import refusals
from jumou.errors import RefusedFile
from jumou.profile.files import csv_files, json_object
from jumou.profile.rows import Head, Table


def sheets_in(folder: Path) -> tuple[Head, list[Table], list[str]]:
    """The head, the sheets and the names of unknown files in a folder of CSV files.

    Raises:
        RefusedFile: a file cannot be read, or none is a sheet of a profile.
    """
    head, tables, unknown = csv_files(_inside(folder, folder.glob("*.[cC][sS][vV]")))
    if not head.told:
        for path in _inside(folder, folder.glob("*.json")):
            content, _ = json_object(path)
            meta = content.get("meta")
            if isinstance(meta, Mapping):
                return Head({str(key): value for key, value in meta.items()}, title=path.name), tables, unknown
    return head, tables, unknown


def _inside(folder: Path, paths: Iterable[Path]) -> list[Path]:
    """The paths by name. A folder that came from somebody else may hold a link to a file of one's own.

    Raises:
        RefusedFile: one is a link that leads out of the folder, in a circle or to nothing.
    """
    found = sorted(paths)
    root = folder.resolve()
    for path in found:
        if path.is_symlink():
            try:
                target = path.resolve(strict=True)
            except (OSError, RuntimeError) as problem:
                raise refusals.link_loop(path.name) from problem
            if not target.is_relative_to(root):
                raise refusals.link_outside(path.name)
    return found


def only_file(folder: Path) -> Path | None:
    """The one workbook or JSON file of a folder that has no CSV files; None when it has some.

    Raises:
        RefusedFile: the folder holds nothing to read, or several files that each could be meant.
    """
    if any(folder.glob("*.[cC][sS][vV]")):
        return None
    found = [
        path
        for path in _inside(folder, folder.iterdir())
        if path.suffix.lower() in (".xlsx", ".xlsm", ".json") and not path.name.startswith((".", "~$"))
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise RefusedFile(
            f"文件夹 {folder.name} 中有多份资料：{'、'.join(path.name for path in found[:5])}。",
            f"{folder.name} holds several profiles: {', '.join(path.name for path in found[:5])}.",
            mend_zh="请指明其中一个文件。", mend_en="Name one of the files.",
        )  # fmt: skip
    raise RefusedFile(
        f"文件夹 {folder.name} 中没有区域资料。", f"{folder.name} holds no profile.",
        mend_zh="请放入 indicators.csv 等表，或填写好的模板 .xlsx。", mend_en="Put sheets such as indicators.csv in it, or a filled template .xlsx.",
    )  # fmt: skip
