"""Documents as JSON: the record."""

import json
from dataclasses import dataclass

import numpy as np

from softmax_cli.display.console import Screen
from softmax_cli.display.documents.document import Settings
from softmax_cli.display.documents.json import record_to_json, to_json
from tests.display.documents.sample_documents import sample


@dataclass(frozen=True)
class _Inner:
    values: np.ndarray


@dataclass(frozen=True)
class _Outer:
    inner: _Inner
    name: str
    flag: bool
    missing: None = None


def test_records_arrays_and_numbers():
    record = _Outer(_Inner(np.array([[0.5, np.inf]])), "x", flag=True)
    assert record_to_json(record) == {
        "inner": {"values": [[0.5, "inf"]]}, "name": "x", "flag": True, "missing": None,
    }  # fmt: skip


def test_a_document_is_its_record():
    assert json.loads(to_json(sample(), Settings(Screen()))) == {
        "names": ["cat", "dog"],
        "values": [0.5, None, "-inf"],
    }


def test_decimals_round():
    assert record_to_json([1 / 3, 2], 2) == [0.33, 2]
