"""Streams cut into small blocks, to test that cuts change nothing."""

from softmax_cli.formats.streams.raw_file import RawFile
from softmax_cli.formats.text import records

WHOLE = records._CELLS


def cut_blocks(monkeypatch, cells):
    """Limit blocks to about this many cells, and reads to about as many bytes."""
    if cells == WHOLE:
        return
    monkeypatch.setattr(records, "_CELLS", cells)
    monkeypatch.setattr(RawFile.read, "__defaults__", (4 * cells,))
