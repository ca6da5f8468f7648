"""Streams cut into small blocks, for tests that the cuts do not show."""

from softmax_cli.formats.streams.input import RawFile
from softmax_cli.formats.text import records

WHOLE = records._CELLS


def cut_blocks(monkeypatch, cells):
    """Have blocks hold about so many cells, and reads give about as many bytes."""
    if cells == WHOLE:
        return
    monkeypatch.setattr(records, "_CELLS", cells)
    monkeypatch.setattr(RawFile.read, "__defaults__", (4 * cells,))
