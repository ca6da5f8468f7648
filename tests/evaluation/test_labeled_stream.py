"""Rows with labels as a stream: what is used, counted, left out, refused and said."""

import math

import numpy as np
import pytest

from softmax_cli.errors import SoftmaxError
from tests.chunks import WHOLE, cut_blocks
from tests.labeled_text import labeled
from tests.reference_set import reference_csv, reference_set

INF = math.inf


def _read(stream, jobs=2):
    parts = [part.result for part in stream.map_chunks(lambda chunk: chunk, jobs)]
    parts = [part for part in parts if part is not None]
    return (
        np.concatenate([part.logits for part in parts]).tolist(),
        np.concatenate([part.labels for part in parts]).tolist(),
    )


@pytest.mark.parametrize("cells", [1, 7, WHOLE])
@pytest.mark.parametrize("jobs", [1, 4])
def test_all_rows_come_in_order_however_they_are_cut(tmp_path, monkeypatch, cells, jobs):
    cut_blocks(monkeypatch, cells)
    text = "\n".join(reference_csv().splitlines()[:101]) + "\n"
    with labeled(tmp_path, text) as stream:
        logits, classes = _read(stream, jobs)
    assert logits == reference_set()[0][:100].tolist()
    assert classes == reference_set()[1][:100].tolist()
    assert stream.counts.rows == 100


@pytest.mark.parametrize("cells", [1, 7, WHOLE])
@pytest.mark.parametrize("header", ["", "label\n"])
def test_labels_beside_are_as_good_as_labels_within(tmp_path, monkeypatch, cells, header):
    cut_blocks(monkeypatch, cells)
    lines = [line.rpartition(",") for line in reference_csv().splitlines()[:101]]
    rows = "".join(line[0] + "\n" for line in lines)
    beside = header + "".join(line[2] + "\n" for line in lines[1:])
    with labeled(tmp_path, rows, beside) as stream:
        logits, classes = _read(stream)
    assert logits == reference_set()[0][:100].tolist()
    assert classes == reference_set()[1][:100].tolist()


def test_rows_without_a_label_are_counted_and_left_out(tmp_path):
    with labeled(tmp_path, "a,b,y\n1,0,a\n2,0,\n3,0,-100\n4,0,b\n") as stream:
        assert _read(stream) == ([[1, 0], [4, 0]], [0, 1])
    counts = stream.counts
    assert (counts.rows, counts.unlabeled, counts.invalid) == (2, 2, 0)


def test_rows_without_a_label_may_stand_among_numbers(tmp_path):
    with labeled(tmp_path, "a,b,y\n1,0,0\n2,0,\n3,0,-100\n4,0,1\n") as stream:
        assert _read(stream) == ([[1, 0], [4, 0]], [0, 1])


@pytest.mark.parametrize("cells", [1, WHOLE])
def test_rows_without_an_answer_are_counted_and_left_out_where_asked(tmp_path, monkeypatch, cells):
    cut_blocks(monkeypatch, cells)
    text = "a,b,y\n1,0,a\nx,0,a\n-inf,-inf,b\n4,0,b\ninf,0,a\n,1,\n"
    with labeled(tmp_path, text, invalid="skip") as stream:
        assert _read(stream) == ([[1, 0], [4, 0]], [0, 1])
        notes = list(stream.notes())
    assert (stream.counts.rows, stream.counts.invalid) == (2, 4)
    assert notes == [
        f'4 of 6 rows left out; the first: {stream.source.source}, line 3, column "a": '
        '"x" is not a number'
    ]


@pytest.mark.parametrize(
    ("text", "said", "message"),
    [
        ("a,b,y\n1,0,a\nx,0,a\n", {}, 'line 3, column "a": "x" is not a number'),
        ("a,b,y\n-inf,-inf,a\n", {}, "line 2: every logit is -inf"),
        ("a,b,y\ninf,0,a\n", {}, r"line 2: a logit is \+inf"),
        ("a,b,y\n1,0,a\n1,0,c\n", {}, 'line 3, column "y": label "c" names no class'),
        ("a,b,y\n1,0,a\n1,0,1\n", {}, "line 3.*some labels are names"),
        ("a,b,y\n1,0,\n1,0,-1\n", {}, "no row has a label"),
        ("a,b,y\n", {}, "no row has a label"),
        ("a,b\n1,0\n", {}, "no column of labels is known"),
        ("a,y\n1,0\n", {}, "there is one logit only"),
        ("a,b,y\n0,-inf,b\n", {}, 'line 2: the label is "b", a class masked with -inf'),
        ("a,b,y\n0.5,0.6,a\n", {"input_scale": "probabilities"}, "line 2: the probabilities sum to 1.1"),
        ("a,b,y\n1.5,-0.5,a\n", {"input_scale": "probabilities"}, "line 2: 1.5 is not from 0 to 1"),
        ("a,b,y\n1,0,b\n", {"input_scale": "probabilities", "for_fitting": True},
         'line 2: the label is "b", a class of probability 0'),
        ("a,y\ninf,0\n", {"activation": "sigmoid", "for_fitting": True},
         "line 2: an infinite logit is certain of what did not come"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_its_place(tmp_path, text, said, message):
    with pytest.raises(SoftmaxError, match=message), labeled(tmp_path, text, **said) as stream:
        _read(stream)


@pytest.mark.parametrize("cells", [1, WHOLE])
@pytest.mark.parametrize(
    ("labels", "line"), [(["a", "1", "b"], 3), (["1", "a"], 2), (["a", "b", "a", "b", "0"], 6)]
)
def test_names_and_numbers_may_not_be_mixed_over_blocks(tmp_path, monkeypatch, cells, labels, line):
    cut_blocks(monkeypatch, cells)
    text = "b,a,y\n" + "".join(f"1,0,{label}\n" for label in labels)
    with (
        pytest.raises(SoftmaxError, match=f'line {line}, column "y": some labels are names'),
        labeled(tmp_path, text) as stream,
    ):
        _read(stream)


def test_a_masked_class_that_is_not_the_label_does_no_harm(tmp_path):
    with labeled(tmp_path, "a,b,c,y\n-inf,1,0,b\n0,0,-inf,a\n") as stream:
        assert _read(stream) == ([[-INF, 1, 0], [0, 0, -INF]], [1, 0])


def test_a_probability_of_zero_is_let_pass_where_nothing_is_fitted(tmp_path):
    with labeled(tmp_path, "a,b,y\n1,0,b\n", input_scale="probabilities") as stream:
        assert _read(stream) == ([[0, -INF]], [1])


def test_what_was_given_stays_beside_its_logits(tmp_path):
    with labeled(tmp_path, "a,b,y\n0.25,0.75,b\n", input_scale="probabilities") as stream:
        (part,) = stream.map_chunks(lambda chunk: chunk, 1)
    assert part.result.inputs.tolist() == [[0.25, 0.75]]
    np.testing.assert_allclose(part.result.logits, np.log([[0.25, 0.75]]))


@pytest.mark.parametrize("order", [["y_a", "y_b"], ["y_b", "y_a"]])
@pytest.mark.parametrize(
    ("activation", "expected"), [("sigmoid", [[1, 0], [0, 1]]), ("softmax", [0, 1])]
)
def test_several_columns_are_matched_by_name(tmp_path, order, activation, expected):
    cells = {"y_a": "10", "y_b": "01"}
    text = f"a,b,{','.join(order)}\n" + "".join(
        f"1,2,{cells[order[0]][i]},{cells[order[1]][i]}\n" for i in range(2)
    )
    with labeled(tmp_path, text, labels=["y_*"], activation=activation) as stream:
        assert _read(stream)[1] == expected
        assert not any("by their order" in note for note in stream.notes())


@pytest.mark.parametrize(
    ("text", "said", "note"),
    [
        ("a,b,t1,t2\n1,2,1,0\n3,1,0,1\n", {"labels": ["t*"], "activation": "sigmoid"},
         "columns of labels are matched with classes by their order"),
        ("a,b,y\n0.5,0.5,a\n0.9,0.1,b\n", {}, "every row looks like probabilities (their sum is 1)"),
        ("a,b,y\n0.5,0.9,a\n0.9,0.3,b\n", {"activation": "sigmoid"},
         "every row looks like probabilities (all are from 0 to 1)"),
        ("a,b,y\n1,0,b\n2,0,b\n", {}, 'every label is "b", so that nothing is seen of the other'),
        ("a,y\n1,1\n-2,1\n", {"activation": "sigmoid"}, "every label is yes, so that nothing is"),
        ("a,y\n1,0\n-2,0\n", {"activation": "sigmoid"}, "every label is no, so that nothing is"),
    ],
)  # fmt: skip
def test_what_may_be_amiss_is_said(tmp_path, text, said, note):
    with labeled(tmp_path, text, **said) as stream:
        _read(stream)
        notes = list(stream.notes())
    assert len(notes) == 1
    assert note in notes[0]


def test_where_nothing_is_amiss_nothing_is_said(tmp_path):
    with labeled(tmp_path, "a,b,y\n1,0,b\n2,0,a\n") as stream:
        _read(stream)
        assert list(stream.notes()) == []


@pytest.mark.parametrize(
    ("beside", "message"), [("a\n", "1 labels for 2 rows"), ("a\nb\na\n", "more")]
)
def test_another_number_of_labels_beside_is_refused(tmp_path, beside, message):
    with (
        pytest.raises(SoftmaxError, match=message),
        labeled(tmp_path, "a,b\n1,0\n2,0\n", beside) as stream,
    ):
        _read(stream)


def test_a_label_beside_is_refused_with_its_own_place(tmp_path):
    with (
        pytest.raises(
            SoftmaxError, match=r'labels.csv, line 3, column "label": label "c" names no'
        ),
        labeled(tmp_path, "a,b\n1,0\n2,0\n", "label\na\nc\n") as stream,
    ):
        _read(stream)
