"""The text beside the logits of a block, passed through as the bytes it is.

Where nothing is quoted and the logits stand together in a row, what comes before and after
them need not be written as columns: the gaps between the logits of one row and those of the
next are laid between the converted rows, all gaps of one width in one step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Offsets = NDArray[np.intp]

_NEWLINE = ord("\n")
# Bytes of a line from which on it is quicker to join lines than to lay those of one width.
_LONG = 1000


@dataclass(frozen=True)
class SpliceTemplate:
    """The gaps of a block of N rows: N + 1 stretches of `text`, from `starts` to `ends`."""

    text: Bytes
    starts: Offsets
    ends: Offsets

    @classmethod
    def from_spans(cls, text: bytes, firsts: Offsets, lasts: Offsets) -> SpliceTemplate:
        """Those around the logits, which begin and end so in the rows of a text."""
        starts, ends = np.concatenate(([0], lasts)), np.concatenate((firsts, [len(text)]))
        return cls(np.frombuffer(text, np.uint8), starts, ends)

    def _joined(self, lines: bytes) -> bytes:
        text = self.text.tobytes()
        gaps = zip(self.starts.tolist(), self.ends.tolist(), strict=True)
        column_data = [text[start:stop] for start, stop in gaps]
        rows = lines.split(b"\n")
        return b"".join(part for pair in zip(column_data, rows, strict=True) for part in pair)

    def logits_text(self) -> bytes:
        """What stands between the gaps, a line each."""
        text = self.text.tobytes()
        places = zip(self.ends[:-1].tolist(), self.starts[1:].tolist(), strict=True)
        return b"".join(text[start:stop] + b"\n" for start, stop in places)

    def passthrough_text(self, delimiter: str) -> bytes:
        """The fields before and behind, without what stands between them, a line each."""
        text, mark = self.text.tobytes(), delimiter.encode()
        gaps = list(zip(self.starts.tolist(), self.ends.tolist(), strict=True))
        lines, head = [], text[: gaps[0][1]]
        for start, stop in gaps[1:]:
            tail, _, after = text[start:stop].partition(b"\n")
            lines.append((head if tail else head.removesuffix(mark)) + tail[1:])
            head = after
        return b"\n".join(lines) + b"\n"

    def splice(self, lines: bytes) -> bytes | memoryview:
        """N lines of converted logits with the gaps before, between and behind them."""
        if len(lines) > _LONG * len(self.starts):
            return self._joined(lines)
        rows = np.frombuffer(lines, np.uint8)
        row_starts, row_widths = _extents(rows, len(self.starts) - 1)
        gap_widths = self.ends - self.starts
        gap_places = np.zeros(len(gap_widths), np.intp)
        np.cumsum(gap_widths[:-1] + row_widths, out=gap_places[1:])
        out = np.empty(gap_places[-1] + gap_widths[-1], np.uint8)
        _lay(out, gap_places, self.text, self.starts, gap_widths)
        _lay(out, gap_places[:-1] + gap_widths[:-1], rows, row_starts, row_widths)
        return out.data


def _extents(text: Bytes, count: int) -> tuple[Offsets | slice, Offsets]:
    """Where each of so many lines starts, and how wide it is, its newline left out."""
    width, rest = divmod(len(text), count)
    if not rest and count > 1 and (text[width - 1 :: width] == _NEWLINE).all():
        newlines = np.count_nonzero(text[:width] == _NEWLINE)
        if newlines == 1:
            return slice(0, None, width), np.full(count, width - 1)
    ends = np.flatnonzero(text == _NEWLINE)
    starts = np.concatenate(([0], ends[:-1] + 1))
    return starts, ends - starts


def _lay(
    out: Bytes, places: Offsets, text: Bytes, starts: Offsets | slice, widths: Offsets
) -> None:
    """Copy text[start : start + width] to out[place : place + width], for all of them."""
    different = np.flatnonzero(np.bincount(widths)).tolist()
    for width in filter(None, different):
        if len(different) == 1:
            _records(out, width)[places] = _records(text, width)[starts]
        else:
            which = np.flatnonzero(widths == width)
            assert not isinstance(starts, slice)  # a slice is of lines of one width
            _records(out, width)[places[which]] = _records(text, width)[starts[which]]


def _records(text: Bytes, width: int) -> NDArray[np.void]:
    """Every stretch of that width as one item: numpy then copies it in one go."""
    return np.ndarray((len(text) - width + 1,), np.dtype(f"V{width}"), text, 0, (1,))
