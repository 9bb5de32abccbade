import threading

import pytest

from jumou.retrieval.beside import Beside


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_a_result_is_the_same_wherever_it_was_worked_out_and_is_worked_out_once(threads: int) -> None:
    beside, calls = Beside(threads), []

    def work() -> int:
        calls.append(threading.get_ident())
        return 7

    results = [beside.started(work) for _ in range(5)]
    assert [result() for result in results] == [7] * 5
    assert [result() for result in results] == [7] * 5
    assert len(calls) == 5
    beside.close()


def test_who_finds_no_free_thread_does_the_work_himself() -> None:
    beside, hold = Beside(1), threading.Event()
    busy = beside.started(hold.wait)
    assert beside.started(threading.get_ident)() == threading.get_ident()
    hold.set()
    assert busy()
    beside.close()


def test_a_failure_reaches_who_asks_for_the_result() -> None:
    beside = Beside(1)
    with pytest.raises(ZeroDivisionError):
        beside.started(lambda: 1 // 0)()
    beside.close()
