"""A stream cut into blocks of whole records, wherever its reads happen to end."""

import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.streams.input import ByteStream, InMemoryFile, in_memory_stream
from softmax_cli.formats.text import records
from softmax_cli.formats.text.records import RecordReader
from tests.runner import softmax

TEXT = b'id,a\n"x\n1",2\n"y""\r\n",3\r\nz,4\n\n'
ROWS = [b"id,a\n", b'"x\n1",2\n', b'"y""\r\n",3\r\n', b"z,4\n"]


class Trickle(InMemoryFile):
    """A raw stream that gives so many bytes at a time and is never ready for more."""

    def __init__(self, text, step):
        super().__init__(text, "trickle")
        self.step = step

    def ready(self, _seconds):
        return False


def _reader(text, step):
    raw = Trickle(text, step)
    return RecordReader(ByteStream(raw, lambda: raw.read(raw.step)))


@pytest.mark.parametrize("step", [1, 2, 3, 5, 7, 11, 1000])
def test_blocks_hold_whole_records_wherever_reads_end(step):
    chunks = list(_reader(TEXT, step).chunks())
    text = b"".join(chunk.text for chunk in chunks)
    assert text.replace(b"\r\n", b"\n") == b"".join(ROWS).replace(b"\r\n", b"\n")
    line = 1
    for chunk in chunks:
        assert chunk.first_line == line
        assert chunk.text.count(b'"') % 2 == 0
        assert chunk.text.endswith(b"\n")
        line += chunk.text.count(b"\n")


@pytest.mark.parametrize("step", [1, 4, 1000])
def test_the_first_records_can_be_looked_at_and_left_out(step):
    reader = _reader(TEXT, step)
    assert reader.peek(2) == ROWS[:2]
    reader.skip(ROWS[0])
    first = next(iter(reader.chunks()))
    assert first.first_line == 2
    assert first.text.startswith(b'"x')


def test_a_line_beyond_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(records, "LONGEST_RECORD", 1 << 20)
    monkeypatch.setattr(records, "_LARGEST_BLOCK", 1 << 18)
    with pytest.raises(SoftmaxError, match="trickle, line 2: the line is longer than 1 MiB"):
        list(_reader(b"a\n" + b"1" * (2 << 20), 1 << 19).chunks())
    with pytest.raises(SoftmaxError, match="line 1: a quote is opened and not closed"):
        list(_reader(b'"' + b"1\n" * (1 << 20), 1 << 19).chunks())


def test_a_hundred_thousand_columns_work():
    ran = softmax("convert", "-q", "--decimals", "6", stdin=",".join(["0"] * 100_000) + "\n")
    assert ran.out == ",".join(["0.000010"] * 100_000) + "\n"


def test_a_text_of_many_characters_passes_through():
    name = "x" * 500_000
    ran = softmax("convert", "-q", "--decimals", "1", stdin=f'id,a,b\n{name},0,0\n"{name},",0,0\n')
    assert ran.out == f'id,a,b\n{name},0.5,0.5\n"{name},",0.5,0.5\n'


def test_many_columns_with_an_id_and_a_mask_are_read_right():
    row = ",".join(["0", "-inf"] * 200)
    ran = softmax("convert", "-q", "--decimals", "3", stdin=f"name,{row}\n".replace("name", "n1"))
    assert ran.out == "n1," + ",".join(["0.005", "0.000"] * 200) + "\n"
    assert softmax("convert", "-q", "--decimals", "3", stdin=f"{row}\n").out == ran.out[3:]


@pytest.mark.parametrize("text", [b"a,b\r\n1,2\r\r\n", b"a,b\r\n1,2\r\r\n3,4\r\n"])
def test_a_carriage_return_too_many_is_one_wherever_a_block_ends(text):
    chunks = b"".join(chunk.text for chunk in RecordReader(in_memory_stream(text)).chunks())
    assert chunks == text
