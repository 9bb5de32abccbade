"""What each layer of the encoder does without, and how the rest makes up for it: `e5_trims.npz`, by layer.

Feed-forward neurons that the others nearly foretell are left out; the product behind them is corrected by what
foretells them (optimal brain surgeon, Hassibi & Stork 1993, on whole neurons), kept as a product of two thin matrices
of bytes. Where queries and keys fill fewer directions than a head has, both are turned into those alone.
`evals/retrieval/encoder_pruning.py` measures all of it on texts of this repository and writes the file.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jumou.retrieval.e5_weights import Floats

TRIMS: Final = Path(__file__).with_name("e5_trims.npz")


class Turned(NamedTuple):
    """Maps of each head's queries and keys to the directions that are kept: (heads, kept directions, head size)."""

    query: Floats
    key: Floats


class Trim(NamedTuple):
    """One layer's."""

    kept: NDArray[np.int64]
    """Feed-forward neurons, ascending."""

    rows: Floats
    """Added to the rows of the product behind them: (hidden, kept)."""

    bias: Floats
    """Added to its bias: (hidden,)."""

    turned: Turned | None = None
    """None: queries and keys stay as they are."""


def read_trims(path: Path = TRIMS) -> tuple[Trim, ...]:
    """The trims of all layers, from the first."""
    found: list[Trim] = []
    with np.load(path, allow_pickle=False) as file:
        while (at := f"l{len(found)}.") + "kept" in file:
            left, right = file[at + "left"].astype(np.float32), file[at + "right"].astype(np.float32)
            rows = (left * file[at + "steps"]) @ right
            turned = None
            if at + "query" in file:
                turned = Turned(file[at + "query"].astype(np.float32), file[at + "key"].astype(np.float32))
            found.append(Trim(file[at + "kept"].astype(np.int64), rows, file[at + "bias"], turned))
    return tuple(found)


def write_trims(trims: Sequence[Trim], ranks: int, path: Path = TRIMS) -> None:
    """Writes them; of each correction no more than `ranks` ranks, which it should not have more of."""
    parts: dict[str, NDArray[np.generic]] = {}
    for number, trim in enumerate(trims):
        at = f"l{number}."
        left, sizes, right = np.linalg.svd(trim.rows.astype(float), full_matrices=False)
        rank = min(ranks, int((sizes > 1e-9 * max(sizes[0], 1e-30)).sum()))
        left, right = left[:, :rank], right[:rank]
        ends = np.abs(left).max(axis=0), np.abs(right).max(axis=1)
        parts[at + "kept"] = trim.kept.astype(np.int16)
        parts[at + "left"] = np.rint(127 * left / ends[0]).astype(np.int8)
        parts[at + "right"] = np.rint(127 * right / ends[1][:, None]).astype(np.int8)
        parts[at + "steps"] = (sizes[:rank] * ends[0] * ends[1] / 127**2).astype(np.float32)
        parts[at + "bias"] = trim.bias.astype(np.float32)
        if trim.turned is not None:
            parts[at + "query"] = trim.turned.query.astype(np.float16)
            parts[at + "key"] = trim.turned.key.astype(np.float16)
    np.savez_compressed(path, allow_pickle=False, **parts)
