"""Whether content is what its name says."""

import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.streams.signatures import require_signature, require_text


@pytest.mark.parametrize("head", [b"", b"a,b\n", b"[1,2]", b"PAR", b"\x93NUM", b"ORchid,b\n"])
def test_text_is_text(head):
    require_text(head, "csv", "x")


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (b"\x93NUMPY\x01\x00", "x: read as csv, but the content is npy. Use --input-format npy."),
        (b"PAR1", "x: read as csv, but the content is parquet. Use --input-format parquet."),
        (b"ARROW1\0\0", "x: read as csv, but the content is arrow. Use --input-format arrow."),
        (b"PK\x03\x04", "x: read as csv, but the content is npz. Use --input-format npz."),
        (b"\x89HDF\r\n\x1a\n", "x: read as csv, but the content is HDF5, which is not supported. "
         "Save the logits as .npy, CSV or Parquet."),
        (b"\x80\x04\x95", "x: read as csv, but the content is a pickle, which is not supported."),
    ],
)  # fmt: skip
def test_binary_content_is_told_by_name(head, message):
    with pytest.raises(SoftmaxError) as caught:
        require_text(head, "csv", "x")
    assert str(caught.value).startswith(message)


def test_binary_formats_begin_as_they_must():
    require_signature(b"PAR1\0\0", "parquet", "x")
    with pytest.raises(SoftmaxError, match="the file is empty"):
        require_signature(b"", "parquet", "x")
    with pytest.raises(SoftmaxError, match="read as npy, but the content is parquet"):
        require_signature(b"PAR1", "npy", "x")
    with pytest.raises(SoftmaxError, match="read as npy, but the content is not"):
        require_signature(b"a,b\n", "npy", "x")
