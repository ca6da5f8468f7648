"""Metadata of Arrow IPC, written: schemas of plain columns, and batches of records.

Layouts of FlatBuffers: https://flatbuffers.dev/internals/. References point forward, so that what
tables share comes last; the fields of a table are found by the list of their slots, which tables
of one kind share.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.formats.tables.arrow.flat_table import FlatTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Types of Schema.fbs: their number, and their first two fields.
PlainType = tuple[int, int, int]
FLOAT32, FLOAT64, LARGE_TEXT = (3, 1, 0), (3, 2, 0), (20, 0, 0)

_FIELD, _TYPE = struct.Struct("<iIIIBB2x"), struct.Struct("<4HiiI")
_FIELD_SLOTS = struct.pack("<8H", 16, _FIELD.size, 4, 17, 16, 8, 0, 12)


def schema_head(references: NDArray[np.int64]) -> bytes:
    """Return a schema's table, at position 8, and its references to the fields behind it."""
    head = struct.pack("<4HiII", 8, 8, 0, 4, 8, 4, len(references))
    return head + references.astype("<u4").tobytes()


def schema_of_columns(names: Sequence[bytes], types: Sequence[PlainType]) -> FlatTable:
    """Return a schema of columns that may have no value."""
    slots = 20 + 4 * len(names)
    texts = [struct.pack("<I", len(name)) + name + bytes(4 - len(name) % 4) for name in names]
    sizes = np.cumsum([_FIELD.size + len(text) for text in texts], dtype=np.int64)
    fields = slots + len(_FIELD_SLOTS) + np.concatenate(([0], sizes))
    end = int(fields[-1])
    place_of_type = {kind: end + 8 + _TYPE.size * i for i, kind in enumerate(dict.fromkeys(types))}
    no_children = end + _TYPE.size * len(place_of_type)
    references = fields[:-1] - 20 - 4 * np.arange(len(names))
    parts = [schema_head(references), _FIELD_SLOTS]
    for at, text, kind in zip(fields[:-1].tolist(), texts, types, strict=True):
        inner = place_of_type[kind] - at - 8
        parts += [_FIELD.pack(at - slots, 16, inner, no_children - at - 12, kind[0], 1), text]
    parts += [_TYPE.pack(8, 12, 4, 8, 8, *kind[1:]) for kind in place_of_type]
    return FlatTable(b"".join((*parts, bytes(4))), 8)


def footer_of_file(
    schema: FlatTable, blocks: Sequence[tuple[int, int, int]], version: int
) -> bytes:
    """Return the footer of a file.

    Args:
        schema: the schema.
        blocks: of each batch, its position and the sizes of its metadata and its body.
        version: version of the metadata.
    """
    # The version, the schema and the batches; then the batches, then the schema.
    end = 40 + 24 * len(blocks)
    head = struct.pack("<I6H", 20, 12, 16, 12, 4, 0, 8) + bytes(4)
    head += struct.pack("<iIIhxx", 16, end + schema.position - 24, 8, version)
    head += struct.pack("<I", len(blocks))
    return head + b"".join(struct.pack("<qi4xq", *block) for block in blocks) + schema.data


def batch_of_records(
    rows: int,
    nodes: NDArray[np.int64],
    buffers: NDArray[np.int64],
    codec: int | None = None,
    views: NDArray[np.int64] | None = None,
) -> FlatTable:
    """Return the metadata of a batch.

    Args:
        rows: number of rows.
        nodes: shape (columns, 2), their rows and how many of them have no value.
        buffers: shape (buffers, 2), position in the body and size.
        codec: number of the compression, if there is one.
        views: numbers of the buffers with the texts of each column of views.
    """
    views = np.empty(0, np.int64) if views is None else views
    compression, variadic = 0 if codec is None else 20, 24 if len(views) else 0
    after = 36 + nodes.nbytes
    head = struct.pack("<7H2x", 14, 28, 8, 4, 16, compression, variadic)
    head += struct.pack("<iIqIII", 16, 40, rows, after, 16, after + buffers.nbytes)
    head += struct.pack("<3H2xib3x", 6, 8, 4, 8, codec or 0)
    vectors = (struct.pack("<I", len(each)) + each.tobytes() for each in (nodes, buffers, views))
    return FlatTable(head + bytes(4).join(vectors), 16)
