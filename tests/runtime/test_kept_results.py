"""Results merged by tasks: all of them, in order, and one is fetched."""

from softmax_cli.runtime.kept_results import KeepingExecutor, TreeMerge
from tests.each import each
from tests.fake_cluster import CopyingThreads


def listed(number):
    return [number]


def join(one, other):
    return one + other


def even_only(numbers):
    return numbers if numbers[0] % 2 == 0 else None


def first(numbers):
    return numbers[0]


def with_task(number, task):
    return number, task


@each("count", [0, 1, 15, 16, 17, 256, 257, 300])
def test_results_are_merged_in_order(count):
    with CopyingThreads() as threads:
        tree = TreeMerge(threads, join)
        for number in range(count):
            tree.add(threads.submit(listed, number))
        assert tree.result() == (list(range(count)) or None)


def test_results_without_anything_to_merge_are_left_out():
    with CopyingThreads() as threads:
        tree = TreeMerge(threads, join, even_only)
        for number in range(40):
            tree.add(threads.submit(listed, number))
        assert tree.result() == list(range(0, 40, 2))


def test_a_summary_is_fetched_and_the_result_stays():
    with CopyingThreads() as threads:
        task = KeepingExecutor(threads, first, with_task).submit(listed, 7)
        number, kept = task.result()
        assert number == 7
        assert kept.result() == [7]
