"""Bytes of files, pipes and arguments, whatever their encoding and wherever reads end."""

import codecs
import gzip
import os
import sys

import pytest

from softmax_cli.errors import ARGUMENTS, SoftmaxError
from softmax_cli.formats.streams.compression import MAGICS
from softmax_cli.formats.streams.input import (
    ByteStream,
    InMemoryFile,
    in_memory_stream,
    open_stream,
)
from softmax_cli.formats.streams.raw_file import RawFile
from tests.each import each

TEXT = "a,é\n虎,𝄞\n"
LONG = TEXT * 200


def _utf_16(text):
    return text.encode("utf-16")


def _all(stream):
    parts = list(iter(stream.read, b""))
    assert stream.read() == b""
    return b"".join(parts)


@pytest.fixture(params=[1, 3, 1 << 20])
def step(request, monkeypatch):
    """Reads of a file give few bytes at a time."""
    monkeypatch.setattr(RawFile.read, "__defaults__", (request.param,))


@pytest.fixture
def opened(tmp_path):
    """Opens content as a file, and closes it in the end."""
    raw = []

    def opened(content):
        path = tmp_path / "x"
        path.write_bytes(content)
        stream = open_stream(str(path))
        raw.append(stream.raw)
        return stream

    yield opened
    for file in raw:
        file.close()


@pytest.mark.usefixtures("step")
@each(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-32-le", codecs.BOM_UTF32_LE),
        ("utf-32-be", codecs.BOM_UTF32_BE),
    ],
)
@each("compress", [bytes, gzip.compress])
@each("text", [TEXT, LONG, "a", ""])
def test_text_of_every_encoding_is_read_as_utf_8_without_a_mark(
    text, compress, encoding, mark, opened
):
    content = compress(mark + text.encode(encoding))
    stream = opened(content)
    assert stream.filtered == (bool(mark) or compress is not bytes)
    assert stream.raw.size == len(content)
    assert _all(stream) == text.encode()
    assert stream.raw.position == len(content)


@pytest.mark.usefixtures("step")
@each(
    "content",
    [
        b"", b"B", b"BZ", b"\x1f", b"\xef", b"\xef\xbb", b"\xff", b"\xfe", b"\xfd7zXZ\x00"[:5],
        b"\x28\xb5\x2f", b"\xff\xfd\x00\x00", b"\x00\x00\xfe", "\ufeff".encode("utf-16-be")[:1],
        b"a\xef\xbb\xbfb", b"\xef\xbb\xbe", b"LZI",
    ],
)  # fmt: skip
def test_a_partial_mark_is_kept_as_content(content, opened):
    stream = opened(content)
    assert (_all(stream), stream.filtered) == (content, False)


@pytest.mark.usefixtures("step")
def test_two_byte_order_marks_are_removed(opened):
    assert _all(opened(codecs.BOM_UTF8 * 2 + b"a")) == b"a"


@pytest.mark.usefixtures("step")
@each(
    "content",
    [
        codecs.BOM_UTF16_LE + b"a\0b",
        codecs.BOM_UTF16_LE + b"\x00\xd8",
        codecs.BOM_UTF16_BE + b"\xdc\x00\x00a",
        codecs.BOM_UTF32_LE + b"\xff\xff\xff\xff",
        codecs.BOM_UTF8 + b"a\xff",
        codecs.BOM_UTF8 + b"\xe2\x82",
    ],
)
def test_text_invalid_in_its_encoding_is_rejected(content, opened):
    stream = opened(content)
    with pytest.raises(SoftmaxError, match="cannot decode text: ") as caught:
        _all(stream)
    assert caught.value.source == stream.source


@pytest.mark.usefixtures("step")
def test_corrupt_data_is_reported_while_the_stream_is_read(opened):
    content = gzip.compress(os.urandom(1000))[:-300]
    with pytest.raises(SoftmaxError, match="corrupt or truncated gzip data"):
        _all(opened(content))


def test_peeking_leaves_the_bytes_to_be_read():
    parts = [b"B", b"Z", b"hx", b"y"]
    stream = ByteStream(InMemoryFile(b"", "f"), lambda: parts.pop(0) if parts else b"")
    assert stream.peek([b"xyz"]) == b"B"
    assert (stream.peek(MAGICS), parts) == (b"BZhx", [b"y"])
    assert stream.peek(MAGICS) == b"BZhx"
    assert [stream.read() for _ in range(3)] == [b"BZhx", b"y", b""]


def test_peeking_waits_for_no_more_than_the_mark():
    parts = [b"BZ", b"h", b"x"]
    stream = ByteStream(InMemoryFile(b"", "f"), lambda: parts.pop(0))
    assert (stream.peek(MAGICS), parts) == (b"BZh", [b"x"])


@pytest.mark.parametrize("parts", [[], [b"B"], [b"B", b"Z"]])
def test_peeking_stops_at_the_end(parts):
    content = b"".join(parts)
    stream = ByteStream(InMemoryFile(b"", "f"), lambda: parts.pop(0) if parts else b"")
    assert (stream.peek(MAGICS), _all(stream)) == (content, content)


def test_opening_a_pipe_waits_for_its_first_line_only():
    read_options, writing = os.pipe()
    saved = os.dup(0)
    os.dup2(read_options, 0)
    try:
        os.write(writing, b"1,2\n")
        stream = open_stream("-")
        assert (stream.source, stream.raw.size) == ("<stdin>", None)
        assert stream.ready(0)
        assert (stream.read(), stream.raw.position) == (b"1,2\n", 4)
        assert not stream.ready(0)
        assert not stream.ready(-1)
        os.close(writing)
        assert stream.ready(0)
        assert stream.read() == b""
        stream.raw.close()
        os.fstat(0)
    finally:
        os.dup2(saved, 0)
        os.close(saved)
        os.close(read_options)


def test_closed_standard_input_is_an_error(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(SoftmaxError, match="standard input is closed"):
        open_stream("-")


def test_a_file_of_an_unsupported_compression_is_closed(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"7z\xbc\xaf\x27\x1c")
    before = len(os.listdir("/dev/fd"))
    with pytest.raises(SoftmaxError, match="7z compression is not supported"):
        open_stream(str(path))
    assert len(os.listdir("/dev/fd")) == before


def test_text_in_memory_is_a_stream():
    stream = in_memory_stream(b"1,2\n")
    assert (stream.source, stream.raw.size, stream.raw.position) == (ARGUMENTS, 4, 0)
    assert stream.ready(0)
    assert (_all(stream), stream.raw.position, stream.filtered) == (b"1,2\n", 4, False)


@each("encoded", [str.encode, lambda text: gzip.compress(text.encode()), _utf_16])
def test_lines_are_read_at_once_only_where_the_file_holds_them_as_they_are(
    encoded, opened, monkeypatch
):
    monkeypatch.setattr(RawFile.read, "__defaults__", (100,))
    stream = opened(encoded(LONG))
    assert stream.read_lines(1000) == b""  # because bytes that were peeked at are unread
    first = stream.read()
    lines = stream.read_lines(1000)
    assert (len(lines) >= 1000) == (encoded is str.encode)
    assert lines == b"" or lines.endswith(b"\n")
    assert first + lines + _all(stream) == LONG.encode()
