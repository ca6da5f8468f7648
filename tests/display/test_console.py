"""Terminals of every kind, and what is printed to them."""

import io
import os
import re
import sys

import pytest
from rich.text import Text

from softmax_cli.display.console import Screen, plain_table
from tests.each import each


class Stream(io.StringIO):
    """A standard output that says what it is."""

    encoding = None

    def __init__(self, terminal, encoding):
        super().__init__()
        self._terminal = terminal
        self.encoding = encoding

    def isatty(self):
        return self._terminal

    def fileno(self):
        return 1


@pytest.fixture
def screen(monkeypatch):
    def found(terminal=True, encoding="utf-8", wide=132, **env):
        for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TERM"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {"TERM": "xterm", **env}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(os, "get_terminal_size", lambda _number: os.terminal_size((wide, 24)))
        monkeypatch.setattr(sys, "stdout", Stream(terminal, encoding))
        return Screen.from_stdout()

    return found


@each(
    ("columns", "wide", "width"),
    [
        ("", 132, 132),
        ("", 0, 80),
        ("20", 132, 20),
        ("19", 132, 132),
        ("100000", 132, 100_000),
        ("100001", 132, 132),
        ("-60", 132, 132),
        ("6０", 132, 132),
        ("²2", 132, 132),
        ("60 ", 0, 80),
    ],
)
def test_a_terminal_has_its_own_width_unless_columns_is_set(screen, columns, wide, width):
    assert screen(wide=wide, COLUMNS=columns).width == width


def test_a_pipe_has_no_width_whatever_is_set(screen):
    assert screen(terminal=False, COLUMNS="60").width is None


@pytest.mark.parametrize(
    ("terminal", "env", "color"),
    [
        (True, {"TERM": ""}, False),
        (True, {"TERM": "unknown"}, False),
        (True, {"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        (False, {"FORCE_COLOR": ""}, False),
        (False, {"NO_COLOR": "", "FORCE_COLOR": "0"}, True),
    ],
)
def test_an_option_for_color_comes_before_the_terminal(screen, terminal, env, color):
    assert screen(terminal=terminal, **env).color is color


@pytest.mark.parametrize(
    ("encoding", "unicode"),
    [("UTF-8", True), ("utf-16", True), ("ascii", False), ("cp1252", False), (None, True)],
)
def test_only_an_encoding_of_unicode_has_box_characters(screen, encoding, unicode):
    assert screen(encoding=encoding).unicode is unicode


def test_a_closed_standard_output_is_a_plain_screen(monkeypatch):
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setattr(sys, "stdout", None)
    assert Screen.from_stdout() == Screen(width=None, color=False, unicode=True)


def test_text_is_folded_to_the_screen_and_not_in_a_pipe():
    words = Text("aaa bbb ccc " * 40)
    assert max(map(len, Screen(width=20).text([words]).splitlines())) <= 20
    assert Screen().text([words]) == ("aaa bbb ccc " * 40).rstrip() + "\n"


def test_renderables_stand_one_below_the_other_without_blanks_at_the_ends():
    assert Screen().text([Text("a  "), Text(""), Text("  b \nc")]) == "a\n\n  b\nc\n"
    assert Screen().text([]) == ""


@pytest.mark.parametrize("given", ["[red]x[/red]", "[/]", ":smile:", "1.5 'a' http://x True"])
def test_text_is_shown_as_it_is(given):
    assert Screen(color=True).text([given]) == given + "\n"


def test_color_is_shown_where_there_is_any(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "3")
    assert Screen(color=True).text([Text("loud", "red")]) == "\x1b[31mloud\x1b[0m\n"
    assert Screen().text([Text("loud", "red")]) == "loud\n"


@pytest.mark.parametrize(("unicode", "corner"), [(True, "╭"), (False, "+")])
def test_a_table_has_the_lines_that_the_screen_has(unicode, corner):
    screen = Screen(unicode=unicode)
    table = plain_table(screen)
    table.add_column("n")
    table.add_row("虎")
    lines = screen.text([table]).splitlines()
    assert lines[0][0] == corner
    assert len(lines) == 5


def test_folded_lines_have_no_trailing_spaces_in_color():
    text = Text("ten words " * 4, style="bold")
    lines = Screen(width=22, color=True).text([text]).splitlines()
    assert lines
    assert not any(re.search(r" (\x1b\[[0-9;]*m)*$", line) for line in lines)
