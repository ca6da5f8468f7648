"""Text around the logits of a chunk, passed through unparsed.

If nothing is quoted and the logits are adjacent columns, the fields before and after them
need not be parsed and rendered: the margins, from the logits of one row to those of the next,
are copied between the converted rows, all margins of one width in one step.
"""

from __future__ import annotations

from itertools import chain

import numpy as np
from numpy.typing import NDArray

from softmax_cli.dataclass import dataclass

Bytes = NDArray[np.uint8]
Offsets = NDArray[np.intp]

_NEWLINE = ord("\n")
# From this many bytes per line, joining lines is faster than copying those of one width.
_LONG_LINE = 1000


@dataclass(frozen=True)
class SpliceTemplate:
    """The N + 1 margins of the logits of N rows: `text` from `starts` to `ends`."""

    text: Bytes
    starts: Offsets
    ends: Offsets

    @classmethod
    def from_spans(cls, text: bytes, firsts: Offsets, lasts: Offsets) -> SpliceTemplate:
        """Return the margins of logits that begin at `firsts` and end at `lasts`."""
        starts, ends = np.concatenate(([0], lasts)), np.concatenate((firsts, [len(text)]))
        return cls(np.frombuffer(text, np.uint8), starts, ends)

    def _join_lines(self, lines: bytes) -> bytes:
        text = self.text.tobytes()
        spans = zip(self.starts.tolist(), self.ends.tolist(), strict=True)
        margins = [text[start:stop] for start, stop in spans]
        rows = lines.split(b"\n")
        return b"".join(chain.from_iterable(zip(margins, rows, strict=True)))

    def logits_text(self) -> bytes:
        """Return the logits, a line per row."""
        text = self.text.tobytes()
        spans = zip(self.ends[:-1].tolist(), self.starts[1:].tolist(), strict=True)
        return b"".join(text[start:stop] + b"\n" for start, stop in spans)

    def passthrough_text(self, delimiter: str) -> bytes:
        """Return the fields around the logits, without the logits, a line per row."""
        text, separator = self.text.tobytes(), delimiter.encode()
        spans = list(zip(self.starts.tolist(), self.ends.tolist(), strict=True))
        lines, head = [], text[: spans[0][1]]
        for start, stop in spans[1:]:
            tail, _, after = text[start:stop].partition(b"\n")
            lines.append((head if tail else head.removesuffix(separator)) + tail[1:])
            head = after
        return b"\n".join(lines) + b"\n"

    def splice(self, lines: bytes) -> bytes | memoryview:
        """Return N lines of converted logits with the margins around them."""
        if len(lines) > _LONG_LINE * len(self.starts):
            return self._join_lines(lines)
        rows = np.frombuffer(lines, np.uint8)
        row_starts, row_widths = _line_spans(rows, len(self.starts) - 1)
        margin_widths = self.ends - self.starts
        margin_offsets = np.zeros(len(margin_widths), np.intp)
        np.cumsum(margin_widths[:-1] + row_widths, out=margin_offsets[1:])
        out = np.empty(margin_offsets[-1] + margin_widths[-1], np.uint8)
        _copy_spans(out, margin_offsets, self.text, self.starts, margin_widths)
        _copy_spans(out, margin_offsets[:-1] + margin_widths[:-1], rows, row_starts, row_widths)
        return out.data


def _line_spans(text: Bytes, count: int) -> tuple[Offsets | slice, Offsets]:
    """Return the start and width of each of `count` lines, newlines excluded."""
    width, rest = divmod(len(text), count)
    if not rest and count > 1 and (text[width - 1 :: width] == _NEWLINE).all():
        newlines = np.count_nonzero(text[:width] == _NEWLINE)
        if newlines == 1:
            return slice(0, None, width), np.full(count, width - 1)
    ends = np.flatnonzero(text == _NEWLINE)
    starts = np.concatenate(([0], ends[:-1] + 1))
    return starts, ends - starts


def _copy_spans(
    out: Bytes, offsets: Offsets, text: Bytes, starts: Offsets | slice, widths: Offsets
) -> None:
    """Copy text[start : start + width] to out[offset : offset + width], for all."""
    distinct_widths = np.flatnonzero(np.bincount(widths)).tolist()
    for width in filter(None, distinct_widths):
        if len(distinct_widths) == 1:
            _windows(out, width)[offsets] = _windows(text, width)[starts]
        else:
            same = np.flatnonzero(widths == width)
            assert not isinstance(starts, slice)  # a slice means lines of one width
            _windows(out, width)[offsets[same]] = _windows(text, width)[starts[same]]


def _windows(text: Bytes, width: int) -> NDArray[np.void]:
    """View every stretch of `width` bytes as one item, which numpy copies at once."""
    return np.ndarray((len(text) - width + 1,), np.dtype(f"V{width}"), text, 0, (1,))
