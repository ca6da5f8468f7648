"""The table of formats."""

import pytest

from softmax_cli.display.console import Screen
from softmax_cli.display.documents.document import Settings
from softmax_cli.display.documents.export import DOCUMENT_FORMATS, select_format
from softmax_cli.errors import UsageError
from tests.display.documents.sample_documents import sample
from tests.each import each


@each(
    ("format_name", "output", "expected"),
    [
        (None, None, "table"),
        (None, "page.html", "html"),
        (None, "PAGE.HTM", "html"),
        (None, "a.md", "markdown"),
        (None, "a.json.gz", "json"),
        (None, "a.csv", "csv"),
        (None, "a.txt", "table"),
        (None, "/dev/stdout", "table"),
        ("csv", "a.html", "csv"),
        ("json", "a.xlsx", "json"),
    ],
)
def test_the_format_is_the_option_or_that_of_the_suffix(format_name, output, expected):
    assert select_format(format_name, output) == expected


def test_an_unknown_suffix_is_an_error():
    with pytest.raises(UsageError, match=r'a\.xlsx: unknown report format "\.xlsx"\. Choose'):
        select_format(None, "a.xlsx")


@pytest.mark.parametrize("name", DOCUMENT_FORMATS)
def test_every_format_renders(name):
    assert "cat" in DOCUMENT_FORMATS[name].render(sample(), Settings(Screen()))
