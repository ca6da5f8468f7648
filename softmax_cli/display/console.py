"""Rich renderables as text for whatever standard output is."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console, RenderableType
from rich.text import Text

if TYPE_CHECKING:
    from rich.table import Table

# Wide enough for any table: in a pipe nothing is cut and nothing is folded.
_UNBOUNDED = 100_000


@dataclass(frozen=True)
class Screen:
    """What text is shown on: `width` is None where lines may be of any length."""

    width: int | None = None
    color: bool = False
    unicode: bool = True

    @classmethod
    def of_stdout(cls) -> Screen:
        """Standard output as it is: a terminal, a pipe or a file, and its encoding."""
        terminal = sys.stdout is not None and sys.stdout.isatty()
        encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
        return cls(
            width=_terminal_width() if terminal else None,
            color=_wants_color(terminal),
            unicode=encoding.startswith("utf"),
        )

    def text(self, renderables: Iterable[RenderableType]) -> str:
        """The renderables one below the other, without blanks at the ends of lines.

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
        return "".join(line.rstrip() + "\n" for line in file.getvalue().split("\n")[:-1])


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
    """An empty table in the style of all."""
    from rich import box
    from rich.table import Table

    return Table(box=box.ROUNDED if screen.unicode else box.ASCII2, border_style="dim")
