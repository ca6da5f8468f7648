"""Contract of the readers of all formats: columns first, then chunks of rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import closing
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, cast

from softmax_cli.errors import SoftmaxError, printable
from softmax_cli.formats.part import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from typing import Self

    import polars as pl

    from softmax_cli.formats.columns.roles import Columns
    from softmax_cli.formats.rows import Rows


class Chunk(Protocol):
    """A run of whole rows, not yet parsed."""

    @property
    def position(self) -> int:
        """Bytes of the input up to the end of the chunk, to compare with `Source.size`."""
        ...


class Source(ABC):
    """The rows of a file or stream.

    Attributes:
        source: name for error messages.
        format_name: name of the format in FORMATS.
        size: size of the input in bytes; None if unknown.
        columns: names and roles of the columns.
        parse: returns the rows of a chunk; thread-safe.
        delimiter: delimiter of delimited text; None for other formats.
        decimal_comma: True if its numbers have decimal commas.
        float32: True if the logits are no more precise than float32.
        one_dimensional: True if the input is a 1-D array.
        dtypes: dtypes of the columns that are not text, by index.
        json_encoded: indices of the columns whose values are JSON text.
        spec_names: names of columns that options call otherwise, such as by their number in a
            file of which these are not the columns.
        grouped: True if rows with one logit are the items of groups.
        reopen: opens the same source again.
        expects_quotes: True if the first rows of text have quotes.

    A source can be pickled, to `read` parts and `parse` their chunks in another process: the
    attributes in `open_state` stay behind.
    """

    source: str
    format_name: str
    size: int | None
    columns: Columns
    parse: Callable[[Any], Rows]
    delimiter: str | None = None
    decimal_comma: bool = False
    float32: bool = False
    one_dimensional: bool = False
    dtypes: Mapping[int, pl.DataType | type[pl.DataType]] = MappingProxyType({})
    json_encoded: Collection[int] = ()
    spec_names: Mapping[str, str] = MappingProxyType({})
    grouped: bool = False
    reopen: Callable[[], Source] | None = None
    expects_quotes: bool = False
    open_state: ClassVar[Collection[str]] = ()

    def __getstate__(self) -> dict[str, Any]:
        return {
            name: dict(item) if isinstance(item, MappingProxyType) else item
            for name, item in vars(self).items()
            if name not in self.open_state
        }

    @abstractmethod
    def chunks(self) -> Iterator[Any]:
        """Yield chunks of rows for `parse`, in order."""

    def parts(self, part_size: int) -> list[Part]:  # noqa: ARG002
        """Return parts of about `part_size` bytes; one, if only all can be read."""
        return [Part(size=self.size or 0, whole=True)]

    def read(self, part: Part) -> Iterator[Any]:
        """Yield the chunks of a part, from the file opened anew."""
        if not part.whole:
            yield from self._read_range(part)
            return
        with self.reopened() as source:
            yield from source.chunks()

    def _read_range(self, part: Part) -> Iterator[Any]:
        """Yield the chunks of a part that is not the whole."""
        raise NotImplementedError

    def reopened(self) -> AbstractContextManager[Self]:
        """Open the same source again, to be closed."""
        assert self.reopen is not None
        return closing(cast("Self", self.reopen()))

    def count_quotes(self, part: Part) -> int:
        """Return the number of quotes between the offsets of a part of text."""
        raise NotImplementedError

    def dtype_in_table(self, _column: int) -> pl.DataType | None:
        """Return the dtype of a column of a table; None for text and JSON text."""
        return None

    def require_no_shared_groups(self, others: Sequence[Source]) -> None:  # noqa: B027
        """Have groups that other sources share raise an error, where rows are in groups."""

    @abstractmethod
    def close(self) -> None:
        """Close the file."""


def require_same_columns(sources: Sequence[Source]) -> None:
    """Raise SoftmaxError for a source that does not have the columns of the first."""
    first = sources[0]
    for source in sources[1:]:
        ours, theirs = first.columns, source.columns
        # Values of JSON may be of any type in any row; those of tables are of one.
        both = bool(first.json_encoded), bool(source.json_encoded)
        types_differ = both[0] != both[1] or (not both[0] and first.dtypes != source.dtypes)
        if not ours.matches(theirs) or types_differ:
            raise SoftmaxError(
                f"the columns differ from those of {first.source}: {_difference(ours, theirs)}",
                source=source.source,
            )


def _difference(ours: Columns, theirs: Columns) -> str:
    if ours.header != theirs.header:
        return "only one of them has a header"
    if len(ours.names) != len(theirs.names):
        return f"{len(theirs.names)} instead of {len(ours.names)}"
    for i, (our, their) in enumerate(zip(ours.names, theirs.names, strict=True), start=1):
        if our != their:
            return f'column {i} is "{printable(their)}" instead of "{printable(our)}"'
    if ours.logits != theirs.logits:
        return "other columns hold logits"
    return "other columns are not of the same types, or one of the files is JSON and one is not"
