"""Titles and comments that options skip: (arguments, input, output, error)."""

import pytest

from tests.runner import softmax

TITLE = "results of, Monday\n\ncat,dog\n1,1\n"
COMMENTS = "cat,dog\n1,1\n# half\n0,0\n"
HINT = "Use --comment '#' if this line is a comment."
CASES = [
    (["--skip-lines", "2"], TITLE, "cat,dog\n0.5,0.5\n", ""),
    (["--skip-lines", "1"], TITLE, "cat,dog\n0.5,0.5\n", ""),
    (["--skip-lines", "9"], TITLE, "", "<stdin>: fewer than 9 lines to skip."),
    (["--skip-lines", "4"], TITLE, "", "<stdin>: empty input."),
    (["--comment", "#"], COMMENTS, "cat,dog\n0.5,0.5\n0.5,0.5\n", ""),
    (["--comment", "// "], COMMENTS.replace("#", "//"), "cat,dog\n0.5,0.5\n0.5,0.5\n", ""),
    ([], COMMENTS, "cat,dog\n", f"<stdin>, line 3: expected 2 fields, found 1. {HINT}"),
    (["--comment", "#"], COMMENTS + "# x\n1,y\n", "cat,dog\n0.5,0.5\n0.5,0.5\n", "<stdin>, line 6, column \"dog\": "),
    (["--comment", "#"], '# 5" wide\ncat,dog\n# 6" wide\n1,1\n"0",0\n', "cat,dog\n0.5,0.5\n0.5,0.5\n", ""),
    (["--comment", "#", "--input-format", "jsonl"], "[1, 2]\n", "", "<stdin>: --comment applies to delimited text, not jsonl."),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "text", "out", "err"), CASES, ids=range(len(CASES)))
def test_lines_are_skipped_on_request(arguments, text, out, err):
    ran = softmax("convert", "-q", "--decimals", "1", *arguments, stdin=text)
    assert err in ran.err
    assert bool(ran.err) == bool(err)
    if not err or "expected" in err:
        assert ran.out == out
