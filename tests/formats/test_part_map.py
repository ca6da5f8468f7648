"""Parts of a source, read from pickled copies of it, hold what the whole holds."""

import contextlib

import numpy as np
import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.part_map import PartFunction, PartJob, map_parts, renumber
from softmax_cli.formats.read_options import Passthrough, ReadContext, ReadOptions
from softmax_cli.formats.registry import open_source
from softmax_cli.formats.streams.raw_file import RawFile
from softmax_cli.runtime.executors import TaskLostError
from tests.each import each
from tests.fake_cluster import CopyingThreads
from tests.formats.files import GIVEN, put

CONTEXT = ReadContext(passthrough=Passthrough.COLUMNS)
QUOTED = (
    "id,cat,dog\n"
    '"a ""quoted"" id",1,2\n'
    '"two\nlines",3,4\n'
    "plain,5,6\n"
    '"\n\n""\n",7,8\n'
    '"",9,10\n'
    "last,11,12"
)
PLAIN = "id,cat,dog\n" + "".join(f"r{i},{i},{-i}\n" for i in range(40))
LATE_QUOTE = PLAIN + '"x\ny",1,2\n' + "".join(f"s{i},{i},{-i}\n" for i in range(40))


class Rows:
    """The rows of chunks: their logits, other columns and locations."""

    def __init__(self, source):
        self.source = source

    def __call__(self, _number, chunks):
        found = []
        for chunk in chunks:
            rows = self.source.parse(chunk)
            places = [rows.location(i) for i in range(len(rows))]
            other = bool(rows.columns.passthrough)
            cells = [other and rows.passthrough_cells(i) for i in range(len(rows))]
            found += zip(rows.logits.tolist(), cells, places, strict=True)
        return found


def rows_of_parts(source, part_size):
    function = PartFunction(source, Rows(source))
    parts = source.parts(part_size)
    found = []
    with CopyingThreads() as executor:
        for result in mapped(function, parts, executor):
            for logits, cells, place in result.result:
                error = place.error("here")
                renumber(error, result.lines_before)
                found.append((logits, cells, error.location))
    return found, len(parts)


def mapped(function, parts, executor, done=None):
    return [result for _, result in map_parts([PartJob(function, parts, done)], executor)]


def rows_of_whole(source):
    found = Rows(source)(0, source.chunks())
    return [(logits, cells, place.error("here").location) for logits, cells, place in found]


@pytest.fixture(autouse=True)
def _short_head(monkeypatch):
    """The client sees no quote that comes late."""
    monkeypatch.setattr(RawFile.read, "__defaults__", (100,))


@contextlib.contextmanager
def opened(path, options=None):
    with contextlib.closing(open_source(path, options or ReadOptions(), CONTEXT)) as source:
        yield source


def whole(path, options=None):
    with opened(path, options) as source:
        return rows_of_whole(source)


def in_parts(path, part_size, options=None):
    with opened(path, options) as source:
        return rows_of_parts(source, part_size)


@pytest.mark.parametrize("given", GIVEN, ids=lambda given: given.name)
def test_the_parts_of_every_format_hold_its_rows(given, tmp_path):
    path = str(tmp_path / f"x.{given.suffix}")
    given.write(path)
    expected = whole(path)
    assert np.array_equal([row[0] for row in expected], given.logits)
    for part_size in (1, 10**6):
        assert in_parts(path, part_size)[0] == expected


@pytest.mark.parametrize("text", [QUOTED, PLAIN, LATE_QUOTE, LATE_QUOTE.replace("\n", "\r\n")])
def test_text_is_split_at_ends_of_records_for_any_part_size(text, tmp_path):
    path = put(tmp_path, "x.csv", text)
    expected = whole(path)
    counts = set()
    for part_size in (1, 7, 50, 300, 10**4):
        found, count = in_parts(path, part_size)
        assert found == expected
        counts.add(count)
    assert len(counts) > 3


@each(
    ("name", "text", "options"),
    [
        ("x.csv", "# made by hand\nid,cat,dog\na,1,2\nb,3,4\n\n\r\n\n", ReadOptions()),
        ("x.csv", "a title\ncat,dog\n1,2\n3,4", ReadOptions(skip_lines=1)),
        ("x.csv", "cat  dog\n 1   2\n3  4\n 5 6 \n", ReadOptions()),
        ("x.csv", '"cat" "dog"\n"a" 1 2\n"b" 3 4\n', ReadOptions()),
        ("x.csv", "cat,dog\n1,2\n% quoted \"\n3,4\n", ReadOptions(comment="%")),
        ("x.csv", "\ufeffcat,dog\n1,2\n3,4\n", ReadOptions()),
        ("x.csv", "[1. 2.]\n[3. 4.]\n", ReadOptions()),
        ("x.jsonl", '\n{"cat": 1, "dog": 2}\n\n{"cat": 3, "dog": 4}', ReadOptions()),
    ],
)  # fmt: skip
def test_what_stands_around_the_rows_is_in_no_part(name, text, options, tmp_path):
    path = put(tmp_path, name, text)
    expected = whole(path, options)
    for part_size in (1, 4, 1000):
        assert in_parts(path, part_size, options)[0] == expected


@pytest.mark.parametrize(
    "bad",
    [
        "a,1,2\n\nb,3,4\n",
        "a,1\n",
        'x "y",1,2\n',
        '"a" b,1,2\n',
        "a,1,2,3\n",
        '"a,1,2\n',
        "a,\0,1\n",
    ],
)
@pytest.mark.parametrize("text", [PLAIN, LATE_QUOTE], ids=["plain", "quoted"])
def test_an_error_has_the_line_that_it_has_without_parts(bad, text, tmp_path):
    path = put(tmp_path, "x.csv", text + bad + PLAIN.partition("\n")[2])
    with pytest.raises(SoftmaxError) as expected:
        whole(path)
    for part_size in (20, 10**4):
        with pytest.raises(SoftmaxError) as raised:
            in_parts(path, part_size)
        assert str(raised.value) == str(expected.value)


def test_parts_that_are_done_are_not_run_again(tmp_path):
    with opened(put(tmp_path, "x.csv", PLAIN)) as source, CopyingThreads() as executor:
        parts = source.parts(50)
        first = mapped(PartFunction(source, Rows(source)), parts, executor)
        done = {i: first[i] for i in range(0, len(parts), 2)}
        numbers = PartFunction(source, count_chunks)
        again = mapped(numbers, parts, executor, done)
    assert [isinstance(result.result, list) for result in again] == [
        i % 2 == 0 for i in range(len(parts))
    ]
    assert [r.lines_before for r in again] == [r.lines_before for r in first]


def test_a_part_that_was_lost_is_named(tmp_path):
    with (
        opened(put(tmp_path, "x.csv", PLAIN)) as source,
        CopyingThreads() as executor,
        pytest.raises(SoftmaxError, match="part 1 of 3 was lost: 4 "),
    ):
        mapped(PartFunction(source, lose), source.parts(120), executor)


def test_a_file_that_changed_is_rejected(tmp_path):
    path = put(tmp_path, "x.csv", PLAIN)
    with opened(path) as source:
        parts = source.parts(100)
        put(tmp_path, "x.csv", PLAIN + "more,1,2\n")
        with pytest.raises(SoftmaxError, match="bytes on a worker"):
            list(source.read(parts[0]))


def count_chunks(_number, chunks):
    return len(list(chunks))


def lose(_number, _chunks):
    raise TaskLostError(4)
