"""Records of every shape with one value replaced: rows or an error, never a crash."""

import copy
import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.json.detection import SHAPES, detect_shape
from softmax_cli.formats.json.document_tables import to_records
from softmax_cli.formats.json.row_builder import RowBuilder
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.rows import Location
from tests.each import each
from tests.formats.json.responses.test_forms import FORMS
from tests.formats.json.test_harness import sample

RUBBISH = [None, True, 0, -1, 2.5, 10**400, "", "x", "1.5", [], {}, [1], ["a"], [None], [[]], {"a": 1},
           {"token": 5}, [{"token": "a"}], [{"label": "a", "score": 1}], {"0": {"logprob": "x"}}]  # fmt: skip
RECORDS = [
    *(record for record, _ in FORMS.values()),
    sample(),
    {"id": 1, "scores": {"cat": 1, "dog": 2}},
    {"id": 1, "scores": [1, 2], "labels": ["cat", "dog"]},
    {"id": 1, "logits": [1, 2], "id2label": {"0": "cat", "1": "dog"}},
    [{"label": "cat", "score": 1}, {"label": "dog", "score": 2}],
    {"columns": ["cat", "dog"], "index": [5], "data": [[1, 2]]},
    {"cat": {"0": 1, "1": 2}, "dog": {"0": 3, "1": 4}},
    {"outputs": [{"name": "logits", "shape": [1, 2], "data": [1, 2]}]},
    {"logits": [[1, 2]], "classes": ["cat", "dog"]},
    {"predictions": [[1, 2]]},
]


def _paths(value, path=()):
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from _paths(value[key], (*path, key))


def _replaced(record, path, value):
    if not path:
        return value
    record = copy.deepcopy(record)
    node = record
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return record


def _read(records, **options):
    try:
        shape = detect_shape(records, ReadOptions(**options), "x")
        RowBuilder(shape, "x").rows(records, lambda i: Location("x", line=i + 1))
    except (ValueError, SoftmaxError):
        pass


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_a_value_of_another_kind_never_crashes(data):
    record = data.draw(st.sampled_from(RECORDS))
    path = data.draw(st.sampled_from([*_paths(record)]))
    broken = _replaced(record, path, data.draw(st.sampled_from(RUBBISH)))
    options = data.draw(
        st.sampled_from(
            [{}, {"position": -1}, {"candidates": ("Yes", "No")}, {"normalize": "bytes"}]
        )
    )
    _read([broken, record], **options)
    _read([record, broken], **options)
    try:
        records = to_records(broken, "x")
    except SoftmaxError:
        return
    _read(records, **options)


@each("kind", SHAPES)
def test_a_shape_refuses_or_leaves_what_is_not_its_own(kind):
    for record in ({"text": "a"}, {"x": {"y": []}}, [["a"]], [[1, 2]], ["a", {}]):
        text = json.dumps(record)
        try:
            shape = kind.detect([json.loads(text)], ReadOptions(), "x")
        except (ValueError, SoftmaxError):
            continue
        assert shape is None
