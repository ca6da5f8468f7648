"""The progress bar on a terminal, and nothing elsewhere."""

import io
import re
import sys

import pytest

from softmax_cli.display import progress as module
from softmax_cli.display.progress import progress


class Terminal(io.StringIO):
    """A standard error that shows a bar."""

    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(module, "_DELAY", 0)

    # Within the test: pytest sets its own standard error before each.
    def stand_in(stream=None):
        stream = stream or Terminal()
        monkeypatch.setattr(sys, "stderr", stream)
        return stream

    return stand_in


def _shown(stream):
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue())


@pytest.mark.parametrize("total", [2_000_000, None])
def test_a_terminal_shows_rows_and_bytes_and_is_clean_afterwards(terminal, total):
    stream = terminal()
    with progress(total, shown=True) as bar:
        bar.update(1_000_000, 12_345)
        bar._progress.refresh()
        assert "12,345 rows" in _shown(stream)
        assert ("1.0/2.0 MB" in _shown(stream)) is (total is not None)
    assert stream.getvalue().endswith("\x1b[2K")


def test_a_bar_is_started_once(terminal):
    terminal()
    with progress(10, shown=True) as bar:
        bar.update(1, 1)
        first = bar._progress
        bar.update(2, 2)
        assert bar._progress is first
        assert len(first.tasks) == 1
        assert first.tasks[0].completed == 2


def test_a_bar_is_taken_off_the_screen_also_after_an_error(terminal):
    stream = terminal()
    with pytest.raises(ZeroDivisionError), progress(10, shown=True) as bar:
        bar.update(1, 1)
        raise ZeroDivisionError
    assert not bar._progress.live.is_started
    assert stream.getvalue().endswith("\x1b[2K")


def test_work_that_ends_soon_shows_nothing(terminal, monkeypatch):
    monkeypatch.setattr(module, "_DELAY", 3600)
    stream = terminal()
    with progress(10, shown=True) as bar:
        bar.update(10, 10)
    assert stream.getvalue() == ""


def test_nothing_is_shown_where_none_is_wanted(terminal):
    stream = terminal()
    with progress(10, shown=False) as bar:
        bar.update(10, 10)
    assert stream.getvalue() == ""


def test_nothing_is_shown_where_standard_error_is_no_terminal(terminal):
    stream = terminal(io.StringIO())
    with progress(10, shown=True) as bar:
        bar.update(10, 10)
    assert stream.getvalue() == ""


def test_a_closed_standard_error_does_no_harm(terminal, monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    with progress(10, shown=True) as bar:
        bar.update(10, 10)
    assert bar._progress is None
