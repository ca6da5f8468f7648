"""The one error that is told to the user, and text made safe to tell."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# How messages call what has no path.
STDIN = "<stdin>"
STDOUT = "<stdout>"
ARGUMENTS = "<arguments>"


class SoftmaxError(Exception):
    """Something in the input or the request that only the user can mend.

    `message` is a sentence without its place; `source`, `line` and `column` say where,
    as far as known; `remedy` says what to do. Where a source has no lines, `row` counts
    its vectors from 1.
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
        """Where it is: `file.csv, line 7, column "cat"`."""
        parts = [
            self.source,
            self.line and f"line {self.line}",
            self.row and f"row {self.row}",
            self.column and f'column "{self.column}"',
        ]
        return ", ".join(part for part in parts if part)

    @property
    def summary(self) -> str:
        """The place and the message, without the remedy."""
        return f"{self.location}: {self.message}" if self.location else self.message

    def __str__(self) -> str:
        text = self.summary
        if not text.endswith((".", "?", "!")):
            text += "."
        return f"{text} {self.hint}" if self.hint else text


class UsageError(SoftmaxError):
    """A request that cannot be carried out whatever the data: exit code 2."""


@contextmanager
def wrap_os_errors(source: str) -> Iterator[None]:
    """Tell of what the system refuses in its own words, with the source's name."""
    try:
        yield
    except OSError as error:
        if error.errno is None or isinstance(error, BrokenPipeError):
            raise
        raise SoftmaxError(error.strerror or str(error), source=source) from error


def printable(text: str) -> str:
    r"""Text with its control and unpaired surrogate characters shown escaped.

    >>> printable("a\x1b[31mb\n")
    'a\\x1b[31mb\\n'
    """
    if text.isprintable():
        return text
    return "".join(c if _harmless(c) else _escaped(c) for c in text)


# What isprintable() refuses and names in many scripts need: wide spaces, (non-)joiners.
_NEEDED = frozenset("\u00a0\u2002\u2003\u2009\u200a\u200c\u200d\u202f\u3000")


def _harmless(character: str) -> bool:
    return character.isprintable() or character in _NEEDED


def _escaped(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
