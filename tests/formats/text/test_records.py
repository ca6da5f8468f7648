"""Chunks of whole records of a stream, for any size of its reads."""

from contextlib import closing

import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.streams.input import ByteStream, InMemoryFile, in_memory_stream
from softmax_cli.formats.streams.raw_file import RawFile
from softmax_cli.formats.text import records
from softmax_cli.formats.text.records import RecordReader
from tests.each import each
from tests.runner import softmax

TEXT = b'id,a\n"x\n1",2\n"y""\r\n",3\r\nz,4\n\n'
ROWS = [b"id,a\n", b'"x\n1",2\n', b'"y""\r\n",3\r\n', b"z,4\n"]


class Trickle(InMemoryFile):
    """A raw stream that gives a few bytes at a time and is never ready for more."""

    def __init__(self, text, step):
        super().__init__(text, "trickle")
        self.step = step

    def ready(self, _seconds):
        return False


def _reader(text, step):
    raw = Trickle(text, step)
    return RecordReader(ByteStream(raw, lambda: raw.read(raw.step)))


@each("step", [1, 2, 3, 5, 7, 11, 1000])
def test_chunks_hold_whole_records_for_any_read_size(step):
    chunks = list(_reader(TEXT, step).chunks())
    text = b"".join(chunk.text for chunk in chunks)
    assert text.replace(b"\r\n", b"\n") == b"".join(ROWS).replace(b"\r\n", b"\n")
    line = 1
    for chunk in chunks:
        assert chunk.first_line == line
        assert chunk.text.count(b'"') % 2 == 0
        assert chunk.text.endswith(b"\n")
        line += chunk.text.count(b"\n")


@each("end", [b"", b"\n", b"\n\n", b"\r\n"])
@each("size", [1, 5, 12, 40, 1000])
@each("rows", [b"a,1\n" * 20, b"a,1\r\n" * 20, b'a,"1\n2"\n' * 15, b"a,1\n\n" * 12, TEXT * 4])
def test_chunks_of_a_file_are_those_of_a_stream(rows, size, end, tmp_path):
    text = rows + b"b,2" + end
    path = tmp_path / "x.csv"
    path.write_bytes(text)
    with closing(RawFile(str(path))) as raw:
        reader = RecordReader(ByteStream(raw, lambda: raw.read(7), pull_lines=raw.read_lines))
        reader.chunk_size = size
        chunks = list(reader.chunks())
    whole = b"".join(chunk.text for chunk in RecordReader(in_memory_stream(text)).chunks())
    assert b"".join(chunk.text for chunk in chunks) == whole
    line = 1
    for chunk in chunks:
        assert (chunk.first_line, chunk.text.count(b'"') % 2) == (line, 0)
        assert chunk.text.endswith(b"\n")
        line += chunk.text.count(b"\n")


@pytest.mark.parametrize("step", [1, 4, 1000])
def test_peeked_records_can_be_skipped(step):
    reader = _reader(TEXT, step)
    assert reader.peek(2) == ROWS[:2]
    reader.skip(ROWS[0])
    first = next(iter(reader.chunks()))
    assert first.first_line == 2
    assert first.text.startswith(b'"x')


@each(
    ("count", "most", "records"),
    [
        (0, 0, []),
        (1, 0, ROWS[:1]),
        (3, 0, ROWS[:3]),
        (4, 0, ROWS),
        (9, 0, ROWS),
        (1, 3, ROWS[:3]),
        (2, 9, ROWS),
    ],
)
def test_peek_returns_more_records_if_they_have_been_read(count, most, records):
    assert _reader(TEXT, 1000).peek(count, most) == records
    slow = _reader(TEXT, 1).peek(count, most)
    assert slow == records[: max(count, 0)]


@pytest.mark.parametrize("step", [1, 4, 1000])
def test_peek_keeps_all_records(step):
    reader = _reader(TEXT, step)
    assert reader.peek(1) == reader.peek(1, 1) == ROWS[:1]
    assert reader.peek(3) == ROWS[:3]
    assert b"".join(chunk.text for chunk in reader.chunks()).startswith(b'id,a\n"x\n1",2\n')


def test_peek_ends_at_a_blank_line():
    assert _reader(b"a\n\nb\nc\n", 1000).peek(2, 9) == [b"a\n"]
    assert _reader(b"\n\r\na\nb", 1000).peek(2, 9) == [b"a\n", b"b"]


def test_line_beyond_the_limit_is_an_error(monkeypatch):
    monkeypatch.setattr(records, "LONGEST_RECORD", 1 << 20)
    monkeypatch.setattr(records, "_MAX_CHUNK_SIZE", 1 << 18)
    with pytest.raises(SoftmaxError, match="trickle, line 2: line exceeds 1 MiB"):
        list(_reader(b"a\n" + b"1" * (2 << 20), 1 << 19).chunks())
    with pytest.raises(SoftmaxError, match="line 1: unterminated quoted field"):
        list(_reader(b'"' + b"1\n" * (1 << 20), 1 << 19).chunks())


def test_hundred_thousand_columns_are_converted():
    ran = softmax("convert", "-q", "--decimals", "6", stdin=",".join(["0"] * 100_000) + "\n")
    assert ran.out == ",".join(["0.000010"] * 100_000) + "\n"


def test_long_text_passes_through():
    name = "x" * 500_000
    ran = softmax("convert", "-q", "--decimals", "1", stdin=f'id,a,b\n{name},0,0\n"{name},",0,0\n')
    assert ran.out == f'id,a,b\n{name},0.5,0.5\n"{name},",0.5,0.5\n'


def test_wide_rows_with_ids_and_masks_are_converted():
    row = ",".join(["0", "-inf"] * 200)
    ran = softmax("convert", "-q", "--decimals", "3", stdin=f"name,{row}\n".replace("name", "n1"))
    assert ran.out == "n1," + ",".join(["0.005", "0.000"] * 200) + "\n"
    assert softmax("convert", "-q", "--decimals", "3", stdin=f"{row}\n").out == ran.out[3:]


@pytest.mark.parametrize("text", [b"a,b\r\n1,2\r\r\n", b"a,b\r\n1,2\r\r\n3,4\r\n"])
def test_extra_carriage_return_survives_chunking(text):
    chunks = b"".join(chunk.text for chunk in RecordReader(in_memory_stream(text)).chunks())
    assert chunks == text


def _commented(text, step, comment=b"#"):
    raw = Trickle(text, step)
    return RecordReader(ByteStream(raw, lambda: raw.read(raw.step)), comment)


@pytest.mark.parametrize("step", [1, 3, 1000])
def test_comments_are_skipped_and_lines_still_counted(step):
    text = b'#one\na,b\n#two "\n#three\n1,2\n"x\n#y",3\n#four\n5,6\n#five'
    reader = _commented(text, step)
    assert reader.peek(2) == [b"a,b\n", b"1,2\n"]
    reader.skip(b"a,b\n")
    chunks = list(reader.chunks())
    assert b"".join(chunk.text for chunk in chunks) == b'1,2\n"x\n#y",3\n5,6\n'
    assert [chunk.first_line for chunk in chunks if chunk.text.startswith(b"5,6")] == [9]
    assert next(chunk.first_line for chunk in chunks if chunk.text.startswith(b"1,2")) == 5


def test_stream_of_comments_alone_has_no_records():
    reader = _commented(b"#a\n#b\n#c", 2)
    assert reader.peek(2) == []
    assert list(reader.chunks()) == []


@pytest.mark.parametrize("step", [1, 4, 1000])
def test_lines_are_skipped_at_the_start(step):
    reader = _reader(b'a "title\n\nid,a\n1,2\n', step)
    reader.skip_lines(2)
    assert reader.peek(1) == [b"id,a\n"]
    assert next(iter(reader.chunks())).first_line == 3


def test_more_lines_to_skip_than_the_stream_holds_is_an_error():
    reader = _reader(b"a\nb", 1)
    reader.skip_lines(2)
    with pytest.raises(SoftmaxError, match="trickle: fewer than 3 lines to skip"):
        _reader(b"a\nb", 1).skip_lines(3)
