"""User-facing errors, and escaping of untrusted text."""

import pytest

from softmax_cli.errors import SoftmaxError, printable
from tests.each import each


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (SoftmaxError("it is wrong"), "it is wrong."),
        (SoftmaxError("is it?"), "is it?"),
        (SoftmaxError("it is", source="f.csv", line=7), "f.csv, line 7: it is."),
        (
            SoftmaxError("it is", source="f.csv", line=7, column="cat", hint="Fix it."),
            'f.csv, line 7, column "cat": it is. Fix it.',
        ),
        (SoftmaxError("it is", source="f", row=2), "f, row 2: it is."),
    ],
)
def test_an_error_reads_location_problem_and_hint(error, text):
    assert str(error) == text


@each(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a\x1b[31m", "a\\x1b[31m"),
        ("tab\tline\nreturn\r", "tab\\tline\\nreturn\\r"),
        ("\u202eright to left", "\\u202eright to left"),
        ("\x9b31m", "\\x9b31m"),
        ("\udcff", "\\udcff"),
        ("虎\u3000ウサギ", "虎\u3000ウサギ"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("🙂", "🙂"),
    ],
)
def test_control_characters_are_escaped_and_letters_of_all_scripts_kept(text, shown):
    assert printable(text) == shown
