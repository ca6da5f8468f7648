"""`softmax compare`, also as the default command."""

import json

import pytest

from tests.runner import softmax

EXAMPLE = """\
╭───────┬─────────┬───────────────────────────┬───────────────────────────╮
│ class │   logit │ sigmoid                   │ softmax                   │
├───────┼─────────┼───────────────────────────┼───────────────────────────┤
│ 0     │ -0.5000 │ 0.3775 ██████             │ 0.0383 ▋                  │
│ 1     │  1.2000 │ 0.7685 ████████████▎    ✓ │ 0.2094 ███▍               │
│ 2     │ -0.1000 │ 0.4750 ███████▋           │ 0.0571 ▉                  │
│ 3     │  2.4000 │ 0.9168 ██████████████▋  ✓ │ 0.6953 ███████████▏     ✓ │
├───────┼─────────┼───────────────────────────┼───────────────────────────┤
│ sum   │         │ 2.5379                    │ 1.0000                    │
╰───────┴─────────┴───────────────────────────┴───────────────────────────╯
sigmoid: each class by itself, yes or no; the sum means nothing. ✓ 0.5 or more
softmax: one distribution over all classes, so the sum is 1. ✓ the largest
"""
LABELLED = "id,cat,dog,label\na1,2,0.5,cat\na2,0.1,0.2,dog\n"
FIRST = 'softmax: <stdin>: 2 logits: "cat", "dog"; passed through: "id"; label: "label"\n'


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (["-0.5", "1.2", "-0.1", "2.4"], ""),
        (["compare", "-0.5", "1.2", "-0.1", "2.4"], ""),
        (["--", "-0.5", "1.2", "-0.1", "2.4"], ""),
        (["[-0.5, 1.2, -0.1, 2.4]"], ""),
        (["[[-0.5, 1.2, -0.1, 2.4]]"], ""),
        (["[-0.5 1.2 -0.1 2.4]"], ""),
        (["-0.5,1.2,-0.1,2.4"], ""),
        (["-5e-1", "+1.2", "-.1", "24E-1"], ""),
        (["-t", "1", "-0.5", "1.2", "-0.1", "2.4"], ""),
        (["-0.5", "1.2", "-a", "sigmoid", "-0.1", "2.4", "-a", "softmax"], ""),
        ([], "-0.5,1.2,-0.1,2.4"),
        ([], "-0.5,1.2,-0.1,2.4\n"),
        (["-"], "-0.5 1.2 -0.1 2.4\n"),
    ],
)
def test_the_worked_example_is_shown_however_it_is_given(arguments, stdin):
    ran = softmax(*arguments, stdin=stdin)
    assert ran.out == EXAMPLE
    assert (ran.err, ran.code) == ("", 0)


@pytest.mark.parametrize(
    ("arguments", "stdin", "out", "err", "code"),
    [
        (["1,2", "3", "-f", "csv", "--decimals", "2", "-a", "softmax"], "",
         "row,class,logit,softmax\n1,0,1.0,0.27\n1,1,2.0,0.73\n2,0,3.0,1.00\n", "", 0),
        (["1", "2", "3,4", "-f", "tsv", "--decimals", "1"], "",
         "row\tclass\tlogit\tsigmoid\tsoftmax\n1\t0\t1.0\t0.7\t0.3\n1\t1\t2.0\t0.9\t0.7\n"
         "2\t0\t3.0\t1.0\t0.3\n2\t1\t4.0\t1.0\t0.7\n", "", 0),
        (["0", "0", "-f", "markdown"], "",
         "| class | logit | sigmoid | softmax |\n| --- | ---: | ---: | ---: |\n"
         "| 0 | 0.0000 | 0.5000 | 0.5000 |\n| 1 | 0.0000 | 0.5000 | 0.5000 |\n"
         "| **sum** |  | 1.0000 | 1.0000 |\n", "", 0),
        (["-f", "csv", "--rows", "1", "-a", "softmax", "--decimals", "3"], LABELLED,
         "row,id,label,class,logit,softmax\n1,a1,cat,cat,2.0,0.818\n1,a1,cat,dog,0.5,0.182\n",
         FIRST, 0),
        (["-q", "-f", "csv", "-t", "0", "-a", "sigmoid", "-a", "softmax"], "a,b,c\n-1,2,2\n",
         "row,class,logit,sigmoid,softmax\n1,a,-1.0,0.0,0.0\n1,b,2.0,1.0,0.5\n1,c,2.0,1.0,0.5\n",
         "", 0),
        (["-f", "csv", "-a", "softmax", "--", "-inf", "0"], "",
         "row,class,logit,softmax\n1,0,-inf,0.0\n1,1,0.0,1.0\n", "", 0),
        (["-f", "csv", "-a", "sigmoid", "inf", "-inf"], "",
         "row,class,logit,sigmoid\n1,0,inf,1.0\n1,1,-inf,0.0\n", "", 0),
        (["-f", "csv", "--invalid", "skip", "-a", "softmax", "-inf,-inf", "0"], "",
         "row,class,logit,softmax\n2,0,0.0,1.0\n", "", 0),
        (["-f", "csv", "--invalid", "nan", "-a", "softmax", "inf,1"], "",
         "row,class,logit,softmax\n1,0,inf,NaN\n1,1,1.0,NaN\n", "", 0),
        (["1", "nan"], "", "", 'softmax: <arguments>, row 1, column "2": "nan" is not a number.\n', 1),
        (["1", "1e400"], "", "",
         'softmax: <arguments>, row 1, column "2": "1e400" is too large for a 64-bit float.\n', 1),
        (["1", "inf"], "", "",
         "softmax: <arguments>, row 1: a logit is +inf, which softmax has no answer for.\n", 1),
        (["-inf", "-inf"], "", "",
         "softmax: <arguments>, row 1: every logit is -inf, so that no class is left.\n", 1),
        (["[1, x]"], "", "", 'softmax: <arguments>, row 1, column "2": "x" is not a number.\n', 1),
        (["[1, 2"], "", "", 'softmax: <arguments>: "[1, 2" is not a vector in brackets.\n', 1),
        (["[]"], "", "", "softmax: <arguments>, row 1: the vector is empty.\n", 1),
        (["[[1,2],3]"], "", "", 'softmax: <arguments>: "[[1,2],3]" is not a vector in brackets.\n', 1),
        (["1", "x.csv"], "", "",
         'softmax: "1" is a number, "x.csv" is not: give either. '
         "A file whose name reads as numbers is given as ./NAME.\n", 2),
        (["1_000"], "", "", "softmax: 1_000: No such file or directory.\n", 1),
        (["１"], "", "", "softmax: １: No such file or directory.\n", 1),
        (["comvert"], "", "",
         'softmax: comvert: No such file or directory. Did you mean the command "convert"?\n', 1),
        ([], "", "", "softmax: <stdin>: the input is empty.\n", 1),
        (["1,", "2,", "3", "-f", "csv", "-a", "softmax", "--decimals", "2"], "",
         "row,class,logit,softmax\n1,0,1.0,0.09\n1,1,2.0,0.24\n1,2,3.0,0.67\n", "", 0),
        (["-q", "-f", "csv", "--columns", "2", "-a", "softmax"], "7,2\n",
         "row,column_1,class,logit,softmax\n1,7,0,2.0,1.0\n", "", 0),
        ([], "a,b\n", "",
         "softmax: there is no row to show. Every row was left out, or none is there.\n", 1),
    ],
)  # fmt: skip
def test_compare(arguments, stdin, out, err, code):
    ran = softmax(*arguments, stdin=stdin)
    assert (ran.out, ran.err, ran.code) == (out, err, code)


def test_json_tells_all_that_the_table_tells():
    ran = softmax("-f", "json", "--rows", "1", "-q", "--decimals", "6", stdin=LABELLED)
    (record,) = json.loads(ran.out)
    assert record == {
        "source": "<stdin>",
        "row": 1,
        "columns": {"id": "a1", "label": "cat"},
        "temperature": 1.0,
        "classes": ["cat", "dog"],
        "logits": [2.0, 0.5],
        "sigmoid": {
            "values": [0.880797, 0.622459],
            "sum": 1.503256,
            "predicted": ["cat", "dog"],
        },
        "softmax": {
            "values": [0.817574, 0.182426],
            "sum": 1.0,
            "predicted": ["cat"],
        },
    }


def test_json_lines_are_the_same_records_one_a_line():
    many = softmax("-f", "json", "1,2", "3,4").out
    lines = softmax("-f", "jsonl", "1,2", "3,4").out.splitlines()
    assert [json.loads(line) for line in lines] == json.loads(many)


def test_json_tells_infinities_as_text_and_nan_as_null():
    ran = softmax("-f", "jsonl", "-a", "log-softmax", "--", "-inf", "0")
    record = json.loads(ran.out)
    assert record["logits"] == ["-inf", 0.0]
    assert record["log-softmax"]["values"] == ["-inf", 0.0]
    ran = softmax("-f", "jsonl", "-a", "softmax", "--invalid", "nan", "inf")
    assert json.loads(ran.out)["softmax"]["values"] == [None]


def test_more_rows_than_shown_are_announced_with_the_way_to_see_them():
    rows = "a,b\n" + "1,2\n" * 6
    last = softmax(stdin=rows).out.splitlines()[-1]
    assert last == "More rows follow: --rows N shows N of them, softmax convert takes all."
    assert "More rows" not in softmax("--rows", "6", stdin=rows).out


def test_rows_of_a_file_have_titles_with_what_identifies_them():
    out = softmax("-q", stdin=LABELLED).out
    assert "<stdin>, row 1 · id a1 · label cat\n" in out
    assert "<stdin>, row 2 · id a2 · label dog\n" in out


def test_the_temperature_is_told_where_it_is_not_1():
    assert softmax("1", "2", "-t", "2.5").out.startswith("temperature 2.5\n")


def test_the_result_can_be_written_to_a_file(tmp_path):
    target = tmp_path / "table.txt"
    ran = softmax("-0.5", "1.2", "-0.1", "2.4", "-o", str(target))
    assert (ran.out, ran.err, ran.code) == ("", "", 0)
    assert target.read_text() == EXAMPLE


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-t", "-1", "2"], "a temperature is 0 or more, not -1"),
        (["-t", "nan", "2"], '"nan" is not a number'),
        (["-t", "1_0", "2"], '"1_0" is not a number'),
        (["--temprature", "2"], "Did you mean '--temperature'?"),
        (["--rows", "0", "2"], "0 is not in the range"),
        (["-a", "relu", "2"], "'relu' is not one of"),
        (["--decimals", "18", "2"], "18 is not in the range"),
        (["-x", "2"], "No such option '-x'"),
    ],
)
def test_a_usage_error_says_what_is_wrong_with_exit_code_2(arguments, message):
    ran = softmax(*arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert message in ran.err
    assert "Try 'softmax compare --help'" in ran.err


@pytest.mark.parametrize(
    ("tokens", "logits"),
    [
        (["-1e3"], [-1e3]),
        (["-1.5e-3"], [-1.5e-3]),
        (["-.5"], [-0.5]),
        (["-0.5"], [-0.5]),
        (["-1,-2,-3"], [-1.0, -2.0, -3.0]),
        (["-1,2"], [-1.0, 2.0]),
        (["-t", "0.5", "-1"], [-1.0]),
        (["-t0.5", "-1"], [-1.0]),
        (["--rows", "2", "-1"], [-1.0]),
        (["-1", "-t", "2", "-3"], [-1.0, -3.0]),
        (["--temperature=2", "-1", "+1"], [-1.0, 1.0]),
        (["-q", "-9"], [-9.0]),
        (["[-1, -2]"], [-1.0, -2.0]),
        (["-0"], [-0.0]),
    ],
)
def test_negative_numbers_need_no_separator(tokens, logits):
    ran = softmax("-f", "jsonl", "-a", "sigmoid", *tokens)
    assert ran.err == ""
    assert json.loads(ran.out)["logits"] == logits


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("t.csv", "row,class"),
        ("t.tsv", "row\tclass"),
        ("t.json", "["),
        ("t.md", "| class"),
        ("t", "╭"),
    ],
)
def test_the_suffix_of_the_output_is_its_format(name, begins, tmp_path):
    assert softmax("1", "2", "-o", str(tmp_path / name)).code == 0
    assert (tmp_path / name).read_text().startswith(begins)
