"""User-facing errors, and escaping of untrusted text."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from softmax_cli.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

# Source names in messages about what has no path.
STDIN = "<stdin>"
STDOUT = "<stdout>"
ARGUMENTS = "<arguments>"


class SoftmaxError(Exception):
    """An error in the input or options that the user must fix.

    Attributes:
        message: the problem, without its location.
        source: the path, or one of STDIN, STDOUT and ARGUMENTS.
        line: 1-based line of the source.
        row: 1-based row of a source that has no lines.
        column: name or 1-based number of the column.
        hint: the fix, an imperative sentence.
    """

    def __init__(
        self,
        message: str,
        *,
        source: str | None = None,
        line: int | None = None,
        row: int | None = None,
        column: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.source = source
        self.line = line
        self.row = row
        self.column = column
        self.hint = hint

    @property
    def location(self) -> str:
        """The source, line, row and column: `file.csv, line 7, column "cat"`."""
        elements = [
            self.source,
            self.line and f"line {self.line}",
            self.row and f"row {self.row}",
            self.column and f'column "{self.column}"',
        ]
        return ", ".join(element for element in elements if element)

    @property
    def summary(self) -> str:
        """The location and the message, without the hint."""
        return f"{self.location}: {self.message}" if self.location else self.message

    def __str__(self) -> str:
        text = self.summary
        if not text.endswith((".", "?", "!")):
            text += "."
        return f"{text} {self.hint}" if self.hint else text


@dataclass(frozen=True)
class Notice:
    """A line for standard error: a note on a decision, or a warning about the numbers."""

    text: str
    warning: bool = False


class UsageError(SoftmaxError):
    """An error in the options, whatever the data: exit code 2."""


@contextmanager
def wrap_os_errors(source: str) -> Iterator[None]:
    """Re-raise OSError as SoftmaxError, with the source's name."""
    try:
        yield
    except OSError as error:
        if error.errno is None or isinstance(error, BrokenPipeError):
            raise
        raise SoftmaxError(error.strerror or str(error), source=source) from error


def printable(text: str) -> str:
    r"""Return the text with control characters and unpaired surrogates escaped.

    >>> printable("a\x1b[31mb\n")
    'a\\x1b[31mb\\n'
    """
    if text.isprintable():
        return text
    return "".join(c if _is_safe(c) else _escape(c) for c in text)


def quote_for_shell(text: str) -> str:
    """Return a text as one word of a shell command."""
    from shlex import quote

    return quote(text)


# Names in many scripts need these, which isprintable() rejects: wide spaces, (non-)joiners.
_ALLOWED = frozenset("\u00a0\u2002\u2003\u2009\u200a\u200c\u200d\u202f\u3000")


def _is_safe(character: str) -> bool:
    return character.isprintable() or character in _ALLOWED


def _escape(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
