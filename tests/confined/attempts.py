"""What a parser that was taken over might try, past the interpreter's own hook: calls straight into the C library."""

import contextlib
import ctypes
import os
from typing import Any

_C = ctypes.pythonapi


def escape(head: dict[str, Any], parts: list[bytes]) -> dict[str, int]:
    """Tries each way out, and gives what the system said: a number below 0 is a refusal."""
    del parts
    return {
        "socket": _C.socket(2, 1, 0),
        "unix socket": _C.socket(1, 1, 0),
        "fork": -1 if _C.fork() == -1 else 0,
        "exec": _C.execv(b"/bin/true", (ctypes.c_char_p * 2)(b"true", None)),
        "kill the parent": _C.kill(os.getppid(), 0),
        "read a secret": _C.open(str(head["secret"]).encode(), 0),
        "read /etc/passwd": _C.open(b"/etc/passwd", 0),
        "read the environment of the parent": _C.open(f"/proc/{os.getppid()}/environ".encode(), 0),
        "write a file": _C.open(str(head["secret"]).encode() + b".new", os.O_CREAT | os.O_WRONLY, 0o600),
        "delete a file": _C.unlink(str(head["secret"]).encode()),
        "make a folder": _C.mkdir(str(head["secret"]).encode() + b".d", 0o700),
        "new name space": _C.unshare(0x10000000),
        "trace the parent": _C.ptrace(16, os.getppid(), 0, 0),
    }


def hooked(head: dict[str, Any], parts: list[bytes]) -> list[str]:
    """The same through Python: the names of what was refused."""
    del parts
    import socket  # noqa: PLC0415
    import subprocess  # noqa: PLC0415

    refused = []
    for name, attempt in {
        "connect": lambda: socket.create_connection(("127.0.0.1", int(head["port"])), timeout=1),
        "resolve": lambda: socket.getaddrinfo("example.com", 80),
        "run": lambda: subprocess.run(["/bin/true"], check=False),
        "write": lambda: open(f"{head['secret']}.new", "w"),  # noqa: PTH123, SIM115
        "remove": lambda: os.remove(str(head["secret"])),  # noqa: PTH107
        "system": lambda: os.system("true"),  # noqa: S605, S607
    }.items():
        try:
            attempt()
        except OSError:
            refused.append(name)
    return refused


def settings(head: dict[str, Any], parts: list[bytes]) -> dict[str, str]:
    """The environment."""
    del head, parts
    return dict(os.environ)


def eat(head: dict[str, Any], parts: list[bytes]) -> int:
    """Takes memory, time or the stack."""
    del parts
    if head["what"] == "memory":
        return len([bytearray(50_000_000) for _ in range(100)])
    if head["what"] == "time":
        while True:
            pass
    if head["what"] == "die":
        os.abort()
    if head["what"] == "lie":
        for handle in range(1, 12):
            with contextlib.suppress(OSError):
                os.write(handle, b'{"done": "forged"}\n' * 3)
        os._exit(0)
    return eat({"what": "stack"}, [])


def stay(head: dict[str, Any], parts: list[bytes]) -> str:
    """Leaves a mark for the next one to find."""
    del head, parts
    found = "marked" if hasattr(os, "was_here") else "first"
    os.was_here = True  # type: ignore[attr-defined]
    return found
