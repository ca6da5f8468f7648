"""Blocks of whole lines."""

import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.streams.input import ByteStream, InMemoryFile
from softmax_cli.formats.text import lines as line_blocks
from softmax_cli.formats.text.lines import LineReader
from tests.formats.files import within


def _reader(text, step):
    raw = InMemoryFile(text, "x")
    return LineReader(ByteStream(raw, lambda: raw.read(step)))


@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
@pytest.mark.parametrize("step", [1, 3, 1000])
@pytest.mark.parametrize(
    "text", [b"a\nbb\n\nccc\n", b"a\nbb\n\nccc", b"a", b"a\n", b"a\r\nb\r\n\r\n"]
)
def test_blocks_hold_whole_lines_with_their_numbers(text, step, chunk, monkeypatch):
    monkeypatch.setattr(line_blocks, "_CHUNK_SIZE", chunk)
    reader = _reader(text, step)
    assert reader.first()[0].strip() == text.split()[0]
    chunks = list(reader.chunks())
    assert b"".join(part.text for part in chunks) == text
    assert all(part.text.endswith(b"\n") for part in chunks[:-1])
    read = b""
    for part in chunks:
        assert part.first_line == read.count(b"\n") + 1
        read += part.text


def test_empty_input_is_rejected():
    with pytest.raises(SoftmaxError, match="empty input"):
        _reader(b"", 10).first()[0]


@pytest.mark.parametrize("text", [b"\n\n", b"\na", b" \n \n"])
def test_many_blank_lines_are_skipped(text):
    reader = _reader(text, 10)
    with within(0.5):
        if text.strip():
            assert reader.first()[0] == b"a"
        else:
            with pytest.raises(SoftmaxError, match="empty input"):
                reader.first()[0]


def test_a_line_above_the_limit_is_rejected(monkeypatch):
    monkeypatch.setattr(line_blocks, "LONGEST_RECORD", 1 << 20)
    reader = _reader(b"[1,2]\n" + b"x" * (9 << 20), 1 << 16)
    assert reader.first()[0] == b"[1,2]"
    with pytest.raises(SoftmaxError, match="line exceeds 1 MiB"):
        list(reader.chunks())
