"""The text around the logits, put around other rows."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from softmax_cli.formats.text.splice import SpliceTemplate

BYTES = st.binary(max_size=3) | st.just(b"") | st.just("é,".encode())
FIELDS = st.text("ab é", max_size=2)
modest = settings(max_examples=40)


def _edges(gaps, rows):
    """Those of a text in which the rows stand between the gaps."""
    places = np.cumsum([len(part) for part in _shuffled(gaps, rows)])
    return SpliceTemplate.from_spans(b"".join(_shuffled(gaps, rows)), places[:-1:2], places[1::2])


def _shuffled(gaps, rows):
    return [part for pair in zip(gaps, [*rows, b""], strict=True) for part in pair][:-1]


@st.composite
def _converted(draw):
    """The gaps of N rows, these as they were, and as they are to be."""
    count = draw(st.integers(1, 6))
    size = draw(st.integers(0, 5))
    matches = st.binary(min_size=size, max_size=size)
    gaps = draw(
        st.lists(draw(st.sampled_from([BYTES, matches])), min_size=count + 1, max_size=count + 1)
    )
    old = draw(st.lists(BYTES, min_size=count, max_size=count))
    new = draw(st.lists(draw(st.sampled_from([BYTES, matches])), min_size=count, max_size=count))
    times = draw(st.sampled_from([1, 1, 700]))
    return gaps, old, [row.replace(b"\n", b".") * times for row in new]


@modest
@given(_converted())
@example(([b"", b""], [b"1"], [b""]))
@example(([b"", b"\n", b"\n"], [b"1", b"2"], [b"", b"1"]))
@example(([b"x,", b",1\ny,", b",2\n"], [b"1", b"2"], [b"ab", b"cd"]))
@example(([b"x,", b"\n,", b"\n"], [b"", b""], [b"a" * 1500, b"b" * 1501]))
@example(([b"x,", b"\n,", b"\n"], [b"", b""], [b"a" * 1500, b"b" * 1499]))
def test_new_values_replace_the_logits_in_place(converted):
    gaps, old, new = converted
    lines = b"".join(row + b"\n" for row in new)
    assert bytes(_edges(gaps, old).splice(lines)) == b"".join(_shuffled(gaps, new))


@modest
@given(_converted())
def test_the_logits_text_is_one_line_per_row(converted):
    gaps, old, _ = converted
    assert _edges(gaps, old).logits_text() == b"".join(row + b"\n" for row in old)


@pytest.mark.parametrize("delimiter", [",", "\t"])
@pytest.mark.parametrize(("before", "behind"), [(0, 1), (1, 0), (1, 1), (2, 3)])
@modest
@given(rows=st.data())
def test_the_passthrough_text_is_the_rows_without_the_logits(before, behind, delimiter, rows):
    size = before + behind
    fields = rows.draw(
        st.lists(st.lists(FIELDS, min_size=size, max_size=size), min_size=1, max_size=4)
    )
    gaps, around = [""], ""
    for row in fields:
        gaps[-1] += "".join(field + delimiter for field in row[:before])
        gaps.append("".join(delimiter + field for field in row[before:]) + "\n")
        around += delimiter.join(row) + "\n"
    logits = [f"1{delimiter}2".encode()] * len(fields)
    found = _edges([gap.encode() for gap in gaps], logits).passthrough_text(delimiter)
    assert found.decode() == around
