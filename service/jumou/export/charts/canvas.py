"""Drawing without a screen and without the machine's fonts: Agg, and the Chinese font a wheel carries."""

import importlib.util
import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from jumou.errors import MissingExtra
from jumou.export.blocks import Picture

ACCENT: Final = "#1f4e79"
SECOND: Final = "#c55a11"
CRITICAL: Final = "#b3261e"
MUTED: Final = "#8a9199"
PALE: Final = "#d6dde5"
SERIES: Final = ("#1f4e79", "#c55a11", "#5b8c5a", "#8a6fb0", "#c9a227", "#4f9fb3", "#8a9199")
"""Told apart in print as well: neighbours differ in lightness."""

WIDTH: Final = 6.3
"""Inches: the text width of an A4 page with official margins."""

_DPI: Final = 170
_LOCK: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with its file name (without ending), caption and description."""

    name: str
    caption: str
    alt: str
    png: bytes

    def picture(self) -> Picture:
        """The chart as a block of the document."""
        return Picture(self.name, self.caption, self.alt, self.png)


@cache
def font_name() -> str:
    """The family of the Chinese font inside the zhplot wheel, made known to matplotlib once.

    The package itself is not imported: doing so would change matplotlib's settings for everyone.

    Raises:
        MissingExtra: the wheel is not installed.
    """
    spec = importlib.util.find_spec("zhplot")
    folders = spec.submodule_search_locations if spec is not None else None
    fonts = sorted(Path(folders[0], "fonts").glob("*.ttf")) if folders else []
    if not fonts:
        raise MissingExtra(
            "找不到图表所用的中文字体。", "the Chinese font for charts is not installed.",
            mend_zh="请执行 pip install zhplot。", mend_en="Run pip install zhplot.",
        )  # fmt: skip
    font_manager.fontManager.addfont(fonts[0])
    return font_manager.FontProperties(fname=fonts[0]).get_name()


def drawn(
    width: float, height: float, draw: Callable[[Figure], None], *, label: str = "", fitted: bool = True
) -> bytes:
    """The PNG of what `draw` puts on a figure of `width` by `height` inches; `label` goes into its metadata.

    `fitted` makes room for all texts; a figure of many small panels sets its own margins, which is far quicker.
    """
    with _LOCK, _settings():
        figure = Figure(figsize=(width, height), dpi=_DPI, layout="constrained" if fitted else None)
        canvas = FigureCanvasAgg(figure)
        draw(figure)
        buffer = io.BytesIO()
        canvas.print_png(  # type: ignore[no-untyped-call]
            buffer, metadata={"Software": "jumou", **({"AIGC": label} if label else {})}
        )
    return buffer.getvalue()


@contextmanager
def _settings() -> Iterator[None]:
    """Settings for the time of one drawing; under the lock, because matplotlib keeps them for the whole process."""
    with mpl.rc_context(
        {
            "font.family": [font_name()],
            "font.size": 8.5,
            "axes.unicode_minus": False,
            "axes.edgecolor": MUTED,
            "axes.linewidth": 0.7,
            "axes.labelcolor": "#33383d",
            "xtick.color": "#33383d",
            "ytick.color": "#33383d",
            "xtick.major.size": 2.5,
            "ytick.major.size": 0,
            "legend.frameon": False,
            "legend.fontsize": 8,
        }
    ):
        yield


def plain_axes(axes: Axes, *, grid: str = "") -> None:
    """Only the lines a reader needs: left and bottom, and a pale grid across `x` or `y`."""
    axes.spines[["top", "right"]].set_visible(False)
    if grid == "x":
        axes.grid(axis="x", color=PALE, linewidth=0.6)
    elif grid == "y":
        axes.grid(axis="y", color=PALE, linewidth=0.6)
    axes.set_axisbelow(True)


def short(text: str, most: int) -> str:
    """`text` cut to `most` columns, where a Chinese character counts two."""
    width = 0
    kept: list[str] = []
    for sign in text:
        width += 2 if ord(sign) > 0x2E7F else 1
        if width > most:
            return "".join(kept).rstrip() + "…"
        kept.append(sign)
    return text


def wrapped(text: str, most: int) -> str:
    """`text` in two lines of at most `most` columns each."""
    if sum(2 if ord(sign) > 0x2E7F else 1 for sign in text) <= most:
        return text
    if " " in text:
        words, first = text.split(" "), ""
        while words and len(first) + len(words[0]) < most:
            first = f"{first} {words.pop(0)}".strip()
        return f"{first}\n{short(' '.join(words), most)}" if first and words else short(text, most)
    half = min(most // 2, -(-len(text) // 2))
    return f"{text[:half]}\n{short(text[half:], most)}"
