"""Rendering of Rich renderables as text, fitted to standard output."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.text import Text

from softmax_cli.dataclass import dataclass

if TYPE_CHECKING:
    from rich.table import Table

# Wide enough for any table, because output to a pipe must be neither cut nor folded.
_UNBOUNDED = 100_000
# Rich ends a styled line with escape codes, after the spaces.
_TRAILING_SPACES = re.compile(r"[ ]+((?:\x1b\[[0-9;]*m)*)$", re.MULTILINE)


@dataclass(frozen=True)
class Screen:
    """Properties of the output; `width` is None for lines of any length."""

    width: int | None = None
    color: bool = False
    unicode: bool = True

    @classmethod
    def from_stdout(cls) -> Screen:
        """Detect the width, color and encoding of standard output."""
        terminal = sys.stdout is not None and sys.stdout.isatty()
        encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
        return cls(
            width=_terminal_width() if terminal else None,
            color=_wants_color(terminal),
            unicode=encoding.startswith("utf"),
        )

    def text(self, renderables: Iterable[RenderableType]) -> str:
        """Render one below the other, without trailing spaces.

        Tables fit themselves to the screen; lines of text are folded to it.
        """
        file = io.StringIO()
        console = Console(
            file=file,
            width=_UNBOUNDED,
            force_terminal=self.color,
            color_system="auto" if self.color else None,
            highlight=False,
            emoji=False,
            markup=False,
            legacy_windows=False,
            _environ={key: os.environ[key] for key in ("TERM", "COLORTERM") if key in os.environ},
        )
        for renderable in renderables:
            width = self.width if isinstance(renderable, Text) else None
            console.print(renderable, width=width)
        return _TRAILING_SPACES.sub(r"\1", file.getvalue())


def _wants_color(terminal: bool) -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return terminal and os.environ.get("TERM") not in (None, "", "dumb", "unknown")


def _terminal_width() -> int:
    columns = os.environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and 20 <= int(columns) <= _UNBOUNDED:
        return int(columns)
    width = os.get_terminal_size(sys.stdout.fileno()).columns
    return width or 80


def plain_table(screen: Screen) -> Table:
    """Return an empty table in the common style."""
    from rich import box
    from rich.table import Table

    return Table(box=box.ROUNDED if screen.unicode else box.ASCII2, border_style="dim")
