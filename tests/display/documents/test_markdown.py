"""Documents as Markdown."""

from softmax_cli.display.console import Screen
from softmax_cli.display.documents.document import Settings
from softmax_cli.display.documents.markdown import escape, to_markdown
from tests.display.documents.sample_documents import HOSTILE, sample

SETTINGS = Settings(Screen())


def test_a_document_is_a_page():
    assert (
        to_markdown(sample(charts=()), SETTINGS)
        == """\
# Title of cat

## Section cat

Text on cat.

**Do not miss this.**

| class | p |
| --- | ---: |
| cat | 0.0000 |
| dog | 0.1000 |
| **sum** | **1.0000** |

About cat.
"""
    )


def test_names_are_shown_as_they_are():
    assert escape("<b>[red]|*_`~$&#\n\x1b") == r"\<b\>\[red\]\|\*\_\`\~\$\&\# \x1b"
    text = to_markdown(sample(HOSTILE), SETTINGS)
    assert "<script>" not in text
    assert "\x1b" not in text


def test_charts_are_fenced_text():
    text = to_markdown(sample(), SETTINGS)
    assert text.count("```text\n") == 1
    assert "└" in text
