"""Chunks of rows through a transform to rendered rows."""

from contextlib import closing

import numpy as np
import pytest

from softmax_cli.conversion.convert_options import ConvertOptions
from softmax_cli.conversion.converter import Converter, convert_chunks
from softmax_cli.conversion.transform import ActivationTransform
from softmax_cli.errors import SoftmaxError
from softmax_cli.evaluation.row_stats import RowStats
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.registry import FORMATS, open_source
from softmax_cli.formats.source import require_same_columns
from tests.chunks import WHOLE, cut_blocks
from tests.each import each
from tests.formats.files import put


def _converter(path, format_name="jsonl", **options):
    source = open_source(path, ReadOptions())
    transform = ActivationTransform(ConvertOptions(**options))
    projection = transform.projection(source)
    schema = projection.schema(float32=False)
    writer = FORMATS[format_name].make_writer(schema, 2, ",")
    return source, Converter(source, projection, transform, writer, float32=False)


def _convert(path, jobs=1, **options):
    source, converter = _converter(path, **options)
    with closing(source):
        chunks = list(convert_chunks([converter], jobs))
    stats = RowStats()
    for chunk in chunks:
        stats.add(chunk.stats)
    return b"".join(chunk.result for chunk in chunks).decode(), stats


@pytest.mark.parametrize("cells", [1, WHOLE])
@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize(("invalid", "lines"), [("skip", 2), ("nan", 3)])
def test_invalid_rows_are_counted_with_the_first_error(
    invalid, lines, jobs, cells, tmp_path, monkeypatch
):
    cut_blocks(monkeypatch, cells)
    path = put(tmp_path, "x.jsonl", "[0,0]\n[null,1]\n[0,0]\n")
    text, stats = _convert(path, jobs, invalid=invalid)
    assert (stats.rows, stats.invalid) == (2, 1)
    assert text.count("\n") == lines
    (notice,) = stats.warnings(path, exclusive=True, invalid_rows="written as NaN")
    assert notice.warning
    assert notice.text.startswith(f"1 of 3 rows written as NaN; first: {path}, line 2")


def test_valid_rows_have_no_warning(tmp_path):
    path = put(tmp_path, "x.jsonl", "[0,1.5]\n")
    stats = _convert(path)[1]
    assert list(stats.warnings(path, exclusive=True, invalid_rows="skipped")) == []


@pytest.mark.parametrize("invalid", ["skip", "nan"])
def test_counts_are_right_if_every_row_is_invalid(invalid, tmp_path):
    text, stats = _convert(put(tmp_path, "x.jsonl", "[null,1]\n[0,null]\n"), invalid=invalid)
    assert (stats.rows, stats.invalid) == (0, 2)
    assert text.count("\n") == (0 if invalid == "skip" else 2)


@each(
    ("rows", "options", "suspicious"),
    [
        ([[0.25, 0.75], [0.5, 0.5]], {}, True),
        ([[0.33, 0.33, 0.33], [0.9, 0.05, 0.06]], {}, True),
        ([[0.25, 0.75], [0.5, 0.5]], {"activation": "log-softmax"}, True),
        ([[0.25, 0.75], [0.5, 0.5]], {"input_scale": "probabilities"}, False),
        ([[0.25, 0.75], [0.5, 0.5]], {"activation": "sigmoid"}, False),
        ([[0.25, 0.75], [0.5, 0.6]], {}, False),
        ([[0.25, 0.75], [-0.5, 1.5]], {}, False),
        ([[0, 1], [1, 0]], {}, False),
    ],
)
def test_logits_that_look_like_probabilities_are_suspicious(rows, options, suspicious, tmp_path):
    path = put(tmp_path, "x.jsonl", "".join(f"{row}\n" for row in rows))
    stats = _convert(path, **options)[1]
    assert stats.looks_like_probabilities is suspicious
    notices = list(stats.warnings(path, exclusive=True, invalid_rows="skipped"))
    assert [notice.warning for notice in notices] == [True] * suspicious


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("[1.0000000000000002,0]\n", "[1.00,0.00]\n"),
        ("[0.66,0.33]\n", "[0.67,0.33]\n"),
        ("[0.505,0.505]\n", "[0.50,0.50]\n"),
    ],
)
def test_rounded_probabilities_are_read_and_rescaled(rows, expected, tmp_path):
    path = put(tmp_path, "x.jsonl", rows)
    assert _convert(path, input_scale="probabilities")[0] == expected


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("[0.5,0.5]\n[0.9,0.9]\n", "line 2: probabilities sum to 1.8, not 1"),
        ("[0.5,0.5]\n[1.5,-0.5]\n", "line 2: 1.5 is outside [0, 1]"),
    ],
)
def test_an_invalid_row_of_probabilities_is_an_error_with_its_sum(rows, message, tmp_path):
    path = put(tmp_path, "x.jsonl", rows)
    with pytest.raises(SoftmaxError) as caught:
        _convert(path, input_scale="probabilities")
    assert message in str(caught.value)
    assert caught.value.hint == "Use --invalid skip to skip such rows."
    assert _convert(path, input_scale="probabilities", invalid="skip")[0] == "[0.50,0.50]\n"


def test_several_sources_are_converted_in_order(tmp_path):
    paths = [put(tmp_path, f"{i}.jsonl", f'{{"id":{i},"logits":[0,0]}}\n') for i in range(3)]
    pairs = [_converter(path) for path in paths]
    chunks = convert_chunks([converter for _, converter in pairs], 2)
    text = b"".join(chunk.result for chunk in chunks).decode()
    assert text == "".join(f'{{"id":{i},"logits":[0.50,0.50]}}\n' for i in range(3))
    require_same_columns([source for source, _ in pairs])
    for source, _ in pairs:
        source.close()


def test_an_invalid_row_is_an_error_unless_it_is_skipped(tmp_path):
    with pytest.raises(SoftmaxError, match="null is not a number"):
        _convert(put(tmp_path, "x.jsonl", "[0,0]\n[null,1]\n"))


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        (("x.csv", "a,b\n1,2\n"), ("y.csv", "a,c\n1,2\n"), 'column 2 is "c" instead of "b"'),
        (("x.csv", "a,b\n1,2\n"), ("y.csv", "1,2\n"), "only one of them has a header"),
        (("x.csv", "a,b\n1,2\n"), ("y.csv", "a,b,c\n1,2,3\n"), "3 instead of 2"),
        (("x.jsonl", "[0,0]"), ("y.csv", "1,2,3\n"), "3 instead of 2"),
        (("x.csv", "a,b,c\n1,2,u\n"), ("y.csv", "a,b,c\n1,u,2\n"), "other columns hold logits"),
    ],
)
def test_sources_with_other_columns_are_an_error(one, other, message, tmp_path):
    sources = [open_source(put(tmp_path, *file), ReadOptions()) for file in (one, other)]
    with pytest.raises(SoftmaxError) as caught:
        require_same_columns(sources)
    assert message in caught.value.message
    for source in sources:
        source.close()


def test_an_array_next_to_json_is_an_error(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros((1, 3)))
    sources = [
        open_source(put(tmp_path, "x.jsonl", "[0,0]"), ReadOptions()),
        open_source(str(tmp_path / "x.npy"), ReadOptions()),
    ]
    with pytest.raises(SoftmaxError, match="3 instead of 2"):
        require_same_columns(sources)
    for source in sources:
        source.close()
