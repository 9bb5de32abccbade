"""What a server tells Python and the C library about memory and threads."""

import ctypes
import gc
import sys
from typing import Final

_ARENA_MAX: Final = -8  # M_ARENA_MAX of glibc's malloc.h
_ARENAS: Final = 2
_MMAP_THRESHOLD: Final = -3  # M_MMAP_THRESHOLD of the same
_LARGE: Final = 256 * 1024
"""A whole plan as JSON is one to two megabytes."""
_TURN: Final = 0.001
_YOUNG: Final = (20_000, 20, 50)
"""New objects before the young are looked through, and how seldom the older ones are; by itself 700, 10 and 10."""


def few_arenas() -> None:
    """Lets threads share two heaps, and keeps what is large out of them.

    By itself glibc gives many threads a heap each, and what a large answer freed in one is of no use to the others. Once large
    pieces have been freed it also takes the next ones from the heap, where small ones that live longer settle between them:
    under load that was 30 MB more after five minutes, and still growing. Does nothing where the C library is another.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        library = ctypes.CDLL(None)
        library.mallopt(_ARENA_MAX, _ARENAS)
        library.mallopt(_MMAP_THRESHOLD, _LARGE)
    except (OSError, AttributeError):  # musl has no such switch
        return


def set_aside() -> None:
    """Takes what stands (the index, chains, libraries: half a million objects) out of the search for cyclic garbage.

    To look through it stops every thread for 0.4 s, some ten times a minute under load.
    """
    gc.freeze()
    gc.set_threshold(*_YOUNG)


def take_turns() -> None:
    """Lets a thread that computes hand over after a millisecond; by itself five.

    The event loop gives way at every read and write, and has to wait for its turn each time: with 64 streams beside eight
    planners the median of requests falls by a quarter.
    """
    sys.setswitchinterval(_TURN)
