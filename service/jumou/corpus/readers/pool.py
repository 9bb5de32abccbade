"""Reads files in confined processes; whatever a file does to one, the answer is its text or why it is refused."""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from itertools import islice
from typing import Final, NamedTuple, Self

from jumou.confined.bounds import Bounds
from jumou.confined.pool import Confined, Ended
from jumou.corpus.readers import refusals
from jumou.corpus.readers.extract import Extract
from jumou.corpus.readers.limits import Limits
from jumou.errors import RefusedFile

_TASK: Final = "jumou.corpus.readers.read:served"


class Job(NamedTuple):
    """A file to be read: its name, its bytes, and those of its sidecar."""

    name: str
    content: bytes
    described: bytes | None = None


class Readers:
    """A few reading processes, started when they are needed. Safe among threads."""

    def __init__(self, limits: Limits | None = None) -> None:
        """No process is started yet."""
        self.limits = limits or Limits()
        self._confined = Confined(
            Bounds(
                memory_bytes=self.limits.memory_bytes, cpu_seconds=self.limits.cpu_seconds, wall_seconds=self.limits.wall_seconds,
                answer_bytes=12 * self.limits.characters + 1_000_000, workers=self.limits.workers,
            )
        )  # fmt: skip

    def __enter__(self) -> Self:
        """The readers themselves."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the processes."""
        self.close()

    def close(self) -> None:
        """Ends the processes that are idle."""
        self._confined.close()

    def read(self, job: Job) -> Extract:
        """The text of one file.

        Raises:
            RefusedFile: it cannot be taken in: whatever it did to the process that read it.
        """
        head = {"name": job.name, "limits": asdict(self.limits)}
        parts = [job.content] if job.described is None else [job.content, job.described]
        try:
            return Extract.from_record(self._confined.run(_TASK, head, parts))
        except Ended as ended:
            raise refusals.ended(job.name, _claimed(job.name), ended.why, self.limits.depth) from ended

    def read_all(self, jobs: Iterable[Job]) -> Iterator[Extract | RefusedFile]:
        """The texts of many files in their order, or why one is refused; files are taken from `jobs` as they are needed."""
        waiting = iter(jobs)
        with ThreadPoolExecutor(self.limits.workers, thread_name_prefix="reading") as threads:
            ahead = [threads.submit(self._attempt, job) for job in islice(waiting, 2 * self.limits.workers)]
            while ahead:
                done: Future[Extract | RefusedFile] = ahead.pop(0)
                found = done.result()
                ahead += [threads.submit(self._attempt, job) for job in islice(waiting, 1)]
                yield found

    def _attempt(self, job: Job) -> Extract | RefusedFile:
        try:
            return self.read(job)
        except RefusedFile as refused:
            return refused


def _claimed(name: str) -> str:
    """What a file claims to be by its ending, for the message."""
    ending = name.rpartition(".")[2].lower()
    return {"pdf": "pdf", "docx": "docx", "xlsx": "xlsx", "xlsm": "xlsx", "html": "html", "htm": "html"}.get(
        ending, "text"
    )
