"""The table of metrics."""

import math
import string

import numpy as np

from softmax_cli.metrics import METRICS, Metric
from tests.each import each

NAN = math.nan


def test_every_metric_has_a_distinct_title_and_a_meaning():
    titles = [metric.title for metric in METRICS.values()]
    assert len(set(titles)) == len(titles)
    for metric in METRICS.values():
        assert metric.exclusive_definition or metric.independent_definition


@each("name", METRICS)
@each("exclusive", [True, False])
def test_a_meaning_leaves_nothing_open(name, exclusive):
    meaning = METRICS[name].definition(exclusive=exclusive)
    if meaning is not None:
        places = {field for _, field, _, _ in string.Formatter().parse(meaning)} - {None}
        assert places <= {"bins", "convention"}
        assert "{" not in meaning.format(bins=15, convention="x")


def test_only_classes_by_themselves_have_a_rate_and_only_rows_a_classwise_error():
    by_class = {name for name in METRICS if METRICS[name].definition(exclusive=False)}
    by_row = {name for name in METRICS if METRICS[name].definition(exclusive=True)}
    assert by_class - by_row == {"rate"}
    assert by_row - by_class == {"ece_classwise", "top_2", "top_5"}


@each(
    ("values", "largest", "expected"),
    [([1.0, 3.0], False, 2.0), ([1.0, 3.0], True, 3.0), ([NAN, 3.0], False, 3.0),
     ([NAN, 3.0, 1.0], True, 3.0), ([NAN], False, NAN), ([NAN], True, NAN),
     ([math.inf, 1.0], False, math.inf)],
)  # fmt: skip
def test_questions_without_an_answer_are_left_out(values, largest, expected):
    metric = Metric("x", "x", None, lambda _: None, largest)
    found = metric.overall(np.array(values))
    assert found == expected or math.isnan(found) == math.isnan(expected) is True
