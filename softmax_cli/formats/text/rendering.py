"""Rendering of numbers and other values as text, by polars."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any, BinaryIO, cast

import numpy as np
import polars as pl

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.output_schema import NumericColumns
from softmax_cli.formats.text import fixed_decimals as fixed
from softmax_cli.formats.text import strict_json, wide

# Characters that JSON strings must escape.
_SPECIAL = r'["\\\x00-\x1f]'


def render_rows(numbers: NumericColumns, decimals: int | None, delimiter: str) -> bytes:
    """Render each row of numbers as a line."""
    return join_parts(render_row_parts(numbers, decimals, delimiter))


def render_row_parts(
    numbers: NumericColumns, decimals: int | None, delimiter: str
) -> Sequence[bytes]:
    """Render each row of numbers as a line; return the text in consecutive parts."""
    values = numbers.values
    places = None if numbers.exact else decimals
    if places is not None and fixed.can_render(values, places):
        return [fixed.render_fixed(values, places, delimiter)]
    if values.shape[1] < wide.WIDE:
        return render_csv(pl.from_numpy(values, orient="row"), places, delimiter)
    width = wide.segment_width(values.shape[1])
    segments = pl.from_numpy(values.reshape(-1, width), orient="row")
    text = join_parts(render_csv(segments, places, delimiter))
    return [wide.join_segments(text, values.shape[1] // width, delimiter)]


def render_json_lists(numbers: NumericColumns, decimals: int | None) -> bytes:
    """Render each row of numbers as a JSON list on a line; null for NaN."""
    rows = render_rows(numbers, decimals, ",")
    if not rows:
        return b""
    if np.isnan(numbers.values).any():
        rows = rows.replace(b"NaN", b"null")
    if np.isinf(numbers.values).any():
        # JSON has no infinities: write strings, which most readers accept.
        rows = rows.replace(b"-inf", b'"-i"').replace(b"inf", b'"inf"').replace(b"-i", b"-inf")
    return b"[" + rows[:-1].replace(b"\n", b"]\n[") + b"]\n"


def lines_as_column(lines: bytes) -> pl.Series:
    """Return lines without \\x01 as a column of text."""
    frame = pl.read_csv(
        lines,
        has_header=False,
        separator="\x01",
        quote_char=None,
        schema={"line": pl.String},
    )
    return frame.get_column("line")


def to_text(values: pl.Series, *, json_encoded: bool = False) -> pl.Series:
    """Convert values of any type, or JSON texts, to the text of delimited cells."""
    if json_encoded:
        return json_to_text(values)
    if values.dtype == pl.String:
        return values
    if values.dtype.is_nested():
        cells = [
            None if value is None else json.dumps(value, default=str, separators=(",", ":"))
            for value in values.to_list()
        ]
        return pl.Series(values.name, cells, pl.String)
    try:
        return values.cast(pl.String)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise SoftmaxError(
            f"cannot write a column of type {values.dtype} as text",
            hint="Write parquet or arrow, or drop the column.",
        ) from error


def to_json(values: pl.Series, *, json_encoded: bool = False) -> pl.Series:
    """Convert values of any type to JSON texts; `json_encoded` ones already are."""
    if json_encoded or values.dtype.is_nested():
        return to_text(values).fill_null("null")
    if values.dtype == pl.Boolean or values.dtype.is_integer():
        return values.cast(pl.String).fill_null("null")
    if values.dtype.is_float():
        finite = values.is_finite()
        return values.set(~finite, None).cast(pl.String).fill_null("null")
    texts = to_text(values)
    if texts.str.contains(_SPECIAL).any():
        cells = [None if text is None else json.dumps(text, ensure_ascii=False) for text in texts]
        return pl.Series(texts.name, cells, pl.String).fill_null("null")
    return ('"' + texts + '"').fill_null("null")


def json_to_text(texts: pl.Series) -> pl.Series:
    """Convert JSON texts to the text of delimited cells: strings unquoted, null kept."""
    texts = texts.set(texts == "null", None)
    quoted = texts.str.starts_with('"').fill_null(value=False)
    if not quoted.any():
        return texts
    if texts.str.contains("\\", literal=True).any():
        return pl.Series(texts.name, [_unquote(text) for text in texts], pl.String)
    inner = texts.str.strip_prefix('"').str.strip_suffix('"')
    return (
        pl.DataFrame({"texts": texts, "inner": inner, "quoted": quoted})
        .select(pl.when("quoted").then("inner").otherwise("texts"))
        .to_series()
        .alias(texts.name)
    )


def _unquote(text: str | None) -> str | None:
    if text is None or not text.startswith('"'):
        return text
    return strict_json.escape_surrogates(json.loads(text))


def render_csv(
    frame: pl.DataFrame,
    places: int | None,
    delimiter: str,
    *,
    decimal_comma: bool = False,
    quoted: bool = False,
) -> Sequence[bytes]:
    """Render a frame as delimited lines, in consecutive parts; `quoted` if some cells need it."""
    buffer = _WriteBuffer()
    frame.write_csv(
        cast("BinaryIO", buffer),
        include_header=False,
        separator=delimiter,
        float_precision=places,
        decimal_comma=decimal_comma,
        quote_style="necessary" if quoted else "never",
        batch_size=8192,
    )
    return buffer.writes


def join_parts(parts: Sequence[bytes]) -> bytes:
    """Return consecutive parts as one text."""
    return parts[0] if len(parts) == 1 else b"".join(parts)


class _WriteBuffer(io.RawIOBase):
    """A writable file that keeps each write as it is, because joining would copy.

    Attributes:
        writes: everything written, in order.
    """

    def __init__(self) -> None:
        self.writes: list[bytes] = []

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401
        """Keep `data` and return its length."""
        self.writes.append(bytes(data))
        return len(data)
