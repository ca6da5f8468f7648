"""Objects of very many fields, written through one template for all rows.

What polars does for each column is lost in a row of ten fields; of 128,000 it takes gigabytes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.formats.output_schema import NumericColumns
from softmax_cli.formats.text.rendering import render_json_lists, render_rows, to_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from softmax_cli.formats.output_schema import ColumnData, OutputField

_NON_FINITE = {b"NaN": b"null", b"inf": b'"inf"', b"-inf": b'"-inf"'}


def object_template(names: Sequence[str], *, label_score_list: bool) -> bytes:
    """Return a template of a row, with a %s for the value of each name."""
    keys = [json.dumps(name, ensure_ascii=False).replace("%", "%%") for name in names]
    if label_score_list:
        items = [f'{{"label":{key},"score":%s}}' for key in keys]
        return f"[{','.join(items)}]\n".encode()
    return f"{{{','.join(f'{key}:%s' for key in keys)}}}\n".encode()


def render_objects(
    template: bytes,
    fields: Sequence[OutputField],
    column_data: Sequence[ColumnData],
    decimals: int | None,
) -> bytes:
    """Return the rows of columns, one per line, as objects of that template."""
    cells = [_cells(field, data, decimals) for field, data in zip(fields, column_data, strict=True)]
    return b"".join(
        template % tuple(cell for part in row for cell in part) for row in zip(*cells, strict=True)
    )


def _cells(field: OutputField, data: ColumnData, decimals: int | None) -> Iterator[list[bytes]]:
    """Yield the JSON values of a field, row by row."""
    if not isinstance(data, NumericColumns):
        texts = to_json(data, json_encoded=field.json_encoded)
        yield from ([text.encode()] for text in texts)
    elif field.nested is not None:
        yield from ([line] for line in render_json_lists(data, decimals).split(b"\n")[:-1])
    else:
        finite = bool(np.isfinite(data.values).all())
        for line in render_rows(data, decimals, ",").split(b"\n")[:-1]:
            values = line.split(b",")
            yield values if finite else [_NON_FINITE.get(value, value) for value in values]
