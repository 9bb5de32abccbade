"""A process gives up what it does not need, for good: memory, processor time, files, network, other processes.

Three layers, each used where the system has it. Resource limits (POSIX). A filter of system calls (seccomp, Linux on
x86_64 and aarch64): no socket, no other program, no signal to another process. Landlock (Linux 5.13 and later): of the
file system only the Python installation can be read, and nothing written. Where neither of the last two exists, a hook of
the interpreter's own stops what goes through Python; it does not stop machine code.
"""

import ctypes
import os
import platform
import struct
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from jumou.confined.bounds import Bounds

try:
    import resource
except ImportError:  # not on Windows, where the pool's clock alone bounds the work
    resource = None  # type: ignore[assignment]

_ALLOW: Final = 0x7FFF0000
_NOT_PERMITTED: Final = 0x00050000 | 1  # EPERM
_NOT_THERE: Final = 0x00050000 | 38  # ENOSYS: libc then makes threads by clone
_THREAD: Final = 0x00010000  # CLONE_THREAD
_X32: Final = 0x40000000
_MACHINES: Final[dict[str, tuple[int, int, tuple[int, ...]]]] = {
    "x86_64": (0xC000003E, 56, (
        41, 42, 43, 44, 46, 49, 50, 53, 57, 58, 59, 62, 101, 129, 155, 161, 165, 166, 200, 248, 249, 250, 272, 288, 297, 298, 307, 308,
        310, 311, 319, 321, 322, 323, 424, 425, 426, 427, 434,
    )),
    "aarch64": (0xC00000B7, 220, (
        198, 199, 200, 201, 202, 203, 206, 211, 221, 39, 40, 41, 51, 97, 117, 129, 130, 138, 217, 218, 219, 240, 241, 242, 268, 269, 270,
        271, 279, 280, 281, 282, 424, 425, 426, 427, 434,
    )),
}  # fmt: skip
"""By machine: its audit number, clone, and the calls refused: sockets (socket, connect, bind, listen, accept, send),
programs and processes (fork, vfork, execve, kill, tkill, ptrace, process_vm, pidfd, sigqueue), mounts and name spaces,
keys, memfd, bpf, perf, userfaultfd, io_uring."""

_CLONE3: Final = 435
_SYSCALL_RULESET, _SYSCALL_RULE, _SYSCALL_RESTRICT = 444, 445, 446
_READ: Final = 1 << 2 | 1 << 3  # files and folders
_READ_FILE: Final = 1 << 2
_HANDLED: Final = (0, 0x1FFF, 0x3FFF, 0x7FFF, 0x7FFF, 0xFFFF)
"""Rights over files that each version of Landlock knows."""

_CONFIGURATION: Final = ("/etc/ssl/openssl.cnf", "/etc/pki/tls/openssl.cnf")
"""Read when the cipher library is loaded: locked PDF files need it."""

_FORBIDDEN: Final = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.kill", "ctypes.dlopen", "shutil.", "os.remove", "os.rename", "os.mkdir")  # fmt: skip


def give_up(bounds: Bounds) -> dict[str, Any]:
    """Binds this process to `bounds` and takes away the rest; tells which layers stand."""
    standing = {"limits": _limit(bounds), "landlock": 0, "seccomp": False}
    if sys.platform == "linux":
        with suppress(OSError, AttributeError, ValueError):
            standing["landlock"] = _only_read_python()
        with suppress(OSError, AttributeError, ValueError, KeyError):
            standing["seccomp"] = _filter_calls()
    sys.addaudithook(_refuse)
    return standing


def more_time(bounds: Bounds) -> None:
    """The seconds of a processor that the next piece of work may use, on top of those used so far."""
    if resource is None:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(used.ru_utime + used.ru_stime) + bounds.cpu_seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _limit(bounds: Bounds) -> bool:
    """No more memory than allowed, no file may grow, no core be left, few be open."""
    if resource is None:
        return False
    for what, most in (
        (resource.RLIMIT_AS, bounds.memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        _, hard = resource.getrlimit(what)
        top = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(what, (top, hard if what == resource.RLIMIT_NOFILE else top))
        except (ValueError, OSError):  # a system that does not know this bound, such as macOS with memory
            continue
    return True


def _only_read_python() -> int:
    """Landlock over the whole file system but the folders modules come from; the version that stands, 0 for none."""
    libc = ctypes.CDLL(None, use_errno=True)
    version = int(libc.syscall(_SYSCALL_RULESET, None, 0, 1))
    if version < 1:
        return 0
    network, scoped = (3 if version >= 4 else 0), (3 if version >= 6 else 0)
    wanted = struct.pack("QQQ", _HANDLED[min(version, len(_HANDLED) - 1)], network, scoped)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = int(libc.syscall(_SYSCALL_RULESET, ctypes.create_string_buffer(wanted, 24), size, 0))
    if rules < 0:
        return 0
    try:
        for path in _folders():
            _admit(libc, rules, path)
        _no_new_rights(libc)
        return version if libc.syscall(_SYSCALL_RESTRICT, rules, 0) == 0 else 0
    finally:
        os.close(rules)


def _folders() -> list[str]:
    """Where modules, the standard library and shared libraries lie, and the cipher library's settings."""
    named = [*sys.path, sys.prefix, sys.base_prefix, "/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/share/zoneinfo"]
    found = {os.path.realpath(path) for path in named if path and Path(path).exists()}
    return [*sorted(found - {"/"}), *(path for path in _CONFIGURATION if Path(path).is_file())]


def _admit(libc: Any, rules: int, path: str) -> None:
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rights = _READ if Path(path).is_dir() else _READ_FILE
        rule = ctypes.create_string_buffer(struct.pack("<Qi", rights, handle), 12)
        libc.syscall(_SYSCALL_RULE, rules, 1, rule, 0)
    finally:
        os.close(handle)


def _filter_calls() -> bool:
    """The filter of system calls, in force for this process and all it could start."""
    machine, clone, refused = _MACHINES[platform.machine()]
    load, equal, above, bits, answer = 0x20, 0x15, 0x35, 0x45, 0x06
    program: list[tuple[int, int, int, int]] = [
        (load, 0, 0, 4), (equal, 1, 0, machine), (answer, 0, 0, _NOT_PERMITTED),
        (load, 0, 0, 0), (above, 0, 1, _X32), (answer, 0, 0, _NOT_PERMITTED),
        (equal, 0, 1, _CLONE3), (answer, 0, 0, _NOT_THERE),
    ]  # fmt: skip
    for number in refused:
        program += [(equal, 0, 1, number), (answer, 0, 0, _NOT_PERMITTED)]
    program += [
        (equal, 0, 3, clone), (load, 0, 0, 16), (bits, 1, 0, _THREAD), (answer, 0, 0, _NOT_PERMITTED), (answer, 0, 0, _ALLOW),
    ]  # fmt: skip
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in program))
    header = ctypes.create_string_buffer(struct.pack("@HxxxxxxQ", len(program), ctypes.addressof(code)), 16)
    libc = ctypes.CDLL(None, use_errno=True)
    _no_new_rights(libc)
    return bool(libc.prctl(22, 2, header, 0, 0) == 0)


def _no_new_rights(libc: Any) -> None:
    libc.prctl(38, 1, 0, 0, 0)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """The interpreter's own hook: no connection, no program, no file opened for writing."""
    if event.startswith(_FORBIDDEN):
        raise PermissionError(event)
    if event == "open" and len(arguments) > 2 and isinstance(arguments[2], int):
        writes = arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes and isinstance(arguments[0], str | bytes | os.PathLike):
            raise PermissionError("open")
