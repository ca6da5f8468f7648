"""Documents on terminals of every kind."""

from rich.cells import cell_len

from softmax_cli.display.console import Screen
from softmax_cli.display.documents.document import Settings
from softmax_cli.display.documents.terminal import to_terminal
from tests.display.documents.sample_documents import HOSTILE, sample
from tests.each import each


def _shown(document, **screen):
    return to_terminal(document, Settings(Screen(**screen)))


def test_a_document_is_a_page():
    assert (
        _shown(sample(charts=()), width=60)
        == """\
Title of cat
════════════

Section cat
───────────

Text on cat.

Do not miss this.

╭───────┬────────╮
│ class │      p │
├───────┼────────┤
│ cat   │ 0.0000 │
│ dog   │ 0.1000 │
├───────┼────────┤
│ sum   │ 1.0000 │
╰───────┴────────╯
About cat.
"""
    )


@each("width", [40, 60, 80, 120])
@each("unicode", [True, False])
@each("columns", [1, 9])
def test_nothing_is_wider_than_the_screen(width, unicode, columns):
    names = [*HOSTILE, "very long name " * 9]
    text = _shown(sample(names, columns=columns), width=width, unicode=unicode)
    assert all(cell_len(line) <= width for line in text.splitlines())
    assert "\x1b" not in text
    assert unicode or text.isascii()
    # Each value of every column is there, however many parts the table has.
    assert text.count("0.4000") == columns


def test_markup_is_text():
    assert "[red]x[/red]" in _shown(sample(HOSTILE), width=100)


def test_color_is_for_terminals():
    assert "\x1b[1m" in _shown(sample(), width=60, color=True)
    assert "\x1b" not in _shown(sample(), width=60)


def test_text_in_a_file_is_folded_to_a_page():
    document = sample(["word " * 60])
    lines = _shown(document).splitlines()
    assert max(len(line) for line in lines if line.startswith("Text")) <= 80
