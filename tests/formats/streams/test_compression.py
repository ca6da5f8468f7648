"""Compressions: detected, and bytes through them and back."""

import errno
import io
import sys
import time
import zlib
from unittest import mock

import numpy as np
import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.streams.compression import (
    COMPRESSIONS,
    MAGICS,
    compression_from_content,
    compression_from_suffix,
    without_suffix,
    wrap_decompression_errors,
)
from softmax_cli.formats.streams.input import InMemoryFile

BY_NAME = {compression.name: compression for compression in COMPRESSIONS}
USABLE = [compression for compression in COMPRESSIONS if compression.module]
OTHERS = [compression for compression in COMPRESSIONS if not compression.module]
DATA = bytes(range(256)) * 500

each = pytest.mark.parametrize("compression", USABLE, ids=lambda each: each.name)


def _compressed(compression, data=DATA):
    file = io.BytesIO()
    with compression.writer(file) as stream:
        stream.write(data)
    return file.getvalue()


@each
def test_written_members_read_back_one_after_another(compression):
    data = _compressed(compression) + _compressed(compression, b"") + _compressed(compression, b"x")
    assert compression_from_content(data, "f") is compression
    for file in (io.BytesIO(data), InMemoryFile(data, "f")):
        assert compression.reader(file).read() == DATA + b"x"


@each
@pytest.mark.parametrize("size", [0, 1, 7, 1_200_000])
def test_any_number_of_threads_and_of_writes_gives_the_same_bytes(compression, size, monkeypatch):
    data = np.random.default_rng(0).integers(48, 52, size, np.uint8).tobytes()
    monkeypatch.setattr("softmax_cli.formats.streams.block_output._MIB", 1 << 16)
    files = []
    for threads, writes in ((1, 1), (4, 1000)):
        for module in ("compression", "block_output"):
            monkeypatch.setattr(
                f"softmax_cli.formats.streams.{module}.cpu_count", lambda count=threads: count
            )
        file = io.BytesIO()
        with compression.writer(file) as stream:
            for part in np.array_split(np.frombuffer(data, np.uint8), writes):
                assert stream.write(part.data) == len(part)
        files.append(file.getvalue())
    assert files[0] == files[1]
    assert compression.reader(io.BytesIO(files[0])).read() == data


def test_one_member_of_gzip_is_written_with_or_without_isal(monkeypatch):
    data = np.random.default_rng(0).integers(48, 58, 2_500_000, np.uint8).tobytes()
    sizes = []
    for module in ({}, {"isal": None, "isal.igzip": None}):
        with mock.patch.dict(sys.modules, module):
            written = _compressed(BY_NAME["gzip"], data)
            assert BY_NAME["gzip"].reader(InMemoryFile(written, "f")).read() == data
        member = zlib.decompressobj(31)
        assert member.decompress(written) == data
        assert member.eof
        assert not member.unused_data
        sizes.append(len(written))
    assert 0.9 < sizes[0] / sizes[1] < 1.1


@each
def test_a_failure_ends_a_compressed_file_early(compression):
    file = io.BytesIO()
    with pytest.raises(KeyError), compression.writer(file) as stream:
        stream.write(bytes(5_000_000))
        raise KeyError
    assert len(file.getvalue()) < 5_000_000


@each
def test_the_same_bytes_are_written_at_any_time(compression, monkeypatch):
    written = _compressed(compression)
    monkeypatch.setattr(time, "time", lambda: 1e9)
    assert _compressed(compression) == written


@each
def test_corrupt_and_truncated_data_is_reported_as_such(compression):
    data = _compressed(compression)
    middle = len(data) // 2
    flipped = data[:8] + bytes(byte ^ 0xFF for byte in data[8:middle]) + data[middle:]
    for broken in (data[:-1], data[:middle], flipped):
        with (
            pytest.raises(SoftmaxError, match=f"^f: corrupt or truncated {compression.name} data"),
            wrap_decompression_errors(compression, "f"),
        ):
            compression.reader(InMemoryFile(broken, "f")).read()


@pytest.mark.parametrize(
    ("name", "error"),
    [
        (None, EOFError()),
        (None, zlib.error()),
        ("gzip", OSError(errno.EIO, "Input/output error")),
        ("gzip", KeyError()),
        ("zstd", ValueError()),
    ],
)
def test_other_errors_are_not_reported_as_corrupt_data(name, error):
    with pytest.raises(type(error)) as caught, wrap_decompression_errors(BY_NAME.get(name), "f"):
        raise error
    assert caught.value is error


@pytest.mark.parametrize("compression", OTHERS, ids=lambda each: each.name)
def test_unsupported_compressions_are_rejected_by_name(compression):
    message = f"{compression.name} compression is not supported"
    with pytest.raises(SoftmaxError, match=message):
        compression_from_suffix(f"x{compression.suffix}")
    if compression.magic:
        with pytest.raises(SoftmaxError, match=message):
            compression_from_content(compression.magic + b"rest", "f")


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"B",
        b"BZ",
        b"\x1f",
        b"\xfd7zXZ",
        b"\x28\xb5\x2f",
        b"a,b\n",
        b" \x1f\x8b",
        b"PK\x03\x04",
    ],
)
def test_content_without_a_signature_is_not_compressed(head):
    assert compression_from_content(head, "f") is None


def test_no_signature_is_a_prefix_of_another():
    assert b"" not in MAGICS
    assert not [(a, b) for a in MAGICS for b in MAGICS if a != b and a.startswith(b)]


@pytest.mark.parametrize(
    ("path", "name", "rest"),
    [
        ("a.csv.gz", "gzip", "a.csv"),
        ("a.csv.BZ2", "bzip2", "a.csv"),
        ("d.gz/a.xz", "xz", "d.gz/a"),
        ("a.zst.zst", "zstd", "a.zst"),
        ("a.csv", None, "a.csv"),
        ("a.gz/b", None, "a.gz/b"),
        ("gz", None, "gz"),
        ("agz", None, "agz"),
        ("", None, ""),
    ],
)
def test_the_suffix_of_a_path_names_its_compression(path, name, rest):
    assert compression_from_suffix(path) is BY_NAME.get(name)
    assert without_suffix(path) == rest


@pytest.mark.parametrize(
    ("path", "rest"), [("a.npz.Z", "a.npz"), ("a.zip", "a"), ("A.LZ4", "A"), ("a.npz", "a.npz")]
)
def test_suffixes_of_unsupported_compressions_are_removed_too(path, rest):
    assert without_suffix(path) == rest
