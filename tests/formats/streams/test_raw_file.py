"""Bytes of files as they are, read in parts of any size or in whole lines."""

import os
from contextlib import closing

import pytest

from softmax_cli.formats.streams import raw_file
from softmax_cli.formats.streams.raw_file import RawFile
from tests.each import each

LINES = b"ab\ncde\n\nf\r\nghij"


def test_peeked_bytes_can_be_read_in_parts(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"abcdef")
    raw = RawFile(str(path))
    raw.head = raw.read(4)
    raw.position = 0
    assert raw.ready(0)
    assert [(raw.read(3), raw.position) for _ in range(4)] == [
        (b"abc", 3),
        (b"d", 4),
        (b"ef", 6),
        (b"", 6),
    ]
    raw.close()
    with pytest.raises(ValueError, match="closed"):
        raw.fileno()


@pytest.fixture
def opened(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(LINES)
    with closing(RawFile(str(path))) as raw:
        yield raw


@each(
    ("size", "lines"),
    [
        (0, [b"ab\n", b"cde\n", b"\n", b"f\r\n", b""]),
        (2, [b"ab\n", b"cde\n", b"\nf\r\n", b""]),
        (3, [b"ab\ncde\n", b"\nf\r\n", b""]),
        (7, [b"ab\ncde\n\n", b""]),
        (11, [b""]),
        (99, [b""]),
    ],
)
def test_lines_are_read_to_the_end_of_one(size, lines, opened):
    opened.file.seek(0)
    opened.position = 0
    assert [opened.read_lines(size) for _ in lines] == lines
    assert opened.position == len(b"".join(lines))
    assert b"".join(lines) + opened.read() == LINES


def test_an_end_of_a_line_far_away_is_not_looked_for(opened, monkeypatch):
    monkeypatch.setattr(raw_file, "_NEAR", 2)
    assert [opened.read_lines(1), opened.read_lines(0), opened.read_lines(1)] == [b"ab\n", b"", b""]
    assert opened.read() == LINES[3:]


def test_lines_begin_where_standard_input_stands(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(LINES)
    saved, file = os.dup(0), os.open(path, os.O_RDONLY)
    try:
        os.dup2(file, 0)
        os.lseek(0, 3, os.SEEK_SET)
        raw = RawFile("-")
        assert (raw.read_lines(2), raw.position) == (b"cde\n", 4)
        assert raw.read_lines(99) == b""
        assert raw.read() == LINES[7:]
    finally:
        os.dup2(saved, 0)
        os.close(saved)
        os.close(file)


def test_a_pipe_has_no_lines_ahead():
    reading, writing = os.pipe()
    os.write(writing, LINES)
    os.close(writing)
    with closing(RawFile(f"/dev/fd/{reading}")) as raw:
        assert raw.read_lines(2) == b""
        assert raw.read() == LINES
    os.close(reading)
