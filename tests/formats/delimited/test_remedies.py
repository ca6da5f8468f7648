"""Remedies in messages, followed in a shell: the numbers are right afterwards."""

import math
import re
import shlex
import subprocess

import pytest

from tests.each import each
from tests.runner import softmax

KEYS = [3, 0, 1, 2, 7, 5, 4, 9, 6]
OPTION = re.compile(r"--decimal-comma|-a sigmoid|--[a-z-]+ (?:'(?:[^']|'\"'\"')*'|[^\s']\S*)")


def _options(message):
    """Return the options that a message offers, each as the arguments of a command."""
    offers = (
        offer.rstrip(".,") if offer[-2:] != " ," else offer for offer in OPTION.findall(message)
    )
    return [shlex.split(offer) for offer in offers]


def _last_row(text, *arguments):
    ran = softmax("convert", "-q", "--decimals", "6", *arguments, stdin=text)
    assert ran.code == 0, ran.err
    return ran.out.splitlines()[-1]


def _shares(*logits):
    exps = [math.exp(logit) for logit in logits]
    return [f"{value / sum(exps):.6f}" for value in exps]


def _messages(text, *arguments):
    ran = softmax("convert", *arguments, stdin=text)
    return ran.err, ran.code


def _table(header, count):
    rows = [f"{KEYS[i % 9]},{i * i % 7 / 4},{i % 5 / 8}\n" for i in range(count)]
    return f"{header}\n{''.join(rows)}"


@each("header", ["thing,cat,dog", "my thing,a b,dog", "it's,cat,dog"])
@each("count", [5, 9])
def test_column_in_doubt_is_an_id_or_a_logit_by_option(header, count):
    text = _table(header, count)
    err, code = _messages(text)
    assert code == (1 if count > 8 else 0)
    options = _options(err)
    key, *values = text.splitlines()[-1].split(",")
    logits = [float(value) for value in values]
    assert _last_row(text, *options[0]).split(",") == [key, *_shares(*logits)]
    if code:
        assert _last_row(text, *options[1]).split(",") == _shares(float(key), *logits)


@pytest.mark.parametrize("name", ["image", "name", "time", "label", "user id"])
def test_class_with_another_name_is_passed_through_or_converted_by_option(name):
    text = f"{name},cat,dog\n0.5,1.5,-0.5\n1.5,2.25,0.5\n"
    err, code = _messages(text)
    assert (code, f'ambiguous column "{name}"' in err) == (1, True)
    other, logit = _options(err)
    assert _last_row(text, *other).split(",") == ["1.5", *_shares(2.25, 0.5)]
    assert _last_row(text, *logit).split(",") == _shares(1.5, 2.25, 0.5)


@pytest.mark.parametrize(
    ("text", "message", "last"),
    [
        ("a,a,b\n0.5,1.5,2\n", 'duplicate logit column "a"', [_shares(0.5, 2)[0], "1.5", _shares(0.5, 2)[1]]),
        ("id,a,b,a,label\n7,0.5,2,1.5,1\n", 'duplicate logit column "a"', ["7", *_shares(0.5, 2), "1.5", "1"]),
        ("My results\na,b\n0.5,1.5\n1.5,0.5\n", "Use --skip-lines 1", _shares(1.5, 0.5)),
        ("My results 2024\na,b,c\n0.5,1.5,0\n1.5,0.5,0\n", "Use --skip-lines 1", _shares(1.5, 0.5, 0)),
        ('a,b\n"0,5","1,5"\n', "Use --decimal-comma", _shares(0.5, 1.5)),
        ("a;b\n0,5;1,5\n", "Use --decimal-comma", _shares(0.5, 1.5)),
        ("a\tb\n0,5\t1,5\n", "Use --decimal-comma", _shares(0.5, 1.5)),
        ("id;a;b\nu;1,250;-0,5\n", "Use --decimal-comma", ["u", *_shares(1.25, -0.5)]),
        ("sep=;\na;b\n0,5;1,5\n", "Use --decimal-comma", _shares(0.5, 1.5)),
        ("[1.5,0.5]\n", "Use --input-format jsonl", _shares(1.5, 0.5)),
        ('{"a": 1.5, "b": 0.5}\n', "Use --input-format jsonl", _shares(1.5, 0.5)),
        ("3,7\n0.5,1.5\n1.5,0.5\n", "use --header no if it is data", _shares(1.5, 0.5)),
    ],
    ids=range(12),
)  # fmt: skip
def test_offered_option_gives_the_right_numbers(text, message, last):
    err, _ = _messages(text)
    assert message in err
    (option, *_) = _options(err)
    points = ["-f", "csv"] if "--decimal-comma" in option else []
    out = _last_row(text, *option, *points)
    assert re.findall(r"[^\[\]{},;\t\"]+", re.sub(r'"\w+":', "", out)) == last


def test_header_no_turns_a_guessed_header_into_data():
    text = "3,7\n0.5,1.5\n1.5,0.5\n"
    ran = softmax("convert", "-q", "--decimals", "6", "--header", "no", stdin=text)
    assert [line.split(",") for line in ran.out.splitlines()] == [
        _shares(3, 7), _shares(0.5, 1.5), _shares(1.5, 0.5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "arguments", "last"),
    [
        ("score\n0,5\n-1,25\n", ["--decimal-comma"], ["0.222700"]),
        ("score\n0,5\n1,25\n", ["--delimiter", ","], ["1", "1.000000"]),
        ('"score"\n"0,5"\n"-1,25"\n', ["--decimal-comma"], ["0.222700"]),
    ],
)
def test_single_scores_with_a_decimal_comma_need_an_option(text, arguments, last):
    err, code = _messages(text, "-a", "sigmoid")
    assert code == 1
    assert arguments in _options(err)
    assert re.split("[,;]", _last_row(text, "-a", "sigmoid", "-f", "csv", *arguments)) == last


@pytest.mark.parametrize(
    ("text", "delimiter"), [("0,5;1,5\n1,5;0,5\n", ";"), ("0,5 1,5\n1,5 0,5\n", " ")]
)
def test_ambiguous_delimiter_is_settled_by_two_options(text, delimiter):
    err, code = _messages(text)
    assert (code, "Use --delimiter, plus --decimal-comma" in err) == (1, True)
    out = _last_row(text, "--delimiter", delimiter, "--decimal-comma")
    assert out.replace(",", ".").split(delimiter) == _shares(1.5, 0.5)


def test_number_in_a_text_column_is_settled_by_each_option():
    text = "u,cat,dog\nx,0.5,1.5\n7,1.5,0.5\n"
    err, code = _messages(text)
    assert (code, 'number "7" in a text column' in err) == (1, True)
    assert "--id or --columns" in err
    assert _last_row(text, "--id", "u").split(",") == ["7", *_shares(1.5, 0.5)]
    assert _last_row(text, "--columns", "cat,dog").split(",") == ["7", *_shares(1.5, 0.5)]


def _shell(command, text):
    """Run the filter that a hint names, with the text as its input."""
    done = subprocess.run(shlex.split(command), input=text, capture_output=True, check=True)
    return done.stdout


@pytest.mark.parametrize(
    ("text", "hint", "command", "last"),
    [
        (b"a,b\r0.5,1.5\r", "Convert CR line endings first: ", "tr ", _shares(0.5, 1.5)),
        (b"a,b\xe9\n0.5,1.5\n", "Convert the file first: ", "iconv ", _shares(0.5, 1.5)),
        (b"id,cat,dog\n,x,y\n0,0.5,1.5\n", "Keep one header row (", "sed '2d'", ["0", *_shares(0.5, 1.5)]),
    ],
    ids=range(3),
)  # fmt: skip
def test_offered_command_gives_the_right_numbers(text, hint, command, last):
    err, code = _messages(text)
    assert code == 1
    assert hint in err
    offered = re.search(rf"{re.escape(hint)}({command}.*?)(?: FILE)?(?:\)|\.\n|\.$)", err)[1]
    cleaned = _shell(offered, text)
    ran = softmax("convert", "-q", "--decimals", "6", stdin=cleaned)
    assert ran.out.splitlines()[-1].split(",") == last


def test_softmax_of_one_column_offers_sigmoid():
    err, code = _messages("id,score\n1,0.5\n")
    assert (code, _options(err)) == (2, [["-a", "sigmoid"]])
    assert _last_row("id,score\n1,0.5\n", "-a", "sigmoid") == "1,0.622459"


def test_name_of_two_columns_is_selected_by_its_number():
    text = "id,id,a,b\n1,2,0.5,1.5\n"
    ran = softmax("convert", "--id", "id", stdin=text)
    assert (ran.code, "Use its 1-based number." in ran.err) == (2, True)
    assert _last_row(text, "--id", "2").split(",") == ["1", "2", *_shares(0.5, 1.5)]
