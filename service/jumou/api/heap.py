"""What a server tells the C library about memory."""

import ctypes
import sys
from typing import Final

_ARENA_MAX: Final = -8  # M_ARENA_MAX of glibc's malloc.h
_ARENAS: Final = 2


def few_arenas() -> None:
    """Lets threads share two heaps. By itself glibc gives many threads one each, and what a large answer freed in one is of no use to the others.

    Does nothing where the C library is another.
    """
    if not sys.platform.startswith("linux"):
        return
    try:
        ctypes.CDLL(None).mallopt(_ARENA_MAX, _ARENAS)
    except (OSError, AttributeError):  # musl has no such switch
        return
