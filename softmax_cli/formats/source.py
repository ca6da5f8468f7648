"""What every reader of a format offers: the columns at once, then blocks of rows."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    import polars as pl

    from softmax_cli.formats.columns.inference import Columns
    from softmax_cli.formats.rows import Rows


class Chunk(Protocol):
    """A run of whole rows as they were read; `position` is how far the input has been read."""

    @property
    def position(self) -> int:
        """Bytes of the input, or rows where its size is told in rows."""
        ...


class Source(Protocol):
    """The rows of a file or stream.

    `form` is the name of the format in FORMATS; `size` is that of the input where it is known;
    `delimiter` is that of delimited text; `single` says that float32 is as precise as the
    numbers were, `flat` that they were an array of a single axis; `kinds` are the types of
    columns that are no text, by index, and `raw` has those that are JSON texts; `parse` makes
    rows of a block, on any thread.
    """

    source: str
    format_name: str
    size: int | None
    columns: Columns
    parse: Callable[[Any], Rows]
    delimiter: str | None = None
    float32: bool = False
    one_dimensional: bool = False
    dtypes: Mapping[int, pl.DataType | type[pl.DataType]] = MappingProxyType({})
    json_encoded: Collection[int] = ()

    def chunks(self) -> Iterator[Any]:
        """The rows, in order, as blocks for `parse`."""
        ...

    def close(self) -> None:
        """Close the file."""
        ...
