"""Parquet and Arrow IPC written batch by batch."""

import io
import subprocess

import numpy as np
import polars as pl
import pytest

from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.output_schema import NumericColumns, OutputField, OutputSchema
from softmax_cli.formats.tables.writer import arrow_writer, parquet_writer
from tests.each import each
from tests.runner import PROGRAM

BOTH = pytest.mark.parametrize(
    ("make", "read"), [(parquet_writer, pl.read_parquet), (arrow_writer, pl.read_ipc)]
)
FIELDS = [OutputField(("id",), numbers=False), OutputField(("a", "b")), OutputField(("e",))]


def _pieces(count):
    values = np.arange(2.0 * count).reshape(count, 2) / 3
    return [
        pl.Series([f"r{i}" for i in range(count)], dtype=pl.String),
        NumericColumns(values),
        NumericColumns(values[:, :1]),
    ]


@BOTH
@each("single", [False, True])
@each("counts", [[3], [1, 0, 2], [0], []])
def test_batches_become_one_table(counts, single, make, read):
    writer = make(OutputSchema(FIELDS, True, float32=single), None, ",")
    file = io.BytesIO()
    writer.write(file, (writer.render(_pieces(count)) for count in counts))
    frame = read(file.getvalue())
    number = pl.Float32 if single else pl.Float64
    assert frame.schema == {"id": pl.String, "a": number, "b": number, "e": number}
    assert frame.height == sum(counts)


@BOTH
def test_an_error_of_the_rows_comes_out_as_it_is(make, read):
    writer = make(OutputSchema(FIELDS, True), None, ",")

    def parts():
        yield writer.render(_pieces(1))
        raise SoftmaxError("bad", source="x", line=7)

    with pytest.raises(SoftmaxError, match="bad") as caught:
        writer.write(io.BytesIO(), parts())
    assert caught.value.line == 7


@BOTH
def test_names_must_differ_and_numbers_are_not_rounded(make, read):
    with pytest.raises(SoftmaxError, match='duplicate column "a" in'):
        make(OutputSchema([OutputField(("a", "a"))], True), None, ",")
    with pytest.raises(UsageError, match="--decimals applies to text formats"):
        make(OutputSchema([OutputField(("a",))], True), 3, ",")


@BOTH
def test_values_of_another_type_than_the_first_are_refused(make, read):
    writer = make(
        OutputSchema(
            [OutputField(("n",), numbers=False, dtype=pl.Int64), OutputField(("a",))], True
        ),
        None,
        ",",
    )
    numbers = NumericColumns(np.zeros((1, 1)))
    assert writer.render([pl.Series(["5"]), numbers])["n"].to_list() == [5]
    with pytest.raises(SoftmaxError, match='column "n" has values that are not Int64'):
        writer.render([pl.Series(["x"]), numbers])


@pytest.mark.parametrize(("format_name", "target"), [("parquet", "-o"), ("arrow", "stdout")])
def test_a_full_disk_is_reported_with_its_reason(format_name, target):
    to_stdout = target == "stdout"
    output = [] if to_stdout else ["-o", "/dev/full"]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*PROGRAM, "convert", "-q", "-f", format_name, *output],
            input=b"a,b\n1,2\n",
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    place = "<stdout>" if to_stdout else "/dev/full"
    assert done.stderr.decode() == f"softmax: {place}: No space left on device.\n"
    assert done.returncode == 1


@pytest.mark.parametrize("format_name", ["parquet", "arrow"])
def test_a_closed_pipe_ends_quietly(format_name):
    command = [*PROGRAM, "convert", "-q", "-f", format_name]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        process.stdin.write(b"a,b\n1,2\n")
        process.stdin.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141
