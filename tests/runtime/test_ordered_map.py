"""Blocks through a function, in order."""

import itertools
import threading
import time
from concurrent.futures import Future

import pytest

from softmax_cli.runtime.ordered_map import executor_map, map_ahead, ordered_map
from softmax_cli.runtime.threads import default_jobs


@pytest.mark.parametrize("jobs", [1, 2, 8])
def test_results_come_in_the_order_of_the_items(jobs):
    def late_if_even(i):
        time.sleep(0.002 if i % 2 == 0 else 0)
        return i * i

    assert list(ordered_map(late_if_even, range(50), jobs)) == [i * i for i in range(50)]


def test_no_items_give_no_results():
    assert list(ordered_map(abs, [], 2)) == []
    assert list(map_ahead(abs, [], 2)) == []


@pytest.mark.parametrize("jobs", [1, 3])
def test_items_can_be_drawn_by_the_thread_that_takes_results(jobs):
    drawn = []

    def items():
        for i in range(9):
            drawn.append(threading.current_thread())
            yield i - 4

    results = map_ahead(abs, items(), jobs)
    assert next(results) == 4
    assert len(drawn) == jobs + 1
    assert [*results] == [3, 2, 1, 0, 1, 2, 3, 4]
    assert set(drawn) == {threading.current_thread()}
    with pytest.raises(ZeroDivisionError):
        list(map_ahead(lambda i: 1 // i, items(), jobs))


def test_a_result_is_given_while_the_next_item_is_awaited():
    released = threading.Event()

    def items():
        yield 1
        assert released.wait(20)
        yield 2

    results = ordered_map(abs, items(), 2)
    assert next(results) == 1
    released.set()
    assert list(results) == [2]


def test_items_are_drawn_only_so_far_ahead():
    drawn = itertools.count()
    last = 0

    def items():
        nonlocal last
        while True:
            last = next(drawn)
            yield last

    results = ordered_map(abs, items(), 2)
    for _ in range(10):
        next(results)
    time.sleep(0.1)
    assert last <= 10 + 2 + 2
    results.close()


def test_a_call_is_cancelled_that_is_submitted_while_the_map_is_closed():
    submitted, submitting, closing = [Future(), Future()], threading.Event(), threading.Event()
    submitted[0].set_result(0)

    class Executor:
        def submit(self, _function, item):
            if item == 1:
                submitting.set()
                assert closing.wait(20)
                time.sleep(0.05)
            return submitted[item]

    results = executor_map(abs, range(2), Executor(), 10)
    assert next(results) == 0
    assert submitting.wait(20)
    closing.set()
    results.close()
    assert submitted[1].cancelled()


def test_an_exception_comes_after_the_results_before_it():
    results = ordered_map(lambda i: 1 // (3 - i), range(10), 4)
    assert [next(results) for _ in range(3)] == [0, 0, 1]
    with pytest.raises(ZeroDivisionError):
        next(results)


def test_an_exception_of_the_items_comes_in_its_turn():
    def items():
        yield 1
        raise ValueError("no more")

    results = ordered_map(abs, items(), 2)
    assert next(results) == 1
    with pytest.raises(ValueError, match="no more"):
        next(results)


def test_there_is_at_least_one_job():
    assert default_jobs() >= 1
