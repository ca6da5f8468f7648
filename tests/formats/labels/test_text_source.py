"""Labels in a separate text file: headers, columns, identifiers and counts."""

import pytest

from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.labels.text_source import LabelText
from softmax_cli.formats.read_options import ReadContext, ReadOptions
from softmax_cli.formats.registry import open_labels
from softmax_cli.formats.streams.input import ByteStream, InMemoryFile
from tests.chunks import WHOLE, cut_blocks
from tests.each import each

CLASSES = ("cat", "dog", "bird")


def _open(text, **read_options):
    data = text if isinstance(text, bytes) else text.encode()
    raw = InMemoryFile(data, "y.csv")
    return LabelText(
        ByteStream(raw, lambda: raw.read(16)), ReadOptions(**read_options), ReadContext(), CLASSES
    )


def _all(labels, count):
    frame, where = labels.take(count)
    labels.require_end()
    labels.close()
    return [list(row) for row in frame.rows()], where


@each(
    ("text", "names", "rows", "line"),
    [
        ("cat\ndog\n", ["1"], [["cat"], ["dog"]], 1),
        ("0\n1\n", ["1"], [["0"], ["1"]], 1),
        ("label\ncat\ndog\n", ["label"], [["cat"], ["dog"]], 2),
        ("y\n0\n1\n", ["y"], [["0"], ["1"]], 2),
        ("species\ncat\ndog\n", ["species"], [["cat"], ["dog"]], 2),
        ("cat\r\ndog\r\n", ["1"], [["cat"], ["dog"]], 1),
        ("cat\ndog", ["1"], [["cat"], ["dog"]], 1),
        ('"cat"\n"dog"\n', ["1"], [["cat"], ["dog"]], 1),
        ("label\n\ndog\n", ["label"], [[None], ["dog"]], 2),
        ("-1\n2\n", ["1"], [["-1"], ["2"]], 1),
        ("id,label\nu,cat\nv,dog\n", ["label"], [["cat"], ["dog"]], 2),
        ("label,note\ncat,x\ndog,y\n", ["label"], [["cat"], ["dog"]], 2),
        ("id,y_cat,y_dog,y_bird\nu,1,0,0\nv,0,1,0\n", ["y_cat", "y_dog", "y_bird"],
         [["1", "0", "0"], ["0", "1", "0"]], 2),
        ("1,0,0\n0,1,0\n", ["1", "2", "3"], [["1", "0", "0"], ["0", "1", "0"]], 1),
        ("y_cat;y_dog;y_bird\n1;0;0\n0;1;0\n", ["y_cat", "y_dog", "y_bird"],
         [["1", "0", "0"], ["0", "1", "0"]], 2),
        ("id,cat,dog,bird\nu,1,0,0\nv,0,1,0\n", ["cat", "dog", "bird"],
         [["1", "0", "0"], ["0", "1", "0"]], 2),
        ("bird,dog,cat\n0,0,1\n0,1,0\n", ["bird", "dog", "cat"],
         [["0", "0", "1"], ["0", "1", "0"]], 2),
        (",0\n7,cat\n9,dog\n", ["0"], [["cat"], ["dog"]], 2),
        (",species\n7,cat\n9,dog\n", ["species"], [["cat"], ["dog"]], 2),
        (",target\n7,0\n9,1\n", ["target"], [["0"], ["1"]], 2),
        ("True\nFalse\n", ["1"], [["True"], ["False"]], 1),
        ("yes\nno\n", ["1"], [["yes"], ["no"]], 1),
        ("NA\ndog\n", ["1"], [["NA"], ["dog"]], 1),
        ('"[1, 0, 0]"\n"[0, 1, 0]"\n', ["1"], [["[1, 0, 0]"], ["[0, 1, 0]"]], 1),
        ("0.000000e+00\n1.000000e+00\n", ["1"], [["0.000000e+00"], ["1.000000e+00"]], 1),
    ],
)  # fmt: skip
def test_a_file_with_or_without_a_header_is_read(text, names, rows, line):
    labels = _open(text)
    assert labels.names == names
    found, where = _all(labels, 2)
    assert [[cell or None for cell in row] for row in found] == rows
    assert (where(0).line, where(1).line) == (line, line + 1)
    assert where(0).source == labels.source


@each(
    ("read_options", "text", "names", "rows"),
    [
        ({"header": False}, "label\ncat\n", ["1"], [["label"], ["cat"]]),
        ({"header": True}, "cat\ndog\ncat\n", ["cat"], [["dog"], ["cat"]]),
        ({"labels": ("truth2",)}, "label,truth2\ncat,dog\ncat,bird\n", ["truth2"],
         [["dog"], ["bird"]]),
        ({"labels": ("2",)}, "u,dog\nv,cat\n", ["2"], [["dog"], ["cat"]]),
        ({"labels": ("y_*",)}, "n,y_a,y_b\n5,1,0\n6,0,1\n", ["y_a", "y_b"], [["1", "0"], ["0", "1"]]),
        ({"columns": ("a", "b"), "delimiter": ";", "input_format": "tsv"}, "id,y\nu,cat\nv,dog\n",
         ["y"], [["cat"], ["dog"]]),
    ],
)  # fmt: skip
def test_options_go_before_the_rules(read_options, text, names, rows):
    labels = _open(text, **read_options)
    assert labels.names == names
    assert _all(labels, 2)[0] == rows


def test_an_unknown_column_is_an_error():
    with pytest.raises(UsageError, match=r'--label: no column "z"\. Columns: "a", "b"\.'):
        _open("a,b\nx,y\n", labels=("z",))


@pytest.mark.parametrize("cells", [1, 5, WHOLE])
@pytest.mark.parametrize("steps", [[10], [1] * 10, [3, 7], [9, 1], [4, 4, 2]])
def test_labels_are_taken_in_steps_of_any_size_from_chunks_of_any_size(monkeypatch, cells, steps):
    cut_blocks(monkeypatch, cells)
    labels = _open("label\n" + "".join(f"{i}\n" for i in range(10)))
    found, lines = [], []
    for count in steps:
        frame, where = labels.take(count)
        assert frame.height == count
        found += [row[0] for row in frame.rows()]
        lines += [where(i).line for i in range(count)]
    assert found == [str(i) for i in range(10)]
    assert lines == list(range(2, 12))
    labels.require_end()


@pytest.mark.parametrize("cells", [1, WHOLE])
def test_a_file_with_too_few_labels_is_an_error(monkeypatch, cells):
    cut_blocks(monkeypatch, cells)
    labels = _open("cat\ndog\nbird\n")
    labels.take(2)
    with pytest.raises(SoftmaxError, match="3 labels for at least 6 rows"):
        labels.take(4)


@pytest.mark.parametrize("cells", [1, WHOLE])
def test_a_file_with_too_many_labels_is_an_error(monkeypatch, cells):
    cut_blocks(monkeypatch, cells)
    labels = _open("cat\ndog\nbird\n")
    labels.take(2)
    with pytest.raises(SoftmaxError, match="more labels than the 2 rows"):
        labels.require_end()


def test_a_first_label_that_is_read_as_a_header_has_a_hint_that_works():
    labels = _open("cta\ndog\n")
    with pytest.raises(SoftmaxError, match="1 labels for at least 2 rows") as caught:
        labels.take(2)
    assert caught.value.hint == 'If the first line is a label, put a line "label" above it.'
    assert _all(_open("label\ncta\ndog\n"), 2)[0] == [["cta"], ["dog"]]


def test_a_header_that_is_read_as_a_label_has_a_hint_that_works():
    labels = _open("0\n1\n2\n")
    labels.take(2)
    with pytest.raises(SoftmaxError, match="more labels than the 2 rows") as caught:
        labels.require_end()
    assert caught.value.hint == 'If the first line is a header, rename it "label".'
    assert _all(_open("label\n1\n2\n"), 2)[0] == [["1"], ["2"]]


@pytest.mark.parametrize("text", ["label\ncat\n", "1,0,0\n0,1,0\n", "id,label\n1,cat\n"])
def test_the_count_of_labels_has_no_hint_where_the_header_is_clear(text):
    labels = _open(text)
    with pytest.raises(SoftmaxError) as caught:
        labels.take(9)
    assert "first line" not in str(caught.value) or text == "label\ncat\n"


@pytest.mark.parametrize(
    ("classes", "text", "rows"),
    [
        (("Class=a", "Class=b"), "a\nb\n", [["a"], ["b"]]),
        (("Class=a", "Class=b"), "species\na\nb\n", [["a"], ["b"]]),
        (("logit_a", "logit_b"), "b,a\n1,0\n0,1\n", [["1", "0"], ["0", "1"]]),
        (("p1", "p2"), "1\n2\n", [["1"], ["2"]]),
    ],
)
def test_the_header_is_distinguished_from_short_names_of_classes(classes, text, rows):
    raw = InMemoryFile(text.encode(), "y.csv")
    stream = ByteStream(raw, lambda: raw.read(16))
    labels = LabelText(stream, ReadOptions(), ReadContext(), classes)
    assert _all(labels, 2)[0] == rows


@pytest.mark.parametrize(
    ("text", "id_names", "rows"),
    [
        ("id,label\n8,cat\n9,dog\n", ["id"], [("cat", "8"), ("dog", "9")]),
        ("label,image_id\ncat,8\ndog,9\n", ["image_id"], [("cat", "8"), ("dog", "9")]),
        (",0\n8,cat\n9,dog\n", [""], [("cat", "8"), ("dog", "9")]),
        ("Unnamed: 0,label\n8,cat\n9,dog\n", ["Unnamed: 0"], [("cat", "8"), ("dog", "9")]),
        ("label,note\ncat,8\ndog,9\n", [], [("cat",), ("dog",)]),
    ],
)
def test_identifiers_follow_the_labels(text, id_names, rows):
    labels = _open(text)
    assert list(labels.id_names) == id_names
    assert labels.take(2, ids=True)[0].rows() == rows


@pytest.mark.parametrize("text", ["\ncat\ndog\n", "cat\ndog\n\n"])
def test_a_blank_line_at_either_end_is_no_label_and_no_label_moves(text):
    labels = _open(text)
    assert _all(labels, 2)[0] == [["cat"], ["dog"]]
    with pytest.raises(SoftmaxError, match="2 labels for at least 3 rows"):
        _open(text).take(3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty input"),
        ("id,label\nu,cat\nv\n", "line 3: expected 2 fields, found 1"),
        (b"label\ncat\n\xff\n", "line 3: byte 0xff is not UTF-8"),
        ('label\n"cat\n', "line 2: unterminated quoted field"),
    ],
)
def test_unreadable_text_is_an_error(text, message):
    with pytest.raises(SoftmaxError, match=message):
        _open(text).take(2)


def test_a_path_is_opened_and_closed(tmp_path):
    path = tmp_path / "y.csv"
    path.write_text("\ufefflabel\ncat\ndog\n")
    labels = open_labels(str(path), ReadOptions(), ReadContext(), CLASSES)
    assert labels.source == str(path)
    assert _all(labels, 2)[0] == [["cat"], ["dog"]]


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(SoftmaxError, match="No such file"):
        open_labels(str(tmp_path / "none"), ReadOptions(), ReadContext(), CLASSES)
