"""Finds the folders that travel with the code: prompts, corpus and evals."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def asset_dir(name: str) -> Path:
    """The folder `name`: the copy inside an installed wheel, else the one at the root of the checkout.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    packaged = _PACKAGE / "_assets" / name
    if packaged.is_dir():
        return packaged
    for root in _PACKAGE.parents:
        folder = root / name
        if folder.is_dir() and (root / "pyproject.toml").is_file():
            return folder
    raise FileNotFoundError(
        f"the folder {name}/ is neither in the installed package nor in a checkout above {_PACKAGE}"
    )
