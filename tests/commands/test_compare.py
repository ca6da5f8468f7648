"""`softmax compare`, also as the default command."""

import json

import pytest

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.commands.compare import DATA_FORMATS
from softmax_cli.display.comparison_export import EXPORTS
from tests.each import each
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
sigmoid: independent classes; the sum has no meaning. ✓ >= 0.5
softmax: one distribution over all classes, so the sum is 1. ✓ largest
"""
LABELED = "id,cat,dog,label\na1,2,0.5,cat\na2,0.1,0.2,dog\n"
SINGLE = "softmax: softmax of a single class is always 1\n"
FIRST = 'softmax: <stdin>: 2 logits: "cat", "dog"; passthrough: "id"; label: "label"\n'


@each(
    ("arguments", "stdin"),
    [
        (["-0.5", "1.2", "-0.1", "2.4"], ""),
        (["compare", "-0.5", "1.2", "-0.1", "2.4"], ""),
        (["--", "-0.5", "1.2", "-0.1", "2.4"], ""),
        (["[-0.5, 1.2, -0.1, 2.4]"], ""),
        (["[[-0.5, 1.2, -0.1, 2.4]]"], ""),
        (["[-0.5 1.2 -0.1 2.4]"], ""),
        (["[-0.5,", "1.2,", "-0.1,", "2.4]"], ""),
        (["(-0.5, 1.2, -0.1, 2.4)"], ""),
        (["tensor([[-0.5000,  1.2000, -0.1000,  2.4000]])"], ""),
        (["np.array([-0.5,", "1.2,", "-0.1,", "2.4])"], ""),
        (["\u22120.5", "1.2", "\u22120.1", "2.4"], ""),
        (["0=-0.5", "1=1.2", "2=-0.1", "3=2.4"], ""),
        (['{"0": -0.5, "1": 1.2, "2": -0.1, "3": 2.4}'], ""),
        (["-0.5,1.2,-0.1,2.4"], ""),
        (["-5e-1", "+1.2", "-.1", "24E-1"], ""),
        (["-t", "1", "-0.5", "1.2", "-0.1", "2.4"], ""),
        (["-0.5", "1.2", "-a", "sigmoid", "-0.1", "2.4", "-a", "softmax"], ""),
        ([], "-0.5,1.2,-0.1,2.4"),
        ([], "-0.5,1.2,-0.1,2.4\n"),
        (["-"], "-0.5 1.2 -0.1 2.4\n"),
    ],
)
def test_every_way_to_give_the_example_shows_the_same_table(arguments, stdin):
    ran = softmax(*arguments, stdin=stdin)
    assert ran.out == EXAMPLE
    assert (ran.err, ran.code) == ("", 0)


@each(
    ("arguments", "stdin", "out", "err", "code"),
    [
        (["1,2", "3", "-f", "csv", "--decimals", "2", "-a", "softmax"], "",
         "row,class,logit,softmax\n1,0,1.0,0.27\n1,1,2.0,0.73\n2,0,3.0,1.00\n", SINGLE, 0),
        (["1", "2", "3,4", "-f", "tsv", "--decimals", "1"], "",
         "row\tclass\tlogit\tsigmoid\tsoftmax\n1\t0\t1.0\t0.7\t0.3\n1\t1\t2.0\t0.9\t0.7\n"
         "2\t0\t3.0\t1.0\t0.3\n2\t1\t4.0\t1.0\t0.7\n", "", 0),
        (["0", "1", "-t", "1", "-t", "inf", "-f", "csv", "-a", "softmax", "--decimals", "2"], "",
         "row,class,logit,softmax T=1,softmax T=inf\n1,0,0.0,0.27,0.50\n1,1,1.0,0.73,0.50\n", "", 0),
        (["cat=0", "dog=1", "-f", "csv", "-a", "softmax", "--decimals", "2"], "",
         "row,class,logit,softmax\n1,cat,0.0,0.27\n1,dog,1.0,0.73\n", "", 0),
        (["-f", "csv", "--rows", "1", "-a", "softmax", "--decimals", "3"], LABELED,
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
         "row,class,logit,softmax\n2,0,0.0,1.0\n",
         SINGLE + "softmax: warning: 1 of 2 rows skipped; first: <arguments>, row 1: "
         "every logit is -inf, so that no class is left\n", 0),
        (["-q", "--invalid", "skip", "nan,1"], "", "",
         'softmax: <arguments>, row 1, column "1": "nan" is not a number.\n', 1),
        (["-q", "--invalid", "skip", "-f", "csv", "-a", "softmax"], "a,b\nNA,1\n0,0\n",
         "row,class,logit,softmax\n2,a,0.0,0.5\n2,b,0.0,0.5\n",
         'softmax: warning: 1 of 2 rows skipped; first: <stdin>, line 2, column "a": '
         '"NA" is not a number\n', 0),
        (["-q", "--invalid", "skip"], "a,b\nNA,1\n0,NA\n", "",
         'softmax: <stdin>: every row was skipped: 2 invalid; first: <stdin>, line 2, column "a": '
         '"NA" is not a number.\n', 1),
        (["--invalid", "skip", "inf,1", "inf,2"], "", "",
         "softmax: <arguments>: every row was skipped: 2 invalid; first: <arguments>, row 1: "
         "a logit is +inf, which softmax has no answer for.\n", 1),

        (["-f", "csv", "--invalid", "nan", "-a", "softmax", "inf,1"], "",
         "row,class,logit,softmax\n1,0,inf,NaN\n1,1,1.0,NaN\n", "", 0),
        (["1", "nan"], "", "", 'softmax: <arguments>, row 1, column "2": "nan" is not a number.\n', 1),
        (["1", "1e400"], "", "",
         'softmax: <arguments>, row 1, column "2": "1e400" is out of range for float64.\n', 1),
        (["1", "inf"], "", "",
         "softmax: <arguments>, row 1: a logit is +inf, which softmax has no answer for.\n", 1),
        (["-inf", "-inf"], "", "",
         "softmax: <arguments>, row 1: every logit is -inf, so that no class is left.\n", 1),
        (["[1, x]"], "", "", "softmax: [1, x]: No such file or directory.\n", 1),
        (["cat=1", "dog=nan"], "", "",
         'softmax: <arguments>, row 1, column "dog": "nan" is not a number.\n', 1),
        (["[1, 2"], "", "", 'softmax: <arguments>: "[1, 2" is not a valid vector.\n', 1),
        (["[]"], "", "", "softmax: <arguments>, row 1: empty vector.\n", 1),
        (["[[1,2],3]"], "", "", 'softmax: <arguments>: "[[1,2],3]" is not a valid vector.\n', 1),
        (["1", "x.csv"], "", "",
         'softmax: cannot mix numbers and files: "1" and "x.csv". '
         "Write ./NAME for a file whose name is a number.\n", 2),
        (["1_000"], "", "", "softmax: 1_000: No such file or directory.\n", 1),
        (["１"], "", "", "softmax: １: No such file or directory.\n", 1),
        (["comvert"], "", "",
         'softmax: no command or file "comvert". Did you mean "convert"?\n', 2),
        ([], "", "", "softmax: <stdin>: empty input.\n", 1),
        (["1,", "2,", "3", "-f", "csv", "-a", "softmax", "--decimals", "2"], "",
         "row,class,logit,softmax\n1,0,1.0,0.09\n1,1,2.0,0.24\n1,2,3.0,0.67\n", "", 0),
        (["-q", "-f", "csv", "--columns", "2", "-a", "sigmoid", "--decimals", "2"], "7,2\n",
         "row,column_1,class,logit,sigmoid\n1,7,0,2.0,0.88\n", "", 0),
        ([], "a,b\n", "", "softmax: <stdin>: expected at least 1 row, found 0.\n", 1),
        (["1", "2", "--rows", "1"], "", "",
         "softmax: --rows applies to files, not to numbers given as arguments.\n", 2),
    ],
)  # fmt: skip
def test_compare(arguments, stdin, out, err, code):
    ran = softmax(*arguments, stdin=stdin)
    assert (ran.out, ran.err, ran.code) == (out, err, code)


def test_json_has_all_that_the_table_shows():
    ran = softmax("-f", "json", "--rows", "1", "-q", "--decimals", "6", stdin=LABELED)
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


def test_json_lines_are_the_same_records_one_per_line():
    many = softmax("-f", "json", "1,2", "3,4").out
    lines = softmax("-f", "jsonl", "1,2", "3,4").out.splitlines()
    assert [json.loads(line) for line in lines] == json.loads(many)


def test_json_has_infinities_as_text_and_nan_as_null():
    ran = softmax("-f", "jsonl", "-a", "log-softmax", "--", "-inf", "0")
    record = json.loads(ran.out)
    assert record["logits"] == ["-inf", 0.0]
    assert record["log-softmax"]["values"] == ["-inf", 0.0]
    ran = softmax("-f", "jsonl", "-a", "softmax", "--invalid", "nan", "inf")
    assert json.loads(ran.out)["softmax"]["values"] == [None]


def test_a_last_line_says_how_to_see_more_rows():
    rows = "a,b\n" + "1,2\n" * 6
    last = softmax(stdin=rows).out.splitlines()[-1]
    assert last == "More rows follow; use --rows N, or softmax convert for all."
    assert "More rows" not in softmax("--rows", "6", stdin=rows).out


def test_rows_of_a_file_have_titles_with_their_other_columns():
    out = softmax("-q", stdin=LABELED).out
    assert "<stdin>, row 1 · id a1 · label cat\n" in out
    assert "<stdin>, row 2 · id a2 · label dog\n" in out


def test_a_temperature_other_than_1_is_in_the_title():
    assert softmax("1", "2", "-t", "2.5").out.startswith("temperature 2.5\n")


def test_the_result_can_be_written_to_a_file(tmp_path):
    target = tmp_path / "table.txt"
    ran = softmax("-0.5", "1.2", "-0.1", "2.4", "-o", str(target))
    assert (ran.out, ran.err, ran.code) == ("", "", 0)
    assert target.read_text() == EXAMPLE


@each(
    ("arguments", "message"),
    [
        (["-t", "-1", "2"], "temperature must be >= 0, not -1"),
        (["-t", "nan", "2"], '"nan" is not a number'),
        (["-t", "1_0", "2"], '"1_0" is not a number'),
        (["--temprature", "2"], "Did you mean '--temperature'?"),
        (["--rows", "0", "2"], "0 is not in the range"),
        (["-a", "relu", "2"], "'relu' is not one of"),
        (["--decimals", "18", "2"], "18 is not in the range"),
        (["-x", "2"], "No such option '-x'"),
    ],
)
def test_a_usage_error_has_exit_code_2_and_a_hint(arguments, message):
    ran = softmax(*arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert message in ran.err
    assert "Try 'softmax compare --help'" in ran.err


@each(
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
        (["--decimals", "2", "-1"], [-1.0]),
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


@each(
    ("name", "begins"),
    [
        ("t.csv", "row,class"),
        ("t.tsv", "row\tclass"),
        ("t.json", "["),
        ("t.jsonl", '{"source"'),
        ("t.md", "# Sigmoid and softmax"),
        ("t.markdown", "# Sigmoid and softmax"),
        ("t.html", "<!DOCTYPE html>"),
        ("t.txt", "╭"),
        ("t", "╭"),
    ],
)
def test_the_suffix_of_the_output_is_its_format(name, begins, tmp_path):
    assert softmax("1", "2", "-o", str(tmp_path / name)).code == 0
    assert (tmp_path / name).read_text().startswith(begins)


def test_every_data_format_has_an_export():
    assert tuple(EXPORTS) == DATA_FORMATS


DIFFERENCES = """\
row 2 minus row 1
╭───────┬─────────┬─────────╮
│ class │   logit │ softmax │
├───────┼─────────┼─────────┤
│ 0     │  0.0000 │ +0.4621 │
│ 1     │ -2.0000 │ -0.4621 │
╰───────┴─────────┴─────────╯
"""


def test_two_vectors_of_one_length_are_followed_by_their_differences():
    assert DIFFERENCES in softmax("0,1", "0,-1", "-a", "softmax").out
    assert "minus" not in softmax("0,1", "0,1,2").out
    assert "minus" not in softmax("0,1", "0,1", "1,2").out
    assert "minus" not in softmax(stdin="0.5,1\n0,1\n").out
    assert "row 2 minus row 1" in softmax("0,1", "0,-1", "-f", "markdown").out


def test_first_rows_of_two_files_are_followed_by_their_differences(tmp_path):
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("a,b\n0,1.5\n")
    two.write_text("a,b\n0,2.5\n")
    assert f"{two}, row 1, minus {one}, row 1\n" in softmax(str(one), str(two)).out


def test_a_temperature_may_come_from_a_calibration_next_to_a_plain_one(tmp_path):
    fitted = tmp_path / "fit.json"
    fitted.write_text('{"temperature": 2, "activation": "softmax"}')
    header = softmax("1", "2", "-f", "csv", "-t", f"@{fitted}", "-t", "1").out.splitlines()[0]
    assert header == "row,class,logit,softmax T=2,softmax T=1"


RESPONSE = json.dumps(
    {"choices": [{"logprobs": {"content": [{"token": "Yes", "logprob": -0.1, "top_logprobs": [
        {"token": "Yes", "logprob": -0.1}, {"token": "No", "logprob": -2.5}]}]}}]}
)  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "names", "code"),
    [
        ([], ["softmax"], 0),
        (["--candidates", "Yes,No"], ["softmax"], 0),
        (["-a", "softmax", "-a", "log-softmax"], ["softmax", "log-softmax"], 0),
        (["-a", "sigmoid"], [], 2),
        (["-a", "softmax", "-a", "sigmoid"], [], 2),
    ],
)
def test_log_probabilities_of_a_response_have_no_sigmoid(arguments, names, code, tmp_path):
    path = tmp_path / "response.json"
    path.write_text(RESPONSE)
    ran = softmax("-q", "-f", "jsonl", str(path), *arguments)
    assert ran.code == code
    if code:
        assert ran.out == ""
        assert "the input holds shares of one distribution" in ran.err
        assert ran.err.endswith("Use -a softmax.\n")
    else:
        record = json.loads(ran.out)
        assert [name for name in ACTIVATIONS if name in record] == sorted(
            names, key=list(ACTIVATIONS).index
        )


def test_a_response_next_to_a_file_of_logits_leaves_softmax_for_both(tmp_path):
    response, logits = tmp_path / "r.json", tmp_path / "a.csv"
    response.write_text(RESPONSE)
    logits.write_text("a,b\n0,1.5\n")
    out = softmax("-q", "-f", "csv", str(logits), str(response)).out
    assert out.splitlines()[0].endswith("class,logit,softmax")
    assert len({line.count(",") for line in out.splitlines()}) == 1
