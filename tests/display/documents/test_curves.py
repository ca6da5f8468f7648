"""Charts as figures."""

from dataclasses import replace

import pytest

from softmax_cli.display.documents.curves import chart_as_svg, save_charts
from softmax_cli.display.documents.document import Series
from softmax_cli.errors import SoftmaxError
from tests.display.documents.sample_documents import HOSTILE, LINES

pytest.importorskip("matplotlib")


@pytest.mark.parametrize(
    ("suffix", "start"), [(".png", b"\x89PNG\r\n"), (".svg", b"<?xml"), (".pdf", b"%PDF-")]
)
def test_the_same_charts_make_the_same_bytes(tmp_path, suffix, start):
    paths = [tmp_path / f"{i}{suffix}" for i in range(2)]
    for path in paths:
        save_charts([LINES], str(path))
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert paths[0].read_bytes().startswith(start)


def test_names_of_any_kind_are_drawn_as_text(tmp_path):
    names = [*HOSTILE, "$x^2$ $", "x" * 99]
    series = [Series(name, [0.1, 10.0], [0.0, 1.0]) for name in names]
    path = tmp_path / "c.svg"
    save_charts([replace(LINES, title="<b>$", series=series, log_x=True, mark=1.0)], str(path))
    text = path.read_text(encoding="utf-8")
    assert "<script" not in text
    assert "…" in text


def test_an_inline_figure_is_one_element():
    svg = chart_as_svg(LINES)
    assert svg.startswith("<svg")
    assert svg.endswith("</svg>")
    assert svg == chart_as_svg(LINES)


def test_a_path_that_cannot_be_written_to_is_an_error(tmp_path):
    with pytest.raises(SoftmaxError, match="No such file or directory"):
        save_charts([LINES], str(tmp_path / "none" / "c.png"))
