"""Labels of rows: joined by identifiers or matched by position, from files of every format."""

import json
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.evaluation.label_options import LabelOptions
from softmax_cli.evaluation.opening import open_labeled
from softmax_cli.formats.read_options import ReadOptions
from tests.chunks import WHOLE, cut_blocks
from tests.each import each
from tests.runner import softmax

IDS = [f"r{i}" for i in range(1, 8)]
LABELS = ["c", "a", "b", "a", "c", "b", "a"]
CLASSES = ["a", "b", "c"]
LOGITS = np.random.default_rng(3).normal(0, 2, (7, 3)).round(3)
INDICES = [CLASSES.index(label) for label in LABELS]
ORDERS = {"same": [*range(7)], "other": [3, 6, 0, 2, 5, 1, 4], "last two": [0, 1, 2, 3, 4, 6, 5]}


def _write(path, frame):
    name = path.name.rpartition(".")[2]
    if name == "json":
        path.write_text(json.dumps(frame.to_dicts()))
    elif name == "tsv":
        frame.write_csv(path, separator="\t")
    else:
        {
            "csv": frame.write_csv,
            "jsonl": frame.write_ndjson,
            "parquet": frame.write_parquet,
            "arrow": frame.write_ipc,
        }[name](path)
    return str(path)


def _rows(path, ids=IDS, id_name="id"):
    columns = {"a": LOGITS[:, 0], "b": LOGITS[:, 1], "c": LOGITS[:, 2]}
    frame = pl.DataFrame({id_name: ids, **columns} if ids is not None else columns)
    return _write(path, frame)


def _labels(path, order="same", ids=IDS, id_name="id", labels=LABELS):
    frame = pl.DataFrame({id_name: ids, "label": labels})[ORDERS[order]]
    return _write(path, frame)


def _read(rows, labels, jobs=2, **options):
    label_options = LabelOptions(
        activation="softmax", input_scale="logits", invalid="fail", label_file=labels
    )
    with ExitStack() as stack:
        stream = open_labeled(stack, rows, ReadOptions(**options), label_options)
        notices = list(stream.input_notices())
        chunks = [part.result for part in stream.map_chunks(lambda chunk: chunk, jobs)]
        notices += stream.notices()
    logits = np.concatenate([chunk.logits for chunk in chunks if chunk is not None])
    classes = np.concatenate([chunk.labels for chunk in chunks if chunk is not None])
    np.testing.assert_array_equal(logits, LOGITS[: len(logits)])
    return classes.tolist(), notices


def _warnings(notices):
    return [notice.text for notice in notices if notice.warning]


def _error(rows, labels, **options):
    with pytest.raises(SoftmaxError) as caught:
        _read(rows, labels, **options)
    return caught.value


FORMATS = ["csv", "tsv", "jsonl", "json", "parquet", "arrow"]


@each("order", ORDERS)
@each("labels_format", FORMATS)
@each("rows_format", FORMATS)
def test_files_of_every_format_are_joined_by_identifier(
    tmp_path, rows_format, labels_format, order
):
    rows = _rows(tmp_path / f"x.{rows_format}")
    labels = _labels(tmp_path / f"y.{labels_format}", order)
    classes, notices = _read(rows, labels)
    assert classes == INDICES
    assert _warnings(notices) == []
    assert any(notice.text.endswith(', joined by "id"') for notice in notices)


@pytest.mark.parametrize("cells", [1, 7, 12, WHOLE])
@pytest.mark.parametrize("jobs", [1, 4])
@pytest.mark.parametrize("order", ORDERS)
def test_chunks_of_any_size_are_joined(tmp_path, monkeypatch, cells, jobs, order):
    rows, labels = _rows(tmp_path / "x.csv"), _labels(tmp_path / "y.csv", order)
    cut_blocks(monkeypatch, cells)
    assert _read(rows, labels, jobs)[0] == INDICES


@pytest.mark.parametrize("order", ["same", "other"])
@pytest.mark.parametrize("which", ["rows", "labels"])
def test_either_file_may_come_from_standard_input(tmp_path, order, which):
    rows, labels = _rows(tmp_path / "x.csv"), _labels(tmp_path / "y.csv", order)
    expected = softmax("evaluate", rows, "--labels", labels, "-f", "json")
    text = Path(rows if which == "rows" else labels).read_bytes()
    paths = ("-", "--labels", labels) if which == "rows" else (rows, "--labels", "-")
    ran = softmax("evaluate", *paths, "-f", "json", stdin=text)
    assert (ran.code, expected.code) == (0, 0), ran.err
    assert json.loads(ran.out)["metrics"] == json.loads(expected.out)["metrics"]


def test_rows_and_labels_cannot_both_come_from_standard_input():
    ran = softmax("evaluate", "-", "--labels", "-", stdin="a,b\n1,2\n")
    assert "logits and labels cannot both come from standard input" in ran.err
    assert ran.code == 2


NUMBERS = [11, 12, 13, 14, 15, 16, 17]


@each("rows_ids", [NUMBERS, [*map(str, NUMBERS)], [*map(float, NUMBERS)]])
@each("labels_ids", [NUMBERS, [*map(str, NUMBERS)], [*map(float, NUMBERS)]])
@each(("rows_format", "labels_format"), [("csv", "parquet"), ("jsonl", "csv")])
def test_identifiers_may_be_numbers_or_text(
    tmp_path, rows_ids, labels_ids, rows_format, labels_format
):
    rows = _rows(tmp_path / f"x.{rows_format}", rows_ids)
    labels = _labels(tmp_path / f"y.{labels_format}", "other", labels_ids)
    assert _read(rows, labels)[0] == INDICES


@each(
    ("rows_name", "labels_name"),
    [("id", "ID"), ("image_id", "image_id"), ("", ""), ("Unnamed: 0", "Unnamed: 0"),
     ("filename", "filename"), ("__index_level_0__", "__index_level_0__")],
)  # fmt: skip
def test_identifiers_of_one_name_are_joined_in_any_order(tmp_path, rows_name, labels_name):
    rows = _rows(tmp_path / "x.csv", id_name=rows_name)
    labels = _labels(tmp_path / "y.csv", "other", id_name=labels_name)
    classes, notices = _read(rows, labels)
    assert classes == INDICES
    assert _warnings(notices) == []


def test_identifiers_of_other_names_in_another_order_are_joined_with_a_warning(tmp_path):
    rows = _rows(tmp_path / "x.csv")
    labels = _labels(tmp_path / "y.csv", "other", id_name="image_id")
    classes, notices = _read(rows, labels)
    assert classes == INDICES
    (warning,) = _warnings(notices)
    assert warning.endswith(
        'joined in another order by columns of different names, "id", "image_id". '
        "Use --drop id to match rows by position."
    )
    assert _read(rows, labels, drop=("id",))[0] == [INDICES[i] for i in ORDERS["other"]]


def test_identifiers_of_other_names_in_the_same_order_have_no_warning(tmp_path):
    rows, labels = _rows(tmp_path / "x.csv"), _labels(tmp_path / "y.csv", id_name="image_id")
    classes, notices = _read(rows, labels)
    assert classes == INDICES
    assert _warnings(notices) == []


@pytest.mark.parametrize("labels_name", ["", "Unnamed: 0", "index"])
def test_a_pandas_index_that_is_no_identifier_of_the_rows_matches_by_position(
    tmp_path, labels_name
):
    rows = _rows(tmp_path / "x.csv")
    labels = _labels(tmp_path / "y.csv", ids=[*range(7)], id_name=labels_name)
    classes, notices = _read(rows, labels)
    assert classes == INDICES
    (warning,) = _warnings(notices)
    assert warning.endswith("are not those of the rows: matched by position")


def test_the_identifier_is_named_where_several_are_there(tmp_path):
    columns = {"user_id": [*range(7)], "id": IDS}
    rows = _write(tmp_path / "x.csv", pl.DataFrame({**columns, **dict(zip("abc", LOGITS.T, strict=True))}))  # fmt: skip
    labels = _labels(tmp_path / "y.csv", "other")
    assert _read(rows, labels)[0] == INDICES


@pytest.mark.parametrize("which", ["rows", "labels", "neither"])
def test_rows_are_matched_by_position_if_only_one_file_has_identifiers(tmp_path, which):
    rows = _rows(tmp_path / "x.csv", IDS if which == "rows" else None)
    labels = tmp_path / "y.csv"
    frame = pl.DataFrame({"id": IDS, "label": LABELS})[ORDERS["other"]]
    _write(labels, frame if which == "labels" else frame.select("label"))
    classes, notices = _read(rows, str(labels))
    assert classes == [INDICES[i] for i in ORDERS["other"]]
    assert not any("joined" in notice.text for notice in notices)


def _keep_lines(path, keep):
    lines = Path(path).read_text().splitlines(keepends=True)
    Path(path).write_text("".join(line for line in lines if keep(line)))


@pytest.mark.parametrize("cells", [1, WHOLE])
@pytest.mark.parametrize("order", ["same", "other"])
def test_rows_without_a_label_are_an_error_that_names_some(tmp_path, monkeypatch, cells, order):
    rows, labels = _rows(tmp_path / "x.csv"), _labels(tmp_path / "y.csv", order)
    _keep_lines(labels, lambda line: line[:3] not in ("r2,", "r5,"))
    cut_blocks(monkeypatch, cells)
    error = _error(rows, labels)
    assert error.message.startswith('no label for identifier "r2"')
    assert labels in error.message
    assert (error.source, error.line) == (rows, 3)
    assert error.hint == "Both files have identifiers: add the missing labels, blank if unknown."
    # After that, the other rows are used.
    Path(labels).write_text(Path(labels).read_text() + "r5,\nr2,\n")
    ran = softmax("evaluate", rows, "--labels", labels, "-f", "json")
    report = json.loads(ran.out)
    assert (report["rows"], report["unlabeled"]) == (5, 2)
    kept = [i for i in range(7) if i not in (1, 4)]
    own = LOGITS[kept] - np.log(np.exp(LOGITS[kept]).sum(1, keepdims=True))
    nll = -np.mean([own[n, INDICES[i]] for n, i in enumerate(kept)])
    assert report["metrics"]["nll"] == pytest.approx(nll)


@pytest.mark.parametrize("order", ["same", "other"])
def test_duplicate_identifiers_among_labels_are_an_error(tmp_path, order):
    rows, labels = _rows(tmp_path / "x.csv"), tmp_path / "y.csv"
    frame = pl.DataFrame({"id": IDS, "label": LABELS})[ORDERS[order]]
    _write(labels, pl.concat([frame[:3], frame[:1], frame[3:]]))
    error = _error(rows, str(labels))
    key = IDS[ORDERS[order][0]]
    assert error.summary == f'{labels}, line 5: duplicate identifier "{key}" among the labels'
    _write(labels, frame)
    assert _read(rows, str(labels))[0] == INDICES


def test_duplicate_identifiers_among_rows_in_another_order_are_an_error(tmp_path):
    rows = _rows(tmp_path / "x.csv", [*IDS[:6], "r1"])
    labels = _labels(tmp_path / "y.csv", "other")
    error = _error(rows, labels)
    assert error.summary == f'{rows}, line 8: duplicate identifier "r1" among the rows'


@pytest.mark.parametrize("order", ["same", "other"])
def test_labels_without_a_row_are_a_warning(tmp_path, order):
    rows = _write(
        tmp_path / "x.csv", pl.DataFrame({"id": IDS, **dict(zip("abc", LOGITS.T, strict=True))})[:5]
    )
    labels = _labels(tmp_path / "y.csv", order)
    classes, notices = _read(rows, labels)
    assert classes == INDICES[:5]
    (warning,) = _warnings(notices)
    assert warning.startswith(f"{labels}: labels left without a row: ")
    assert '"r6"' in warning
    assert '"r7"' in warning


@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
def test_text_of_one_name_in_another_order_is_an_error_that_an_option_settles(tmp_path, suffix):
    rows = _rows(tmp_path / "x.csv", id_name="photo")
    labels = _labels(tmp_path / f"y.{suffix}", "other", id_name="photo")
    error = _error(rows, labels)
    assert error.message == 'row of "r1" has the label of "r4" by position'
    assert error.hint == "Use --id photo to join by it, or --drop photo if it is no key."
    assert _read(rows, labels, ids=("photo",))[0] == INDICES
    assert _read(rows, labels, drop=("photo",))[0] == [INDICES[i] for i in ORDERS["other"]]


@pytest.mark.parametrize(
    ("rows_texts", "labels_texts"),
    [
        (IDS, IDS),
        (["val"] * 7, ["val"] * 7),
        (["ann", "bob"] * 3 + ["ann"], ["bob", "ann"] * 3 + ["bob"]),
        (IDS, [f"note {i}" for i in range(7)]),
        ([*IDS[:6], "r1"], [*reversed(IDS)]),
    ],
)
def test_text_of_one_name_that_identifies_no_other_row_matches_by_position(
    tmp_path, rows_texts, labels_texts
):
    rows = _rows(tmp_path / "x.csv", rows_texts, id_name="note")
    labels = _labels(tmp_path / "y.csv", ids=labels_texts, id_name="note")
    assert _read(rows, labels)[0] == INDICES


def test_text_of_one_name_is_no_label(tmp_path):
    rows = _rows(tmp_path / "x.csv", id_name="photo")
    frame = pl.DataFrame({"photo": IDS, "species": LABELS})
    assert _read(rows, _write(tmp_path / "y.csv", frame))[0] == INDICES


@each("order", ORDERS)
@each(
    ("suffix", "orient"),
    [("csv", None), ("json", "index"), ("json", "split"), ("json", "frame"), ("json", "records")],
)
def test_a_pandas_series_is_joined_by_its_index(tmp_path, suffix, orient, order):
    rows = _rows(tmp_path / "x.csv", id_name="")
    pairs = [(IDS[i], LABELS[i]) for i in ORDERS[order]]
    text = {
        None: ",0\n" + "".join(f"{key},{label}\n" for key, label in pairs),
        "index": json.dumps(dict(pairs)),
        "split": json.dumps({"name": None, "index": [k for k, _ in pairs], "data": [v for _, v in pairs]}),
        "frame": json.dumps({"species": dict(pairs)}),
        "records": json.dumps([{"id": key, "species": label} for key, label in pairs]),
    }[orient]  # fmt: skip
    (tmp_path / f"y.{suffix}").write_text(text)
    assert _read(rows, str(tmp_path / f"y.{suffix}"))[0] == INDICES


@pytest.mark.parametrize("header", [",0\n", ",species\n", ",label\n", "Unnamed: 0,species\n"])
def test_a_pandas_series_without_identifiers_of_rows_matches_by_position(tmp_path, header):
    rows = _rows(tmp_path / "x.csv", None)
    text = header + "".join(f"{90 - i},{label}\n" for i, label in enumerate(LABELS))
    (tmp_path / "y.csv").write_text(text)
    assert _read(rows, str(tmp_path / "y.csv"))[0] == INDICES


@each("order", ORDERS)
@each("columns", [["a", "b", "c"], ["c", "a", "b"], ["y_b", "y_c", "y_a"]])
def test_one_hot_files_with_class_names_are_joined_too(tmp_path, order, columns):
    rows = _rows(tmp_path / "x.csv")
    hot = {name: [int(label == name[-1]) for label in LABELS] for name in columns}
    frame = pl.DataFrame({"id": IDS, **hot})[ORDERS[order]]
    classes, notices = _read(rows, _write(tmp_path / "y.csv", frame))
    assert classes == INDICES
    assert _warnings(notices) == []


@pytest.mark.parametrize("rows_format", ["csv", "npy"])
def test_one_hot_files_without_names_match_classes_by_position(tmp_path, rows_format):
    if rows_format == "npy":
        np.save(tmp_path / "x.npy", LOGITS)
    else:
        np.savetxt(tmp_path / "x.csv", LOGITS, delimiter=",")
    np.savetxt(tmp_path / "y.csv", np.eye(3)[INDICES], delimiter=",")
    classes, _ = _read(str(tmp_path / f"x.{rows_format}"), str(tmp_path / "y.csv"))
    assert classes == INDICES


def test_rows_without_labels_of_their_own_need_a_file():
    ran = softmax("evaluate", stdin="a,b\n1,2\n")
    assert "no label column. Use --label COL or --labels FILE." in ran.err
