"""Behavior that all commands share: options that apply, output paths, empty input, one class."""

import os
from pathlib import Path

import pytest

from tests.each import each
from tests.runner import softmax

VECTOR_COMMANDS = ("compare", "convert", "invert", "sample", "explain", "sweep")
ROW_COMMANDS = ("convert", "invert", "sample")
ALL = (*VECTOR_COMMANDS, "evaluate", "calibrate")
ROWS = "a,b\n0.25,0.75\n"
SINGLE_CLASS = "softmax of a single class is always 1"
REMEDY = "Use -a sigmoid for binary scores, or transpose a column of logits to a row."


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@each(
    "arguments",
    [
        ["--input-format", "csv"],
        ["--columns", "1"],
        ["--header", "no"],
        ["--delimiter", ","],
        ["--decimal-comma"],
        ["--axis", "0"],
        ["--position", "0"],
        ["--candidates", "a,b"],
        ["--normalize", "bytes"],
    ],
)
@each("command", VECTOR_COMMANDS)
def test_an_option_about_files_is_a_usage_error_with_numbers(command, arguments):
    ran = softmax(command, "0.25", "0.75", *arguments)
    message = f"softmax: {arguments[0]} applies to files, not to numbers given as arguments.\n"
    assert (ran.out, ran.err, ran.code) == ("", message, 2)


@each("arguments", [["--id", "1"], ["--label", "1"], ["--drop", "1"]])
@each("command", ["compare", "convert", "invert", "sample"])
def test_a_column_role_is_a_usage_error_with_numbers(command, arguments):
    ran = softmax(command, "0.25", "0.75", *arguments)
    assert (ran.out, ran.code) == ("", 2)
    assert f"{arguments[0]} applies to files" in ran.err


@each(
    ("arguments", "stdin", "message"),
    [
        (["--axis", "0"], ROWS, "<stdin>: --axis applies to npy and npz, not csv."),
        (["--position", "0"], ROWS,
         "<stdin>: --position applies to responses of language models, not csv."),
        (["--candidates", "Yes,No"], ROWS,
         "<stdin>: --candidates applies to responses of language models and lists of labels with scores, not csv."),
        (["--normalize", "bytes"], ROWS,
         "<stdin>: --normalize applies to samples of lm-evaluation-harness, not csv."),
        (["--header", "no", "--input-format", "jsonl"], "[1, 2]\n",
         "<stdin>: --header applies to delimited text, not jsonl."),
        (["--delimiter", ";", "--input-format", "jsonl"], "[1, 2]\n",
         "<stdin>: --delimiter applies to delimited text, not jsonl."),
        (["--decimal-comma", "--input-format", "jsonl"], "[1, 2]\n",
         "<stdin>: --decimal-comma applies to delimited text, not jsonl."),
    ],
)  # fmt: skip
@each("command", ALL)
def test_an_option_of_another_format_is_a_usage_error(command, arguments, stdin, message):
    ran = softmax(command, *arguments, stdin=stdin)
    assert (ran.out, ran.err, ran.code) == ("", f"softmax: {message}\n", 2)


@each(
    "arguments",
    [
        ["-o", "a.csv", "-o", "b.csv"],
        ["-f", "csv", "-f", "json"],
        ["--header", "no", "--header", "no"],
    ],
)
@each("command", VECTOR_COMMANDS)
def test_a_repeated_option_with_one_value_is_a_usage_error(command, arguments):
    ran = softmax(command, *arguments, stdin=ROWS)
    assert (ran.out, ran.code) == ("", 2)
    assert "Duplicate option" in ran.err
    assert os.listdir() == []


@pytest.mark.parametrize("command", [name for name in VECTOR_COMMANDS if name != "compare"])
def test_a_second_temperature_is_a_usage_error(command):
    if command == "invert":
        pytest.skip("has no temperature")
    ran = softmax(command, "1", "2", "-t", "0.5", "-t", "2")
    assert (ran.out, ran.code) == ("", 2)
    assert "Duplicate option" in ran.err


@each("suffix", [".png", ".pdf", ".xyz", ".xlsx", ".PNG", ".png.gz", ".pt"])
@each("command", VECTOR_COMMANDS)
def test_an_output_with_the_suffix_of_no_format_is_a_usage_error(command, suffix):
    ran = softmax(command, "-q", "0.25", "0.75", "-o", f"out{suffix}")
    assert (ran.out, ran.code) == ("", 2)
    assert f"out{suffix}: " in ran.err
    assert os.listdir() == []


@each(
    ("suffix", "begins"),
    [("", b""), (".txt", b""), (".csv", b""), (".json", b""), (".md", b"# "), (".markdown", b"# "),
     (".htm", b"<!DOCTYPE html>"), (".csv.gz", b"\x1f\x8b"), (".CSV", b"")],
)  # fmt: skip
@each("command", [name for name in VECTOR_COMMANDS if name != "convert"])
def test_reports_are_written_in_the_format_of_the_suffix(command, suffix, begins):
    numbers = ("0.25", "0.75") if command == "invert" else ("0.25", "0.5")
    ran = softmax(command, "-q", *numbers, "-o", f"out{suffix}")
    assert (ran.out, ran.err, ran.code) == ("", "", 0)
    assert Path(f"out{suffix}").read_bytes().startswith(begins)


@each("suffix", [".png", ".xyz", ".html", ".md"])
@each("command", ROW_COMMANDS)
def test_rows_cannot_be_written_to_a_report_or_an_unknown_format(command, suffix):
    ran = softmax(command, "-q", "-o", f"out{suffix}", stdin=ROWS)
    assert (ran.out, ran.code) == ("", 2)
    assert f"out{suffix}: unknown suffix {suffix}." in ran.err
    assert os.listdir() == []


@pytest.mark.parametrize("command", ROW_COMMANDS)
@pytest.mark.parametrize(
    "folder", ["data/", "data", "link/", "link", "data/../data/", "./data/", "other/../data"]
)
def test_a_folder_as_output_never_overwrites_an_input(command, folder):
    Path("data").mkdir()
    Path("other").mkdir()
    Path("link").symlink_to("data")
    Path("data/in.csv").write_text(ROWS)
    ran = softmax(command, "-q", "data/in.csv", "-o", folder)
    assert (ran.out, ran.code) == ("", 2)
    assert "in.csv" in ran.err
    assert Path("data/in.csv").read_text() == ROWS


@pytest.mark.parametrize("command", ROW_COMMANDS)
def test_a_folder_as_output_never_overwrites_another_input(command):
    Path("out").mkdir()
    Path("out/in.csv").write_text(ROWS)
    Path("in.csv").write_text(ROWS)
    Path("linked.csv").symlink_to("out/in.csv")
    for other in ("out/in.csv", "linked.csv"):
        ran = softmax(command, "-q", "in.csv", other, "-o", "out/")
        assert (ran.out, ran.code) == ("", 2)
        assert Path("out/in.csv").read_text() == ROWS


@pytest.mark.parametrize("command", ROW_COMMANDS)
def test_a_folder_as_output_is_made_and_holds_one_file_per_input(command):
    Path("one.csv").write_text(ROWS)
    Path("two.csv").write_text(ROWS)
    assert softmax(command, "-q", "one.csv", "two.csv", "-o", "new/folder/").code == 0
    assert sorted(os.listdir("new/folder")) == ["one.csv", "two.csv"]


SINGLE_COLUMNS = ["score\n3\n-7.5\n", "3\n-7.5\n", "id,score\nx,3\ny,-7.5\n"]


@each("stdin", SINGLE_COLUMNS)
@each("command", ALL)
def test_softmax_over_one_column_of_a_file_is_a_usage_error(command, stdin):
    ran = softmax(command, "-q", stdin=stdin)
    assert (ran.out, ran.code) == ("", 2)
    assert ran.err == f"softmax: <stdin>: {SINGLE_CLASS}. {REMEDY}\n"


@pytest.mark.parametrize(
    ("arguments", "stdin", "out"),
    [
        (["convert", "-a", "sigmoid", "--decimals", "3"], SINGLE_COLUMNS[0], "score\n0.953\n0.001\n"),
        (["convert", "-a", "sigmoid", "--decimals", "3"], SINGLE_COLUMNS[1], "0.953\n0.001\n"),
        (["compare", "-a", "sigmoid", "--decimals", "3", "-f", "csv"], SINGLE_COLUMNS[0],
         "row,class,logit,sigmoid\n1,score,3.0,0.953\n2,score,-7.5,0.001\n"),
        (["convert", "--decimals", "3"], "3,-7.5\n", "1.000,0.000\n"),
        (["compare", "-a", "softmax", "--decimals", "3", "-f", "csv"], "3,-7.5\n",
         "row,class,logit,softmax\n1,0,3.0,1.000\n1,1,-7.5,0.000\n"),
    ],
)  # fmt: skip
def test_the_remedies_for_one_column_give_its_probabilities(arguments, stdin, out):
    ran = softmax(*arguments, "-q", stdin=stdin)
    assert (ran.out, ran.err, ran.code) == (out, "", 0)


@pytest.mark.parametrize("command", ["evaluate", "calibrate"])
def test_sigmoid_reads_one_column_of_labeled_scores(command):
    rows = "".join(f"{i % 7 - 3}.5,{int(i % 7 + i % 3 > 4)}\n" for i in range(60))
    ran = softmax(command, "-q", "-a", "sigmoid", "-f", "json", stdin=f"score,y\n{rows}")
    assert (ran.err, ran.code) == ("", 0)


@each(
    ("arguments", "out", "err"),
    [
        (["convert", "2"], "1.0\n", f"softmax: {SINGLE_CLASS}\n"),
        (["convert", "2", "-q"], "1.0\n", ""),
        (["convert", "0", "-a", "sigmoid"], "0.5\n", ""),
        (["0", "-f", "csv"], "row,class,logit,sigmoid,softmax\n1,0,0.0,0.5,1.0\n",
         f"softmax: {SINGLE_CLASS}\n"),
        (["0", "-f", "csv", "-a", "sigmoid"], "row,class,logit,sigmoid\n1,0,0.0,0.5\n", ""),
        (["[0]", "-q", "-f", "csv", "-a", "softmax"], "row,class,logit,softmax\n1,0,0.0,1.0\n", ""),
    ],
)  # fmt: skip
def test_a_single_number_is_shown_with_a_note_on_its_softmax(arguments, out, err):
    ran = softmax(*arguments)
    assert (ran.out, ran.err, ran.code) == (out, err, 0)


@each("stdin", [b"", b"\xef\xbb\xbf", b"\n\n", b"\xef\xbb\xbf\r\n", b"\xff\xfe"])
@each("command", ALL)
def test_empty_input_is_the_same_error_in_every_command(command, stdin):
    ran = softmax(command, "-q", stdin=stdin)
    assert (ran.out, ran.err, ran.code) == ("", "softmax: <stdin>: empty input.\n", 1)


@each("mark", ["", "\ufeff"])
@each(
    ("arguments", "out", "message"),
    [
        (["convert"], "a,b,y\n", ""),
        (["invert"], "a,b,y\n", ""),
        (["sample"], "sample,y\n", ""),
        (["compare"], "", "expected at least 1 row, found 0."),
        (["explain"], "", "expected at least 1 row, found 0."),
        (["sweep"], "", "expected at least 1 row, found 0."),
        (["evaluate"], "", "no labeled rows."),
        (["calibrate"], "", "no labeled rows."),
    ],
)
def test_a_header_without_rows_is_a_header_or_an_error(arguments, out, message, mark):
    ran = softmax(*arguments, "-q", stdin=f"{mark}a,b,y\n")
    err = f"softmax: <stdin>: {message}\n" if message else ""
    assert (ran.out, ran.err, ran.code) == (out, err, 1 if message else 0)


FIRST = 'first: <stdin>, line 2, column "a": "NA" is not a number'


@each(
    ("command", "out", "err", "code"),
    [
        ("convert", "a,b,y\n", f"warning: 2 of 2 rows skipped; {FIRST}", 0),
        ("invert", "a,b,y\n", f"warning: 2 of 2 rows skipped; {FIRST}", 0),
        ("sample", "sample,y\n", f"warning: 2 of 2 rows skipped; {FIRST}", 0),
        ("compare", "", f"<stdin>: every row was skipped: 2 invalid; {FIRST}.", 1),
        ("evaluate", "", f"<stdin>: every row was skipped: 2 invalid; {FIRST}.", 1),
        ("calibrate", "", f"<stdin>: every row was skipped: 2 invalid; {FIRST}.", 1),
    ],
)
def test_every_row_skipped_is_stated_with_the_first_reason(command, out, err, code):
    ran = softmax(command, "-q", "--invalid", "skip", stdin="a,b,y\nNA,1,0\n0,NA,1\n")
    assert (ran.out, ran.err, ran.code) == (out, f"softmax: {err}\n", code)


PRINTED = [
    "[[1 2]\n [2 4]]\n",
    "[1 2]\n[2 4]\n",
    "array([[1., 2.],\n       [2., 4.]])\n",
    "tensor([[1., 2.],\n        [2., 4.]], device='cuda:0')\n",
    "((1, 2), (2, 4))\n",
]


@pytest.mark.parametrize("printed", PRINTED)
def test_printed_vectors_are_rows_from_stdin_files_and_arguments(printed):
    Path("print.txt").write_text(printed)
    expected = ("0.269,0.731\n0.119,0.881\n", "", 0)
    for arguments, stdin in ((["-"], printed), (["print.txt"], ""), ([printed], "")):
        ran = softmax("convert", "-q", "--decimals", "3", *arguments, stdin=stdin)
        assert (ran.out, ran.err, ran.code) == expected


@pytest.mark.parametrize("command", ["compare", "convert", "explain", "sweep", "sample"])
def test_every_command_of_vectors_reads_a_printed_one(command):
    ran = softmax(command, "-q", stdin="tensor([1.5, 2.0])\n")
    assert (ran.err, ran.code) == ("", 0)
    assert ran.out


@pytest.mark.parametrize(
    ("stdin", "error", "code"),
    [
        ("[1 2 ... 4]\n", '<stdin>, row 1, column "3": "..." is not a number. '
         "Print it in full: np.set_printoptions(threshold=np.inf).", 1),
        ("[[1 2]\n [1 2 3]]\n", "<stdin>, row 2: expected 2 values, found 3.", 1),
        ("[[1 2]\n [2 4]\n", "<stdin>: unbalanced brackets in a printed vector.", 1),
        ("[1, 2]\n[2, 4]\n", "<stdin>: expected csv, found jsonl. Use --input-format jsonl.", 1),
    ],
)  # fmt: skip
def test_printed_vectors_that_are_not_read_are_errors(stdin, error, code):
    ran = softmax("convert", "-q", stdin=stdin)
    assert (ran.out, ran.err, ran.code) == ("", f"softmax: {error}\n", code)


def test_options_of_delimited_text_are_rejected_for_printed_vectors():
    ran = softmax("convert", "--header", "no", stdin="[1 2]\n")
    assert ran.err == "softmax: <stdin>: --header applies to delimited text, not printed vectors.\n"
    assert ran.code == 2


NAMED = "cat=2 dog=1\n"
SHARES = "0.731,0.269\n"


@pytest.mark.parametrize(
    ("text", "arguments", "out", "err"),
    [
        (NAMED, [], f"cat,dog\n{SHARES}", ""),
        ("cat=2, dog=1\n\n", [], f"cat,dog\n{SHARES}", ""),
        (f"{NAMED}dog=1 cat=2\n", [], f"cat,dog\n{SHARES}{SHARES}", ""),
        ("id=7 cat=2 dog=1\n", ["--id", "id"], f"id,cat,dog\n7,{SHARES}", ""),
        ("C=1,C=2\n2,1\n", [], f"C=1,C=2\n{SHARES}", ""),
        (f"{NAMED}dog=1\n", [], "", "line 2: expected a value for each name in line 1, and no others."),
        ("cat=2 cat=1\n", [], "", 'line 1: "cat=2 cat=1" names a class twice.'),
        (f"{NAMED}cat=inf dog=1\n", ["--invalid", "skip"], f"cat,dog\n{SHARES}",
         "warning: 1 of 2 rows skipped; first: <stdin>, line 2: a logit is +inf, which softmax has "
         "no answer for"),
    ],
)  # fmt: skip
def test_named_values_are_read_from_stdin_as_from_arguments(text, arguments, out, err):
    ran = softmax("convert", "-q", "--decimals", "3", *arguments, stdin=text)
    assert ran.out == out
    assert ran.err.removeprefix("softmax: ").removeprefix("<stdin>, ") == (
        f"{err}\n" if err else ""
    )


@pytest.mark.parametrize("command", ["compare", "explain", "sweep"])
def test_named_values_give_the_same_page_from_stdin(command):
    arguments = softmax(command, "-q", "cat=2", "dog=1").out
    assert softmax(command, "-q", stdin=NAMED).out.count("cat") == arguments.count("cat") > 0
