"""Content that contradicts the suffix of its file."""

import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.streams.signatures import require_signature, require_text
from tests.each import each


def _zip_head(name):
    return b"PK\x03\x04" + bytes(22) + len(name).to_bytes(2, "little") + bytes(2) + name


@each("head", [b"", b"a,b\n", b"[1,2]", b"PAR", b"\x93NUM", b"ORchid,b\n"])
def test_text_is_not_taken_for_a_binary_format(head):
    require_text(head, "csv", "x")


@each(
    ("head", "message"),
    [
        (b"\x93NUMPY\x01\x00", "x: expected csv, found npy. Use --input-format npy."),
        (b"PAR1", "x: expected csv, found parquet. Use --input-format parquet."),
        (b"ARROW1\0\0", "x: expected csv, found arrow. Use --input-format arrow."),
        (b"PK\x03\x04", "x: expected csv, found npz. Use --input-format npz."),
        (b"\x89HDF\r\n\x1a\n", "x: expected csv, found HDF5 (unsupported). "
         "Save the logits as .npy, CSV or Parquet."),
        (b"\x80\x04\x95", "x: expected csv, found pickle (unsupported)."),
    ],
)  # fmt: skip
def test_binary_content_is_reported_by_name(head, message):
    with pytest.raises(SoftmaxError) as caught:
        require_text(head, "csv", "x")
    assert str(caught.value).startswith(message)


def test_content_of_a_binary_format_needs_its_signature():
    require_signature(b"PAR1\0\0", "parquet", "x")
    with pytest.raises(SoftmaxError, match="empty file"):
        require_signature(b"", "parquet", "x")
    with pytest.raises(SoftmaxError, match="expected npy, found parquet"):
        require_signature(b"PAR1", "npy", "x")
    with pytest.raises(SoftmaxError, match="not a valid npy file"):
        require_signature(b"a,b\n", "npy", "x")


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (b"\xff\xff\xff\xff\x90\0\0\0", "expected csv, found arrow. Use --input-format arrow."),
        (_zip_head(b"logits.npy"), "expected csv, found npz. Use --input-format npz."),
        (_zip_head(b"[Content_Types].xml"), "expected csv, found Excel workbook (unsupported)."),
        (_zip_head(b"model/data.pkl"), "expected csv, found PyTorch file (unsupported)."),
        (b"FEA1\0\0", "expected csv, found Feather version 1 (unsupported)."),
    ],
)
def test_containers_are_named_by_what_they_hold(head, message):
    with pytest.raises(SoftmaxError) as caught:
        require_text(head, "csv", "x")
    assert message in str(caught.value)
