"""Tables opened for reading: files, folders of part files, pipes, URLs and Arrow streams."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, BinaryIO

import polars as pl

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.streams.folders import data_files
from softmax_cli.formats.streams.input import open_stream
from softmax_cli.formats.streams.pipe_spool import spool_to_file
from softmax_cli.formats.streams.signatures import (
    ARROW_STREAM,
    SIGNATURES,
    closed_on_error,
    require_signature,
)
from softmax_cli.formats.tables.arrow_table import ArrowTable
from softmax_cli.formats.tables.file_table import FileTable
from softmax_cli.formats.tables.polars_errors import wrap_polars_errors
from softmax_cli.formats.tables.stream_table import StreamTable
from softmax_cli.formats.tables.wide.opening import open_wide
from softmax_cli.formats.tables.wide.table import WideTable

if TYPE_CHECKING:
    from softmax_cli.formats.streams.input import ByteStream

Table = FileTable | StreamTable | WideTable

_LONG_SCHEMA = 1 << 18  # bytes, of some thousand columns
_SUFFIXES = {"parquet": (".parquet", ".pq"), "arrow": (".arrow", ".feather", ".ipc")}


def open_input(path: str, format_name: str) -> Table:
    """Open a path, `-` or a URL as a table, after a check of its signature."""
    if "://" in path:
        return FileTable(_scan([path], format_name), path)
    if os.path.isdir(path):  # noqa: PTH112
        return _open_folder(path, format_name)
    stream = open_stream(path)
    with closed_on_error(stream):
        if _is_arrow_stream(stream, format_name):
            return _open_arrow_stream(stream, path)
        if not stream.has_random_access(path):
            return _open_spooled(stream, format_name)
        stream.close()
    return _open_files([path], path, format_name)


def scan_table(path: str, format_name: str) -> pl.LazyFrame:
    """Return the table at a path, `-` or a URL, for one query."""
    table = open_input(path, format_name)
    with wrap_polars_errors(table.source):
        return table.lazy()


def _open_folder(path: str, format_name: str) -> Table:
    """Open the part files of a folder, in the order of their names, as one table."""
    paths = data_files(path, _SUFFIXES[format_name])
    if not paths:
        raise SoftmaxError(f"no {format_name} files in the folder", source=path)
    streams: list[ByteStream] = []
    for part in paths:
        stream = open_stream(part)
        with closed_on_error(stream):
            if _is_arrow_stream(stream, format_name):
                streams.append(stream)
            else:
                stream.close()
    if len(streams) == len(paths):
        return StreamTable(streams, path)
    for stream in streams:
        stream.close()
    return _open_files(paths, path, format_name)


def _is_arrow_stream(stream: ByteStream, format_name: str) -> bool:
    """Return True for an Arrow stream; raise SoftmaxError for anything but its format."""
    head = stream.peek([*SIGNATURES.values(), ARROW_STREAM])
    if format_name == "arrow" and head.startswith(ARROW_STREAM):
        return True
    require_signature(head, format_name, stream.source)
    return False


def _open_arrow_stream(stream: ByteStream, path: str) -> Table:
    """Open a stream as one; of very many columns, as a file, which a pipe is copied to."""
    if int.from_bytes(stream.peek([])[4:8], "little") < _LONG_SCHEMA:
        return StreamTable([stream], stream.source)
    spool = None
    if not stream.has_random_access(path):
        spool, path = _spool(stream, "arrow")
    if (table := open_wide([path], stream.source, "arrow", spool)) is not None:
        stream.close()
        return table
    if spool is not None:
        stream = open_stream(path)
        spool.close()
    return StreamTable([stream], stream.source)


def _open_spooled(stream: ByteStream, format_name: str) -> FileTable | WideTable:
    """Copy a pipe to a file, because the format needs random access."""
    file, path = _spool(stream, format_name)
    return _open_files([path], stream.source, format_name, spool=file)


def _spool(stream: ByteStream, format_name: str) -> tuple[BinaryIO, str]:
    """Copy a pipe to a file without a name; return the file, and how it can be opened again."""
    file = spool_to_file(stream)
    path = f"/dev/fd/{file.fileno()}"
    if not os.path.exists(path):  # noqa: PTH110
        raise SoftmaxError(
            f"cannot read {format_name} from a pipe", source=stream.source, hint="Pass a file."
        )
    return file, path


def _open_files(
    paths: list[str], source: str, format_name: str, spool: BinaryIO | None = None
) -> FileTable | WideTable:
    if (table := open_wide(paths, source, format_name, spool)) is not None:
        return table
    frame = _scan(paths, format_name)
    if format_name == "arrow":
        return ArrowTable(frame, source, files=paths, spool=spool)
    return FileTable(frame, source, files=paths, sliced=len(paths) == 1, spool=spool)


def _scan(paths: list[str], format_name: str) -> pl.LazyFrame:
    # Of row groups read ahead, the memory grows and the time does not fall.
    os.environ.setdefault("POLARS_ROW_GROUP_PREFETCH_SIZE", "1")
    scan = pl.scan_parquet if format_name == "parquet" else pl.scan_ipc
    with wrap_polars_errors(paths[0]):
        return scan(paths if len(paths) > 1 else paths[0], glob=False)
