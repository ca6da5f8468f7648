"""Files by URL, through fsspec: read, split into parts, and written."""

import os

import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.streams import urls
from tests.commands.test_cluster import PLAIN, QUOTED, convert, joined, written
from tests.fake_cluster import use_threads
from tests.formats.files import put
from tests.runner import softmax


@pytest.fixture
def url(tmp_path):
    pytest.importorskip("fsspec")
    return f"file://{tmp_path}"


@pytest.mark.parametrize("text", [PLAIN, QUOTED], ids=["plain", "quoted"])
def test_parts_are_read_from_urls_and_written_to_them(text, url, tmp_path, monkeypatch):
    path = put(tmp_path, "x.csv", text)
    expected = softmax("convert", "-q", path).out.encode()
    use_threads(monkeypatch, part_size=300)
    shown = convert(f"{url}/x.csv", f"{url}/out")
    assert (shown.err, shown.code) == ("", 0)
    assert len(written(tmp_path / "out")) > 3
    assert joined(written(tmp_path / "out"), "csv") == expected
    assert os.path.exists(tmp_path / "out" / "_SUCCESS")
    assert "not empty" in convert(f"{url}/x.csv", f"{url}/out").err
    assert convert(f"{url}/x.csv", f"{url}/out", "--resume").code == 0
    put(tmp_path, "x.csv", text + "more,1,2,3,cat\n")
    assert "has changed" in convert(f"{url}/x.csv", f"{url}/out", "--resume").err


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "npy", "parquet", "csv.gz"])
def test_every_format_is_read_and_written_by_url(suffix, url, tmp_path):
    path = put(tmp_path, "x.csv", PLAIN)
    assert softmax("convert", "-q", path, "-o", f"{url}/y.{suffix}").err.count("\n") <= 1
    alone = softmax("convert", str(tmp_path / f"y.{suffix}"), "--decimals", "4")
    assert alone.code == 0
    assert softmax("convert", f"{url}/y.{suffix}", "--decimals", "4").out == alone.out


def test_a_failed_conversion_sends_nothing(url, tmp_path):
    path = put(tmp_path, "x.csv", PLAIN + "bad,x,1,2,cat\n")
    assert softmax("convert", "-q", path, "-o", f"{url}/y.csv").code == 1
    assert sorted(os.listdir(tmp_path)) == ["x.csv"]


def test_what_is_not_there_is_reported_with_its_url(url, monkeypatch):
    with pytest.raises(SoftmaxError, match=r"file://.*/none: No such file"):
        urls.open_binary(f"{url}/none")
    with pytest.raises(SoftmaxError, match="nowhere://x: cannot open URL: Protocol not known"):
        urls.open_binary("nowhere://x")
    assert urls.list_names(f"{url}/none") == []
    urls.remove(f"{url}/none")
    monkeypatch.setitem(__import__("sys").modules, "fsspec.core", None)
    with pytest.raises(SoftmaxError, match="URLs need fsspec"):
        urls.open_binary("s3://bucket/x.csv")
