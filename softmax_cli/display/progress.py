"""Progress bar on standard error, if that is a terminal."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress

# Seconds before a bar is shown, so that short runs do not import rich.
_DELAY = 0.5


@contextmanager
def progress(total: int | None, *, shown: bool) -> Iterator[Bar]:
    """Show a bar over `total` bytes of input, if `shown` and standard error is a terminal."""
    terminal = sys.stderr is not None and sys.stderr.isatty()
    bar = Bar(total, shown=shown and terminal)
    try:
        yield bar
    finally:
        bar.close()


class Bar:
    """Bar with bytes, rows, speed and remaining time, erased when closed."""

    def __init__(self, total: int | None, *, shown: bool) -> None:
        self._total = total
        self._shown = shown
        self._not_before = time.monotonic() + _DELAY
        self._progress: Progress | None = None

    def update(self, position: int, rows: int) -> None:
        """Show the number of bytes read and of rows done."""
        if not self._shown or time.monotonic() < self._not_before:
            return
        if self._progress is None:
            self._progress = _started(self._total)
        task = self._progress.task_ids[0]
        self._progress.update(task, completed=position, rows=f"{rows:,}")

    def close(self) -> None:
        """Erase the bar."""
        if self._progress is not None:
            self._progress.stop()


def _started(total: int | None) -> Progress:
    from rich import progress as rich_progress
    from rich.console import Console

    bar = rich_progress.Progress(
        rich_progress.BarColumn(),
        rich_progress.DownloadColumn(),
        rich_progress.TextColumn("{task.fields[rows]} rows"),
        rich_progress.TransferSpeedColumn(),
        rich_progress.TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    bar.start()
    bar.add_task("", total=total, rows="0")
    return bar
