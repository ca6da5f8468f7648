"""JSON lines: passing fields, streams, and lines of any length."""

import json
import os
import subprocess

import pytest

from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.registry import open_source
from tests.each import each
from tests.formats.files import put
from tests.runner import PROGRAM, softmax

ARGUMENTS = ["convert", "-q", "--input-format", "jsonl"]


def test_blank_lines_between_rows_are_passed_over():
    ran = softmax(*ARGUMENTS, stdin="[0,0]\n\n  \r\n[0,0]\r\n\n")
    assert (ran.out, ran.code) == ("[0.5,0.5]\n[0.5,0.5]\n", 0)
    ran = softmax(*ARGUMENTS, stdin="[0,0]\n\n\n[1]\n")
    assert "line 4: expected 2 values, found 1" in ran.err


@pytest.mark.parametrize("given", ["\ufeff[0,0]", "[0,0]", "[0,0]\n", " [ 0 , 0.0e0 ] \r\n"])
def test_marks_spaces_and_line_ends_do_not_matter(given):
    assert softmax(*ARGUMENTS, stdin=given).out == "[0.5,0.5]\n"
    assert softmax(*ARGUMENTS, stdin=given.encode("utf-16")).out == "[0.5,0.5]\n"


def test_many_lines_are_read_in_order_over_many_blocks(tmp_path):
    lines = "".join(
        f'{{"id":{i},"logits":[0,{i % 7}],"text":"{"x" * 80}"}}\n' for i in range(30_000)
    )
    ran = softmax(*ARGUMENTS, put(tmp_path, "x.jsonl", lines))
    assert [json.loads(line)["id"] for line in ran.out.splitlines()] == [*range(30_000)]


def test_rows_come_out_while_the_rest_is_not_there_yet():
    with subprocess.Popen(
        [*PROGRAM, *ARGUMENTS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    ) as process:
        process.stdin.write(b"[0,0]\n[0,0]\n")
        assert os.read(process.stdout.fileno(), 20) == b"[0.5,0.5]\n[0.5,0.5]\n"
        assert process.poll() is None
        process.stdin.write(b"[0,0]\n")
        process.stdin.close()
        assert process.stdout.read() == b"[0.5,0.5]\n"
        assert process.wait() == 0


@each(
    ("first", "second"),
    [('"a"', "5"), ("5", '"a"'), ("null", "5"), ("null", "[1]"), ("true", '"true"'), ("5", "null")],
)
def test_other_fields_of_any_type_pass_from_line_to_line(first, second):
    given = "".join(f'{{"id":{value},"logits":[0,0]}}\n' for value in (first, second))
    assert softmax(*ARGUMENTS, stdin=given).out == given.replace("[0,0]", "[0.5,0.5]")


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e400"])
def test_the_output_is_json_whatever_passes_through(value):
    def refuse(name):
        raise AssertionError(name)

    ran = softmax(*ARGUMENTS, stdin=f'{{"id":{value},"logits":[0,0]}}')
    json.loads(ran.out or "null", parse_constant=refuse)


def test_a_list_of_text_is_no_list_of_logits():
    ran = softmax(*ARGUMENTS, stdin='{"tags":["x"],"cat":0,"dog":0}')
    assert ran.out == '{"tags":["x"],"cat":0.5,"dog":0.5}\n'


def test_empty_text_passes_through():
    ran = softmax(*ARGUMENTS, stdin='{"note":"","cat":0,"dog":0}')
    assert ran.out == '{"note":"","cat":0.5,"dog":0.5}\n'


def test_what_is_written_can_be_read():
    written = softmax(*ARGUMENTS, "-a", "log-softmax", stdin="[-Infinity,0]").out
    assert softmax(*ARGUMENTS, stdin=written).code == 0


def test_a_source_tells_its_columns_at_once(tmp_path):
    path = put(tmp_path, "x.jsonl", '{"id":1,"logits":[1,2],"label":0}\n')
    source = open_source(path, ReadOptions())
    assert (source.format_name, source.delimiter, source.float32, source.one_dimensional) == (
        "jsonl",
        None,
        False,
        False,
    )
    assert source.columns.names == ("id", "0", "1", "label")
    assert (source.columns.logits, source.columns.labels, source.columns.nested) == (
        (1, 2),
        (3,),
        "logits",
    )
    assert source.size == os.path.getsize(path)
    rows = source.parse(next(source.chunks()))
    assert rows.logits.tolist() == [[1.0, 2.0]]
    assert rows.passthrough.rows() == [("1", "0")]
    assert rows.location(0).line == 1
    source.close()


@each(
    "given", ["[1]2]", "[1 2,3]", "[1,2]\n[1 2,3]", "[1,2][3,4]", "[1,2]\n[[3],4]", "[1,2]\n3,4]"]
)
def test_what_only_looks_like_a_list_of_numbers_is_refused(given):
    ran = softmax("convert", "-q", "--input-format", "jsonl", stdin=given + "\n")
    assert (ran.out, ran.code) == ("", 1)


def test_spaces_behind_commas_do_not_matter():
    ran = softmax("convert", "-q", "--input-format", "jsonl", stdin="[0, 0]\n[ 0,0 ]\n")
    assert ran.out == "[0.5,0.5]\n[0.5,0.5]\n"


@each("text", ["NA", "none", "true", "nan", "$1", "5", "-", "1d5", "ind"])
def test_text_that_might_be_a_number_elsewhere_passes_through(text):
    ran = softmax(*ARGUMENTS, stdin=f'{{"note":"{text}","cat":0,"dog":0}}')
    assert ran.out == f'{{"note":"{text}","cat":0.5,"dog":0.5}}\n'


def test_events_of_a_server_are_named():
    text = 'data: {"cat":1,"dog":1}\n\ndata: [DONE]\n'
    ran = softmax("convert", "-q", "--input-format", "jsonl", stdin=text)
    assert ran.err == (
        "softmax: <stdin>, line 1: server-sent events, not JSON Lines. "
        "Extract the records: sed -n 's/^data: *{/{/p' FILE.\n"
    )
