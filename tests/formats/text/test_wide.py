"""Rows of very many columns, parsed as one long column."""

from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.formats.text import wide
from tests.each import each

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
modest = settings(max_examples=40)


@each(
    ("text", "before", "behind", "inside"),
    [
        (b"x,1,2\ny,3,4\n", 1, 0, b"1,2\n3,4\n"),
        (b"1,2,x\n3,4,y\n", 0, 1, b"1,2\n3,4\n"),
        (b"1,2\n", 0, 0, b"1,2\n"),
        (b"a,b,1,2,c,d,e\n,,,,,,\n", 2, 3, b"1,2\n,\n"),
        (b"x,\n", 1, 0, b"\n"),
        (b",x\n", 0, 1, b"\n"),
        (b"\n", 0, 0, b"\n"),
        (b"x,1\n\n", 1, 0, None),
        (b"x\ny,1\n", 1, 0, None),
        (b"x,1\ny,2\nz\n", 1, 0, None),
        (b"1\n2,x\n", 0, 1, None),
        (b"1,x\n2\n", 0, 1, None),
        (b"x,y\nz,1,u\n", 1, 1, None),
        (b"x,y\n", 2, 0, None),
        (b"1,2\n", 0, 3, None),
        (b"1\n2,3,4\n", 0, 2, None),
    ],
)
def test_logits_are_cut_out_of_each_line(text, before, behind, inside):
    edges = wide.locate_logits(text, ",", before, behind)
    assert (edges and edges.logits_text()) == inside
    assert edges is None or bytes(edges.splice(inside)) == text


@modest
@given(st.data(), st.sampled_from(",;\t| "), st.integers(1, 7))
def test_a_matrix_reads_back_exactly(data, delimiter, count):
    row = st.lists(NUMBERS, min_size=count, max_size=count)
    rows = data.draw(st.lists(row, min_size=1, max_size=4))
    text = "".join(delimiter.join(map(repr, row)) + "\n" for row in rows).encode()
    assert wide.matrix(text, delimiter, count).tolist() == rows
    assert (
        wide.to_single_column(text, delimiter, count).decode().split()
        == text.decode().replace(delimiter, " ").split()
    )
    if count > 1:
        assert wide.matrix(text, delimiter, count - 1) is None


@each(
    "text",
    [
        b",1\n2,3\n", b"1,\n,2\n", b",\n,\n", b"1,2\n\n", b"\n1,2\n", b"1\n2,3,4\n", b"1,2,3\n4\n",
        b"1,2,3,4\n", b"1;2\n", b"1,inf\n", b"-inf,1\n", b"nan,1\n", b"1e400,1\n", b"1,x\n",
        b'"1",2\n', b"1,2\n3,4,\n", b"1_0,2\n",
    ],
)  # fmt: skip
def test_what_is_not_a_matrix_of_finite_numbers_is_left_to_others(text):
    assert wide.matrix(text, ",", 2) is None


@each(
    ("count", "width"),
    [(1, 1), (2, 2), (64, 64), (65, 13), (67, 1), (128, 64), (130, 26), (257, 1), (258, 43),
     (4489, 1), (128_000, 64), (128_001, 3), (128_256, 64)],
)  # fmt: skip
def test_rows_are_split_at_the_widest_width_that_divides_them(count, width):
    assert wide.segment_width(count) == width


@each("delimiter", [",", "\t"])
@each(("count", "rows"), [(1, 1), (1, 3), (2, 3), (7, 1), (5, 4)])
def test_split_rows_join_to_the_same_rows(count, rows, delimiter):
    pieces = [f"{i}{delimiter}{i * i}" for i in range(count * rows)]
    lines = [delimiter.join(pieces[i : i + count]) for i in range(0, count * rows, count)]
    found = wide.join_segments("".join(piece + "\n" for piece in pieces).encode(), count, delimiter)
    assert found.decode() == "".join(line + "\n" for line in lines)
