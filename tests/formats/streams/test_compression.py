"""Compressions: detected, and bytes through them and back."""

import errno
import io
import time
import zlib

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
    assert compression.reader(io.BytesIO(data)).read() == DATA + b"x"
    assert compression_from_content(data, "f") is compression


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
            compression.reader(io.BytesIO(broken)).read()


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
