"""Labels in arrays: class indices, names, or binary labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.rows import Location
from softmax_cli.formats.text.strict_json import escape_surrogates

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import polars as pl
    from numpy.typing import NDArray

    from softmax_cli.formats.arrays.npy_stream import ArrayStream


class LabelArray:
    """Labels in an array: shape (N,) or (N, 1), or (N, C) for binary labels."""

    id_names: Sequence[str] = ()

    def __init__(
        self, stream: ArrayStream, close: Callable[[], None], name: str = "labels"
    ) -> None:
        self.source = stream.source
        if stream.dtype.names is not None:
            raise SoftmaxError(
                "labels are records",
                source=self.source,
                hint="Save one field, such as array['label'].",
            )
        self.names = [name] if stream.width == 1 else [f"{name}_{k}" for k in range(stream.width)]
        self.close = close
        self._stream = stream
        self._taken = 0

    @property
    def dtype(self) -> pl.DataType | None:
        """The dtype of a column of these labels; None for text."""
        if self._stream.dtype.kind in "US":
            return None
        return self._series(np.empty(0, self._stream.dtype)).dtype

    def take(self, count: int) -> tuple[pl.DataFrame, Callable[[int], Location]]:
        """Return the labels of the next `count` rows, and the location of each."""
        first = self._taken + 1
        frame = self.take_any(count)
        require_hard_labels(frame, self.source, first)
        return frame, lambda row: Location(self.source, row=first + row)

    def take_any(self, count: int) -> pl.DataFrame:
        """Return the labels of the next `count` rows, even if they are probabilities."""
        import polars as pl

        array = self._stream.next_rows(count)()
        first = self._taken + 1
        self._taken += len(array)
        if len(array) < count:
            raise SoftmaxError(
                f"{self._taken} labels for at least {first - 1 + count} rows",
                source=self.source,
            )
        return pl.DataFrame({name: self._series(array[:, k]) for k, name in enumerate(self.names)})

    def require_count(self, rows: int) -> None:
        """Raise SoftmaxError unless the labels are those of N rows."""
        if self._stream.rows != rows:
            message = f"{self._stream.rows} labels for {rows} rows"
            raise SoftmaxError(message, source=self.source)

    def require_end(self) -> None:
        """Raise SoftmaxError if labels remain."""
        if self._taken < self._stream.rows:
            raise SoftmaxError(
                f"{self._stream.rows} labels for {self._taken} rows",
                source=self.source,
            )
        self._stream.require_end()

    def _series(self, values: NDArray[Any]) -> pl.Series:
        """Return a column in native byte order; booleans as int8."""
        import polars as pl

        if values.dtype.kind not in "US":
            kind = np.dtype(np.int8) if values.dtype.kind == "b" else values.dtype.newbyteorder("=")
            return pl.Series(values.astype(kind), nan_to_null=True)
        try:
            texts = np.char.decode(values, "utf-8") if values.dtype.kind == "S" else values
            return pl.Series([escape_surrogates(text) for text in texts.tolist()], dtype=pl.String)
        except ValueError as error:
            raise SoftmaxError(f"invalid text in labels: {error}", source=self.source) from error


def require_hard_labels(labels: pl.DataFrame, source: str, first_row: int) -> None:
    """Raise SoftmaxError for labels that are probabilities."""
    if not all(dtype.is_float() for dtype in labels.dtypes):
        return
    array = labels.to_numpy()
    soft = ((array > 0) & (array < 1)).any(axis=1)
    if not soft.any():
        return
    row, several = int(soft.argmax()), labels.width > 1
    shown = [f"{value:.4g}" for value in array[row][:4]] + ["..."] * (labels.width > 4)
    raise SoftmaxError(
        f"soft labels: {', '.join(shown)} {'are probabilities' if several else 'is a probability'}"
        ", not a class",
        source=source,
        row=first_row + row,
        hint="Save the most likely class of each row: labels.argmax(1)."
        if several
        else "Save 0 or 1, or the index of a class.",
    )
