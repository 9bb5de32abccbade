"""What endpoints can do is recorded by many at once: drafts of a batch begin together, each with an account of its own."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jumou.llm.structured import CONSTRAINTS, Abilities


def test_many_record_at_once_and_none_is_lost(tmp_path: Path) -> None:
    def record(number: int) -> None:
        Abilities(tmp_path).record(f"endpoint-{number}", CONSTRAINTS[number % len(CONSTRAINTS)])

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(record, range(200)))
    known = [Abilities(tmp_path).known(f"endpoint-{number}") for number in range(200)]
    assert known == [CONSTRAINTS[number % len(CONSTRAINTS)] for number in range(200)]
    Abilities(tmp_path).record("endpoint-3", None)
    assert Abilities(tmp_path).known("endpoint-3") is None
    assert Abilities(tmp_path).known("endpoint-4") == CONSTRAINTS[0]
