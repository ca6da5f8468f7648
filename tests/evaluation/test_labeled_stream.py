"""Rows with labels as a stream: rows that are used, skipped or rejected, and notices."""

import math

import numpy as np
import pytest

from softmax_cli.errors import SoftmaxError
from tests.chunks import WHOLE, cut_blocks
from tests.each import each
from tests.labeled_text import labeled
from tests.reference_set import reference_csv, reference_set

INF = math.inf


def _read(stream, jobs=2):
    chunks = [part.result for part in stream.map_chunks(lambda chunk: chunk, jobs)]
    chunks = [chunk for chunk in chunks if chunk is not None]
    return (
        np.concatenate([chunk.logits for chunk in chunks]).tolist(),
        np.concatenate([chunk.labels for chunk in chunks]).tolist(),
    )


def _texts(stream, *, warning=True):
    _read(stream)
    source = stream.source.source
    return [n.text.replace(f"{source}: ", "") for n in stream.notices() if n.warning is warning]


def _error(folder, text, **options):
    with pytest.raises(SoftmaxError) as caught, labeled(folder, text, **options) as stream:
        _read(stream)
    return caught.value


@pytest.mark.parametrize("cells", [1, 7, WHOLE])
@pytest.mark.parametrize("jobs", [1, 4])
def test_rows_come_in_order_from_chunks_of_any_size(tmp_path, monkeypatch, cells, jobs):
    cut_blocks(monkeypatch, cells)
    text = "\n".join(reference_csv().splitlines()[:101]) + "\n"
    with labeled(tmp_path, text) as stream:
        logits, classes = _read(stream, jobs)
    assert logits == reference_set()[0][:100].tolist()
    assert classes == reference_set()[1][:100].tolist()
    assert stream.stats.rows == 100


@pytest.mark.parametrize("cells", [1, 7, WHOLE])
@pytest.mark.parametrize("header", ["", "label\n"])
def test_labels_in_another_file_equal_labels_in_a_column(tmp_path, monkeypatch, cells, header):
    cut_blocks(monkeypatch, cells)
    lines = [line.rpartition(",") for line in reference_csv().splitlines()[:101]]
    rows = "".join(line[0] + "\n" for line in lines)
    labels = header + "".join(line[2] + "\n" for line in lines[1:])
    with labeled(tmp_path, rows, labels) as stream:
        logits, classes = _read(stream)
    assert logits == reference_set()[0][:100].tolist()
    assert classes == reference_set()[1][:100].tolist()


def test_rows_without_a_label_are_skipped_and_counted(tmp_path):
    with labeled(tmp_path, "a,b,y\n1,0,a\n2,0,\n3,0,-100\n4,0,b\n") as stream:
        assert _read(stream) == ([[1, 0], [4, 0]], [0, 1])
    stats = stream.stats
    assert (stats.rows, stats.unlabeled, stats.invalid) == (2, 2, 0)


def test_blank_labels_may_stand_among_indices(tmp_path):
    with labeled(tmp_path, "a,b,y\n1,0,0\n2,0,\n3,0,-100\n4,0,1\n") as stream:
        assert _read(stream) == ([[1, 0], [4, 0]], [0, 1])


@pytest.mark.parametrize("cells", [1, WHOLE])
def test_invalid_rows_are_skipped_and_counted_with_the_first_error(tmp_path, monkeypatch, cells):
    cut_blocks(monkeypatch, cells)
    text = "a,b,y\n1,0,a\nx,0,a\n-inf,-inf,b\n4,0,b\ninf,0,a\n,1,\n"
    with labeled(tmp_path, text, invalid="skip") as stream:
        assert _read(stream) == ([[1, 0], [4, 0]], [0, 1])
        (notice,) = stream.notices()
    assert (stream.stats.rows, stream.stats.invalid) == (2, 4)
    assert notice.warning
    assert notice.text == (
        f'4 of 6 rows skipped; first: {stream.source.source}, line 3, column "a": '
        '"x" is not a number'
    )


@pytest.mark.parametrize("cells", [1, WHOLE])
@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("a,b,y\n1,0,\n1,0,-1\n", {}, "every row was skipped: 2 without a label"),
        ("a,b,y\n1,0,\n-inf,-inf,a\n", {"invalid": "skip"},
         "every row was skipped: 1 invalid, 1 without a label; first: {}, line 3: every logit is -inf, so that "
         "no class is left"),
        ("a,b,y\ninf,0,b\n-inf,-inf,a\n", {"invalid": "skip"},
         "every row was skipped: 2 invalid; first: {}, line 2: a logit is +inf, which softmax "
         "has no answer for"),
        ("a,b,y\n0.5,0.9,b\n", {"invalid": "skip", "input_scale": "probabilities"},
         "every row was skipped: 1 invalid; first: {}, line 2: probabilities sum to 1.4, not 1"),
        ("a,b,w,y\n1,0,0,a\n", {"weight": "w"}, "every row was skipped: 1 of weight 0"),
        ("a,b,y\n", {}, "no labeled rows"),
    ],
)  # fmt: skip
def test_the_error_says_so_if_every_row_was_skipped(
    tmp_path, monkeypatch, cells, text, options, message
):
    cut_blocks(monkeypatch, cells)
    error = _error(tmp_path, text, **options)
    assert error.message == message.format(error.source)


@each(
    ("text", "options", "message"),
    [
        ("a,b,y\n1,0,a\nx,0,a\n", {}, 'line 3, column "a": "x" is not a number'),
        ("a,b,y\n-inf,-inf,a\n", {}, "line 2: every logit is -inf"),
        ("a,b,y\ninf,0,a\n", {}, "line 2: a logit is +inf"),
        ("a,b,y\n1,0,a\n1,0,c\n", {}, 'line 3, column "y": unknown label "c"'),
        ("a,b,y\n1,0,a\n1,0,1\n", {}, 'line 3, column "y": labels mix class names'),
        ("a,b\n1,0\n", {}, "no label column. Use --label COL or --labels FILE."),
        ("a,y\n1,0\n", {}, "softmax of a single class is always 1. Use -a sigmoid"),
        ("a,b,y\n0,-inf,b\n", {}, 'line 2: label "b" is masked with -inf'),
        ("a,b,y\n0.5,0.6,a\n", {"input_scale": "probabilities"}, "line 2: probabilities sum to 1.1"),
        ("a,b,y\n1.5,-0.5,a\n", {"input_scale": "probabilities"}, "line 2: 1.5 is outside [0, 1]"),
        ("a,b,y\n1,0,b\n", {"input_scale": "probabilities", "for_fitting": True},
         'line 2: label "b" has probability 0'),
        ("a,y\ninf,0\n", {"activation": "sigmoid", "for_fitting": True},
         "line 2: infinite logit contradicts its label"),
    ],
)  # fmt: skip
def test_invalid_rows_and_labels_are_errors_with_their_location(tmp_path, text, options, message):
    assert message in str(_error(tmp_path, text, **options))


@each(
    ("text", "options", "fixed", "fix", "labels"),
    [
        ("a,b,y\n1,0,a\nx,0,a\n", {}, None, {"invalid": "skip"}, [0]),
        ("a,b,y\n1,0,b\ninf,0,a\n", {}, None, {"invalid": "skip"}, [1]),
        ("a,b,t\n1,0,b\n", {}, None, {"labels": ["t"]}, [1]),
        ("a,y\n1,0\n2,1\n", {}, None, {"activation": "sigmoid"}, [[0], [1]]),
        ("a,b,y\n0,-inf,b\n1,0,a\n", {}, "a,b,y\n0,-inf,-1\n1,0,a\n", {}, [0]),
        ("a,b,y\n0.5,0.6,a\n0.5,0.5,b\n", {"input_scale": "probabilities"}, None,
         {"input_scale": "probabilities", "invalid": "skip"}, [1]),
        ("a,b,y\n1,0,1\n1,0,2\n", {}, None, {"label_base": 1}, [0, 1]),
    ],
)  # fmt: skip
def test_the_hint_of_an_error_leads_to_the_right_labels(
    tmp_path, text, options, fixed, fix, labels
):
    assert _error(tmp_path, text, **options).hint
    with labeled(tmp_path, fixed or text, **fix) as stream:
        assert _read(stream)[1] == labels


@pytest.mark.parametrize("cells", [1, WHOLE])
@pytest.mark.parametrize(
    ("labels", "line"), [(["a", "1", "b"], 3), (["1", "a"], 2), (["a", "b", "a", "b", "0"], 6)]
)
def test_names_and_indices_do_not_mix_over_chunks(tmp_path, monkeypatch, cells, labels, line):
    cut_blocks(monkeypatch, cells)
    error = _error(tmp_path, "b,a,y\n" + "".join(f"1,0,{label}\n" for label in labels))
    assert (error.line, error.column, error.hint) == (line, "y", "Use one or the other.")
    assert error.message.startswith("labels mix class names")


def test_a_masked_class_that_is_not_the_label_is_valid(tmp_path):
    with labeled(tmp_path, "a,b,c,y\n-inf,1,0,b\n0,0,-inf,a\n") as stream:
        assert _read(stream) == ([[-INF, 1, 0], [0, 0, -INF]], [1, 0])


def test_a_label_of_probability_zero_is_valid_unless_a_fit_needs_it(tmp_path):
    with labeled(tmp_path, "a,b,y\n1,0,b\n", input_scale="probabilities") as stream:
        assert _read(stream) == ([[0, -INF]], [1])


def test_inputs_stay_next_to_the_logits_made_from_them(tmp_path):
    with labeled(tmp_path, "a,b,y\n0.25,0.75,b\n", input_scale="probabilities") as stream:
        (part,) = stream.map_chunks(lambda chunk: chunk, 1)
    assert part.result.inputs.tolist() == [[0.25, 0.75]]
    np.testing.assert_allclose(part.result.logits, np.log([[0.25, 0.75]]))


@pytest.mark.parametrize("order", [["y_a", "y_b"], ["y_b", "y_a"]])
@pytest.mark.parametrize(
    ("activation", "expected"), [("sigmoid", [[1, 0], [0, 1]]), ("softmax", [0, 1])]
)
def test_label_columns_are_matched_by_name_without_a_warning(tmp_path, order, activation, expected):
    cells = {"y_a": "10", "y_b": "01"}
    text = f"a,b,{','.join(order)}\n" + "".join(
        f"1,2,{cells[order[0]][i]},{cells[order[1]][i]}\n" for i in range(2)
    )
    with labeled(tmp_path, text, labels=["y_*"], activation=activation) as stream:
        assert _read(stream)[1] == expected
        assert not any("position" in notice.text for notice in stream.notices())


@each(
    ("text", "options", "warning"),
    [
        ("a,b,t1,t2\n1,2,1,0\n3,1,0,1\n", {"labels": ["t*"], "activation": "sigmoid"},
         "label columns matched to classes by position, not by name"),
        ("a,b,y\n0.5,0.5,a\n0.9,0.1,b\n", {},
         "rows look like probabilities (rows sum to 1) but are read as logits. "
         "Use --from probabilities if they are."),
        ("a,b,c,y\n0.33,0.33,0.33,a\n0.9,0.1,0.01,b\n", {},
         "rows look like probabilities (rows sum to 1) but are read as logits. "
         "Use --from probabilities if they are."),
        ("a,b,y\n0.5,0.9,a\n0.9,0.3,b\n", {"activation": "sigmoid"},
         "rows look like probabilities (all in [0, 1]) but are read as logits. "
         "Use --from probabilities if they are."),
        ("a,b,y\n1,0,b\n2,0,b\n", {}, 'every label is "b": the other classes never occur'),
        ("a,y\n1,1\n-2,1\n", {"activation": "sigmoid"},
         "every label is 1: there is nothing to separate"),
        ("a,y\n1,0\n-2,0\n", {"activation": "sigmoid"},
         "every label is 0: there is nothing to separate"),
    ],
)  # fmt: skip
def test_suspicious_rows_are_a_warning(tmp_path, text, options, warning):
    with labeled(tmp_path, text, **options) as stream:
        assert _texts(stream) == [warning]


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("a,b,y\n1,0,b\n2,0,a\n", {}),
        ("a,b,y\n1,0,b\n0,1,a\n", {}),
        ("a,b,y\n0.5,0.5,b\n0.4,0.9,a\n", {}),
        ("a,b,y\n0.5,0.5,b\n0.4,0.6,a\n", {"input_scale": "probabilities"}),
        ("a,y\n1,1\n-2,0\n", {"activation": "sigmoid"}),
    ],
)
def test_unsuspicious_rows_have_no_warning(tmp_path, text, options):
    with labeled(tmp_path, text, **options) as stream:
        assert _texts(stream) == []


NO_ZERO = "no label is 0. If labels count from 1, use --label-base 1."


def _counting(header, labels, times=5):
    rows = [f"1,0.5,{-i},{label}\n" for i, label in enumerate(labels * times)]
    return header + "".join(rows)


@each("header", ["a,b,c,y\n", "0,1,2,y\n", "p0,p1,p2,y\n", "cat_x,dog_x,e_x,y\n"])
@each("labels", ["12", "1112"])
def test_indices_without_0_are_a_warning_that_base_1_settles(tmp_path, header, labels):
    text = _counting(header, labels)
    with labeled(tmp_path, text) as stream:
        assert NO_ZERO in _texts(stream)
    with labeled(tmp_path, text, label_base=1) as stream:
        assert _read(stream)[1] == [int(label) - 1 for label in labels * 5]
        assert NO_ZERO not in [notice.text for notice in stream.notices()]


@each(
    ("text", "options"),
    [
        (_counting("a,b,c,y\n", "012"), {}),
        (_counting("a,b,c,y\n", "12", times=1), {}),
        (_counting("1,2,3,y\n", "12"), {}),
        (_counting("p1,p2,p3,y\n", "12"), {}),
        (_counting("a,b,c,y\n", "bc"), {}),
        (_counting("p0,p1,p2,y\n", ["p1", "p2"]), {}),
        (_counting("a,b,c,y_a,y_b,y_c\n", ["0,1,0", "0,0,1"]), {"labels": ["y_*"]}),
        (_counting("a,b,c,y\n", ['"[0,1,0]"', '"[0,0,1]"']), {}),
        (_counting("a,b,c,y\n", "12"), {"activation": "sigmoid"}),
    ],
)
def test_other_labels_do_not_seem_to_count_from_1(tmp_path, text, options):
    with labeled(tmp_path, text, **options) as stream:
        assert NO_ZERO not in _texts(stream)


@pytest.mark.parametrize("first", ["1", "-1"])
def test_a_late_minus_one_is_an_error_where_no_label_is_0(tmp_path, monkeypatch, first):
    cut_blocks(monkeypatch, 4)
    other = {"1": "-1", "-1": "1"}[first]
    text = "a,y\n" + f"1.5,{first}\n" * 9 + f"0.5,{other}\n"
    error = _error(tmp_path, text, activation="sigmoid")
    assert error.message == "label -1 may mean no, or no label: there is no label 0"
    assert error.hint == "Use 0 for no, and blank for no label."
    with labeled(tmp_path, text.replace(",-1\n", ",0\n"), activation="sigmoid") as stream:
        expected = [[int(first == "1")]] * 9 + [[int(other == "1")]]
        assert _read(stream)[1] == expected


@pytest.mark.parametrize(
    ("labels", "expected"),
    [(["1"] * 9 + ["0", "-1"], [[1]] * 9 + [[0]]), (["0"] * 9 + ["-1"], [[0]] * 9)],
)
def test_a_late_minus_one_is_no_label_where_some_label_is_0(
    tmp_path, monkeypatch, labels, expected
):
    cut_blocks(monkeypatch, 4)
    text = "a,y\n" + "".join(f"1.5,{label}\n" for label in labels)
    with labeled(tmp_path, text, activation="sigmoid") as stream:
        assert _read(stream)[1] == expected


@pytest.mark.parametrize(
    ("labels", "message"), [("a\n", "1 labels for at least 2 rows"), ("a\nb\na\n", "more labels")]
)
def test_another_number_of_labels_is_an_error(tmp_path, labels, message):
    with (
        pytest.raises(SoftmaxError, match=message),
        labeled(tmp_path, "a,b\n1,0\n2,0\n", labels) as stream,
    ):
        _read(stream)


def test_an_unknown_label_has_the_location_in_its_own_file(tmp_path):
    with (
        pytest.raises(SoftmaxError, match=r'labels.csv, line 3, column "label": unknown label "c"'),
        labeled(tmp_path, "a,b\n1,0\n2,0\n", "label\na\nc\n") as stream,
    ):
        _read(stream)
