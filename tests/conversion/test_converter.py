"""Blocks to rendered rows."""

import numpy as np
import pytest

from softmax_cli.conversion.convert_options import ConvertOptions
from softmax_cli.conversion.converter import (
    ConversionStats,
    ConvertedChunk,
    Converter,
    convert_chunks,
    require_same_columns,
)
from softmax_cli.conversion.projection import Projection
from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.registry import FORMATS, open_source
from tests.formats.files import put


def _conversion(path, format_name="jsonl", **request):
    source = open_source(path, ReadOptions())
    plan = Projection(source, ConvertOptions(**request))
    return source, Converter(
        source,
        plan,
        ConvertOptions(**request),
        FORMATS[format_name].make_writer(plan.schema(float32=False), 2, ","),
        float32=False,
    )


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize(("policy", "rows", "lines"), [("skip", 2, 2), ("nan", 3, 3)])
def test_invalid_rows_are_counted_with_the_first_fault(policy, rows, lines, jobs, tmp_path):
    path = put(tmp_path, "x.jsonl", "[0,0]\n[null,1]\n[0,0]\n")
    source, conversion = _conversion(path, invalid=policy)
    done = list(convert_chunks([conversion], jobs))
    source.close()
    tally = ConversionStats(conversion.source, conversion.skips)
    for part in done:
        tally.add(part)
    assert (tally.rows, tally.invalid) == (rows, 1)
    assert b"".join(part.rendered for part in done).count(b"\n") == lines
    what = "left out" if policy == "skip" else "written as NaN"
    (note,) = tally.notes()
    assert note.startswith(f"1 of 3 rows {what}; the first: {path}, line 2")


def test_nothing_is_told_where_all_is_well():
    assert list(ConversionStats("x", skips=True).notes()) == []


@pytest.mark.parametrize(
    ("rows", "request_", "doubted"),
    [
        ([[0.25, 0.75], [0.5, 0.5]], {}, True),
        ([[0.25, 0.75], [0.5, 0.5]], {"activation": "log-softmax"}, True),
        ([[0.25, 0.75], [0.5, 0.5]], {"input_scale": "probabilities"}, False),
        ([[0.25, 0.75], [0.5, 0.5]], {"activation": "sigmoid"}, False),
        ([[0.25, 0.75], [0.5, 0.6]], {}, False),
        ([[0.25, 0.75], [-0.5, 1.5]], {}, False),
        ([[0, 1], [1, 0]], {}, False),
    ],
)
def test_logits_that_look_like_probabilities_are_doubted(rows, request_, doubted, tmp_path):
    path = put(tmp_path, "x.jsonl", "".join(f"{row}\n" for row in rows))
    source, conversion = _conversion(path, **request_)
    tally = ConversionStats(conversion.source, conversion.skips)
    for part in convert_chunks([conversion], 1):
        tally.add(part)
    source.close()
    notes = list(tally.notes())
    assert [note.startswith(f"{path}: every row looks like") for note in notes] == [True] * doubted


def test_several_sources_are_converted_in_order(tmp_path):
    paths = [put(tmp_path, f"{i}.jsonl", f'{{"id":{i},"logits":[0,0]}}\n') for i in range(3)]
    pairs = [_conversion(path) for path in paths]
    done = b"".join(part.rendered for part in convert_chunks([pair[1] for pair in pairs], 2))
    assert done.decode() == "".join(f'{{"id":{i},"logits":[0.50,0.50]}}\n' for i in range(3))
    require_same_columns([pair[0] for pair in pairs])
    for source, _ in pairs:
        source.close()


def test_a_bad_row_stops_the_work(tmp_path):
    source, conversion = _conversion(put(tmp_path, "x.jsonl", "[0,0]\n[null,1]\n"))
    with pytest.raises(SoftmaxError, match="null is not a number"):
        list(convert_chunks([conversion], 1))
    source.close()


def test_sources_with_other_columns_are_refused(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((1, 3)))
    sources = [
        open_source(put(tmp_path, "x.jsonl", "[0,0]"), ReadOptions()),
        open_source(str(tmp_path / "x.npy"), ReadOptions()),
    ]
    with pytest.raises(SoftmaxError, match="3 instead of 2"):
        require_same_columns(sources)
    for source in sources:
        source.close()


def test_a_column_must_count_in_all_blocks_that_are_long_enough_to_tell():
    def told(*counting):
        tally = ConversionStats(
            "x", skips=False, columns=["a", "b", "c"], looks_like_probabilities=False
        )
        for columns in counting:
            tally.add(ConvertedChunk(b"", 3, 0, False, columns))
        return list(tally.notes())

    assert 'column "b" counts the rows' in told(None, frozenset({1, 2}), frozenset({1}), None)[0]
    assert told(frozenset({1}), frozenset({2})) == told(None) == told(frozenset({0, 1, 2})) == []
