"""`softmax evaluate` with several files: rows joined by identifier or position."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.formats.delimited import small_parser
from tests.chunks import WHOLE, cut_blocks
from tests.formats.files import put
from tests.runner import softmax

A = "id,cat,dog,y\na,2.5,1.5,cat\nb,0.5,2.5,dog\nc,1.5,0.5,dog\n"
# The rows and classes of A in another order, with other logits.
B = "id,dog,cat,y\nc,0.5,2.5,dog\na,0.5,1.5,cat\nb,2.5,0.5,dog\n"
IN_ORDER = "id,dog,cat,y\na,0.5,1.5,cat\nb,2.5,0.5,dog\nc,0.5,2.5,dog\n"
JOINED = 'softmax: rows joined by "id"\n'
HELD = "softmax: b.csv: rows in another order, held in memory\n"
BY_POSITION = "softmax: rows matched by position\n"
IDS_HINT = (
    "Use --id COL to join rows by another column, or --drop id if it does not identify rows.\n"
)
POSITION_HINT = (
    "Rows are matched by position. Use --id COL to join them by a column that all files have.\n"
)
LABEL_HINT = "Correct one of them, or use --labels FILE for all.\n"
SIGMOID = "id,u,v,y_u,y_v\na,1.5,2.5,1,0\nb,-1.5,3.5,0,1\n"
SWAPPED = "id,v,u,y_v,y_u\nb,3.5,-1.5,1,0\na,2.5,1.5,0,1\n"


def _without_ids(text):
    return "".join(line.split(",", 1)[1] + "\n" for line in text.splitlines())


def _numbered(text):
    header, *rows = text.splitlines()
    return "\n".join([f"index,{header}", *(f"{i},{row}" for i, row in enumerate(rows))]) + "\n"


def _keyed(text, sites):
    header, *rows = _without_ids(text).splitlines()
    keys = [f"{i // 2},{site}" for i, site in enumerate(sites, start=1)]
    pairs = zip(keys, rows, strict=True)
    return "\n".join([f"qid,site,{header}", *(f"{key},{row}" for key, row in pairs)]) + "\n"


def _weighted(text, weights):
    header, *rows = text.splitlines()
    pairs = zip(rows, weights, strict=True)
    return "\n".join([f"{header},w", *(f"{row},{weight}" for row, weight in pairs)]) + "\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder in which relative paths are looked up."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "files", "err", "code"),
    [
        # Joined by identifier, or by position.
        ([], [A, IN_ORDER], JOINED, 0),
        ([], [A, B], JOINED + HELD, 0),
        ([], [A, B.replace("id", "ID", 1)], JOINED + HELD, 0),
        ([], [A, B.replace("dog,cat", "p_dog,p_cat", 1)], JOINED + HELD, 0),
        (["-q"], [A, B], "", 0),
        ([], [A.replace("id", "ref"), B.replace("id", "ref")], 'rows joined by "ref"\n' + HELD, 0),
        ([], [A, _without_ids(IN_ORDER)],
         'softmax: rows matched by position, as b.csv has no "id"\n', 0),
        ([], [_without_ids(A), _without_ids(IN_ORDER)], BY_POSITION, 0),
        ([], [A, B, _without_ids(IN_ORDER)], 'softmax: b.csv: rows joined by "id"\n'
         'softmax: c.csv: rows matched by position, as c.csv has no "id"\n' + HELD, 0),
        (["--drop", "id"], [A, IN_ORDER], BY_POSITION, 0),
        # Models and predictions are in columns that tell no rows apart.
        ([], [A.replace("id", "model"), IN_ORDER.replace("id", "model")], BY_POSITION, 0),
        ([], [A.replace("id", "prediction"), B.replace("id", "prediction").replace("c,0", "x,0")],
         "softmax: b.csv, line 2: label \"dog\", but \"cat\" in a.csv, line 2. " + POSITION_HINT, 1),
        # An identifier that repeats is one in the same order alone.
        ([], [A.replace("b,", "a,"), IN_ORDER.replace("b,", "a,")], JOINED, 0),
        ([], [A.replace("b,", "a,"), B.replace("b,", "a,")],
         f'softmax: b.csv, line 4, column "id": duplicate identifier "a". {IDS_HINT}', 1),
        ([], [A + "c,1,0.5,cat\n", B],
         f'softmax: a.csv, line 5, column "id": duplicate identifier "c". {IDS_HINT}', 1),
        # Rows in one file only.
        ([], [A, B.replace("b,", "x,")],
         f'softmax: a.csv, line 3, column "id": no row for identifier "b" in b.csv. {IDS_HINT}', 1),
        ([], [A, B + "x,1,0.5,cat\n"],
         f'softmax: b.csv, line 5, column "id": no row for identifier "x" in a.csv. {IDS_HINT}', 1),
        ([], [A, IN_ORDER + "x,1,0.5,cat\n"],
         f'softmax: b.csv, line 5, column "id": no row for identifier "x" in a.csv. {IDS_HINT}', 1),
        ([], [A, IN_ORDER + "a,1,0.5,cat\n"],
         f'softmax: b.csv, line 5, column "id": duplicate identifier "a". {IDS_HINT}', 1),
        (["--drop", "id"], [A, IN_ORDER + "x,1,0.5,cat\n"],
         f"softmax: a.csv: ends after row 3, but b.csv has more rows. {POSITION_HINT}", 1),
        (["--drop", "id"], [A + "x,1,0.5,cat\n", IN_ORDER],
         f"softmax: b.csv: ends after row 3, but a.csv has more rows. {POSITION_HINT}", 1),
        # Row numbers that another column contradicts.
        ([], [_numbered(A), _numbered(B)],
         'softmax: a.csv, line 2: "id" is "a", but "c" in the row of b.csv with the same "index". '
         'Use --id id to join by it, or --drop id to join by "index".\n', 1),
        (["--id", "id"], [_numbered(A), _numbered(B)], JOINED + HELD, 0),
        (["--drop", "id"], [_numbered(A), _numbered(IN_ORDER)],
         'softmax: rows joined by "index"\n', 0),
        ([], [_numbered(A), _numbered(IN_ORDER)], 'softmax: rows joined by "index"\n', 0),
        # One of two columns that only together identify rows.
        ([], [_keyed(A, "nmn"), _keyed(IN_ORDER, "nmn")], 'softmax: rows joined by "qid"\n', 0),
        ([], [_keyed(A, "nnm"), _keyed(IN_ORDER, "nmn")],
         'softmax: a.csv, line 3: "site" is "n", but "m" in the row of b.csv with the same "qid". '
         'Use --id site to join by it, or --drop site to join by "qid".\n', 1),
        # Other labels, weights and classes.
        ([], [A, B.replace("1.5,cat", "1.5,dog")],
         'softmax: b.csv, line 3: label "dog" for identifier "a", but "cat" in a.csv, line 2. '
         + LABEL_HINT, 1),
        (["--drop", "id"], [A, B], 'softmax: b.csv, line 2: label "dog", but "cat" in a.csv, line 2. '
         + POSITION_HINT, 1),
        ([], [A, B.replace("1.5,cat", "1.5,")], JOINED + "softmax: warning: b.csv: every label", 0),
        (["--weight", "w"], [_weighted(A, "123"), _weighted(B, "312")], JOINED + HELD, 0),
        (["--weight", "w"], [_weighted(A, "123"), _weighted(B, "317")],
         'softmax: b.csv, line 4: weight 7 for identifier "b", but 2 in a.csv, line 3. '
         "Correct one of them.\n", 1),
        (["--weight", "w"], [_weighted(A, "123"), B], 'softmax: b.csv: --weight: no column "w".', 2),
        ([], [A, B.replace("dog", "owl")],
         'softmax: b.csv: classes differ from those of a.csv: no "dog". '
         "Models must have the same classes, in any order.\n", 1),
        (["-a", "sigmoid", "--label", "y_*"], [SIGMOID, SWAPPED], JOINED + HELD, 0),
        (["-a", "sigmoid", "--label", "y_*"], [SIGMOID, SWAPPED.replace("1,0", "0,0")],
         'softmax: b.csv, line 2: label 0 of class "v" for identifier "b", but 1 in a.csv, line 3. '
         + LABEL_HINT, 1),
        # Labels of all in one file.
        (["--labels", "a.csv"], [A, B], JOINED + HELD, 0),
        (["--labels", "y.csv"], [A, B], 'softmax: b.csv, line 3: label "dog" for identifier "a", '
         'but "cat" in a.csv, line 2. Labels are matched by position: add the identifiers to them.\n', 1),
        (["--labels", "-"], [A, B], "labels of 2 files cannot come from standard input.\n", 2),
        # Invalid rows.
        ([], [A, B.replace("b,2.5", "b,x")],
         'softmax: b.csv, line 4, column "dog": "x" is not a number. ', 1),
        (["--invalid", "skip"], [A, B.replace("b,2.5", "b,x")],
         "softmax: warning: 1 of 3 rows skipped; first: b.csv, line 4, column", 0),
        # What takes one file.
        (["--by", "id"], [A, B], "--by takes one file, not 2.\n", 2),
        (["--cluster", "local"], [A, B], "softmax: --cluster", 2),
    ],
)  # fmt: skip
def test_several_files(arguments, files, err, code, folder):
    put(folder, "y.csv", "y\ncat\ndog\ndog\n")
    paths = [put(folder, f"{name}.csv", text) for name, text in zip("abc", files, strict=False)]
    ran = softmax("evaluate", *arguments, *(path.rpartition("/")[2] for path in paths))
    assert ran.code == code, ran.err
    assert err in ran.err
    assert bool(ran.out) is (code == 0)
    assert bool(ran.err) is bool(err)


def _report(folder, first, *others, stdin=b"", arguments=()):
    paths = ["-" if text is None else put(folder, f"{i}.csv", text)
             for i, text in enumerate([first, *others])]  # fmt: skip
    ran = softmax("evaluate", "-q", "-f", "json", *arguments, *paths, stdin=stdin)
    assert (ran.err, ran.code) == ("", 0)
    return ran.out


def test_rows_of_the_same_identifier_are_compared(folder):
    found = json.loads(_report(folder, A, B))
    difference = found["differences_to_first"][0]
    nll = np.log1p(np.exp([[-1, -2, 1], [-1, -2, 2]]))
    assert difference["rows"] == 3
    assert difference["nll"]["mean"] == pytest.approx(np.mean(nll[1] - nll[0]))
    assert [model["metrics"]["nll"] for model in found["models"]] == pytest.approx(nll.mean(1))


def test_standard_input_is_joined_as_any_file_is(folder):
    expected = _report(folder, A, B)
    for files, stdin in (((A, None), B), ((None, B), A)):
        found = _report(folder, *files, stdin=stdin)
        assert (
            json.loads(found)["differences_to_first"][0]["nll"]
            == (json.loads(expected)["differences_to_first"][0]["nll"])
        )


RANDOM = np.random.default_rng(11)
LOGITS = RANDOM.normal(0, 2, (2, 24, 3)).round(3)
LABELS = RANDOM.integers(0, 3, 24)
WEIGHTS = RANDOM.integers(0, 4, 24)


def _table(model, order):
    rows = (
        f"r{i},{','.join(map(repr, LOGITS[model, i].tolist()))},"
        f"{'pqr'[LABELS[i]] if i % 7 else ''},{WEIGHTS[i]}\n"
        for i in order
    )
    return "id,p,q,r,label,w\n" + "".join(rows)


@settings(max_examples=2)
@given(st.permutations(range(24)), st.sampled_from([9, 60, WHOLE]), st.booleans())
@pytest.mark.parametrize("arguments", [(), ("--weight", "w"), ("--bins", "5", "-t", "1.5")])
def test_the_order_of_rows_changes_no_digit(arguments, tmp_path_factory, order, cells, small):
    arguments = ("--drop", "w", *arguments) if "w" not in arguments else arguments
    with pytest.MonkeyPatch.context() as patch:
        cut_blocks(patch, cells)
        if not small:
            patch.setattr(small_parser, "MOST_BYTES", -1)
        folder = tmp_path_factory.mktemp("order")
        first = _table(0, range(24))
        expected = _report(folder, first, _table(1, range(24)), arguments=arguments)
        assert _report(folder, first, _table(1, order), arguments=arguments) == expected


@pytest.mark.parametrize("suffix", ["parquet", "arrow", "jsonl", "json"])
def test_the_order_changes_nothing_in_any_format(suffix, folder):
    reports = []
    for order in (range(24), RANDOM.permutation(24)):
        for name, text in (("a", _table(0, range(24))), ("b", _table(1, order))):
            put(folder, f"{name}.csv", text.replace(",w", ",fold"))
            target = f"{name}.{suffix}"
            ran = softmax("convert", "-q", f"{name}.csv", "-a", "log-softmax", "-o", target)
            assert (ran.err, ran.code) == ("", 0)
        paths = [f"a.{suffix}", f"b.{suffix}"]
        ran = softmax("evaluate", "-f", "json", "--from", "log-probabilities", *paths)
        assert ran.code == 0, ran.err
        assert 'rows joined by "id"' in ran.err
        assert ("in another order" in ran.err) is bool(reports)
        reports.append(ran.out)
    assert reports[0] == reports[1]


@pytest.mark.parametrize("format_name", ["table", "csv", "markdown", "html"])
def test_every_report_is_that_of_rows_in_order(format_name, folder):
    pytest.importorskip("matplotlib")
    put(folder, "a.csv", A)
    reports = []
    for text in (IN_ORDER, B):
        put(folder, "b.csv", text)
        ran = softmax("evaluate", "-q", "-f", format_name, "a.csv", "b.csv")
        assert (ran.err, ran.code) == ("", 0)
        reports.append(ran.out)
    assert reports[0] == reports[1]
