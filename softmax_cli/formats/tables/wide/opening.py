"""Files of very many columns, opened as a table."""

from __future__ import annotations

import struct
from contextlib import ExitStack
from typing import TYPE_CHECKING, BinaryIO

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.tables.wide.arrow_file import WideArrowFile
from softmax_cli.formats.tables.wide.parquet_file import WideParquetFile
from softmax_cli.formats.tables.wide.table import WideTable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from softmax_cli.formats.tables.wide.batches import WideFile

# From this many columns on, what polars holds for each is more than the data.
_COLUMNS = 4096
_OPENERS: dict[str, Callable[[BinaryIO, str, int], WideFile]] = {
    "arrow": WideArrowFile,
    "parquet": WideParquetFile,
}


def open_wide(
    paths: Sequence[str], source: str, format_name: str, spool: BinaryIO | None
) -> WideTable | None:
    """Open files as a table of very many columns.

    Returns None for files with fewer columns, and for those that are left to polars: with columns
    inside columns, of types that are not found here, or corrupt.
    """
    with ExitStack() as opened:
        try:
            files = []
            for path in paths:
                file = opened.enter_context(open(path, "rb", buffering=0))  # noqa: PTH123
                files.append(_OPENERS[format_name](file, source, _COLUMNS))
            table = WideTable(files, paths, source, spool)
        except (struct.error, LookupError, ValueError, OSError, SoftmaxError):
            return None
        opened.pop_all()
        return table
