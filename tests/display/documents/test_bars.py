"""Bars as figures: of compare, sample and invert."""

import re

import pytest

from tests.runner import softmax

pytest.importorskip("matplotlib")


def _plot(tmp_path, *arguments, name="x.svg", stdin=""):
    path = tmp_path / name
    ran = softmax(*arguments, "--plot", str(path), stdin=stdin)
    return ran, re.findall(r"<!-- (.*?) -->", path.read_text()) if path.exists() else []


def test_bars_have_the_probabilities_and_classes_their_logits(tmp_path):
    ran, texts = _plot(tmp_path, "-0.5", "1.2", "-0.1", "2.4")
    assert (ran.code, ran.err) == (0, "")
    assert "sigmoid and softmax" in texts
    assert {"0.3775", "0.0383", "0.9168", "0.6953", "probability", "class, logit z"} <= set(texts)
    assert {"z = -0.5", "z = 2.4"} <= set(texts)


def test_each_vector_has_a_titled_panel(tmp_path):
    _, texts = _plot(tmp_path, "1,2", "3,1")
    assert texts.count("probability") == 2
    assert {"row 1", "row 2"} <= set(texts)


def test_values_that_are_no_probabilities_have_an_axis_of_values(tmp_path):
    _, texts = _plot(tmp_path, "1", "2", "-a", "log-softmax")
    assert texts.count("log-softmax") == 2  # axis and title
    assert "probability" not in texts


def test_of_many_classes_the_largest_are_drawn(tmp_path):
    _, texts = _plot(tmp_path, *map(str, range(40)))
    assert "sigmoid and softmax: 30 largest of 40 classes" in texts
    assert {"39", "10"} <= set(texts)


def test_more_vectors_than_panels_are_an_error(tmp_path):
    ran, texts = _plot(tmp_path, stdin="a,b\n" + "1.5,2\n" * 6)
    assert "--plot draws at most 4 charts, not 5. Use --rows 4." in ran.err
    assert (ran.code, ran.out, texts) == (2, "", [])
    ran, texts = _plot(tmp_path, "--rows", "4", stdin="a,b\n" + "1.5,2\n" * 6)
    assert (ran.code, texts.count("probability")) == (0, 4)


def test_the_same_comparison_gives_the_same_bytes(tmp_path):
    first, second = tmp_path / "a.svg", tmp_path / "b.svg"
    for path in (first, second):
        assert softmax("1", "2", "--plot", str(path)).code == 0
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [(["1,2"] * 5, "Pass fewer of them."), (["invert", *["0.5,0.5"] * 3], "Pass fewer vectors.")],
)
def test_more_arguments_than_panels_are_an_error(arguments, hint, tmp_path):
    ran, _ = _plot(tmp_path, *arguments)
    assert ran.err.endswith(f" {hint}\n")
    assert ran.code == 2


def test_counts_are_drawn_next_to_expected_ones(tmp_path):
    ran, texts = _plot(tmp_path, "sample", "cat=0", "dog=0", "-n", "2000", "--seed", "3")
    lines = [line.split() for line in ran.out.splitlines() if line.startswith(("│ cat", "│ dog"))]
    counts = [int(cells[-2]) for cells in lines]
    assert sum(counts) == 2000
    assert {"cat", "dog", "count", "expected", "1,000", "draws"} <= set(texts)
    assert {f"{count:,}" for count in counts} <= set(texts)


def test_probabilities_are_drawn_next_to_their_logits(tmp_path):
    _, texts = _plot(tmp_path, "invert", "cat=0.75", "dog=0.25", "bird=0")
    assert texts.count("cat") == 2
    assert {"0.7500", "0.2500", "0.0000", "0.5493", "-0.5493", "-inf"} <= set(texts)
    _, texts = _plot(tmp_path, "invert", "-a", "sigmoid", "0.5,1", "0.5,0.5", name="y.svg")
    assert {"Logit, row 1", "Probability, row 2", "inf"} <= set(texts)


@pytest.mark.parametrize("command", ["sample", "invert"])
def test_rows_of_files_have_no_picture(command, tmp_path):
    ran, texts = _plot(tmp_path, command, stdin="a,b\n0.5,0.5\n")
    assert ran.err.startswith("softmax: --plot does not apply to rows. Pass ")
    assert (ran.code, ran.out, texts) == (2, "", [])


@pytest.mark.parametrize(
    ("arguments", "pictures"),
    [(["1,2", "3,1"], 2), (["sample", "1", "2"], 1), (["invert", "1"], 2)],
)
def test_pages_hold_the_pictures_that_text_leaves_out(arguments, pictures):
    page = softmax(*arguments, "-f", "html").out
    assert page.count("<svg") == pictures
    assert "```" not in softmax(*arguments, "-f", "markdown").out


def test_a_name_of_any_kind_is_text_in_a_picture():
    page = softmax("sample", '{"<script>$x$": 1, "\u001b[31m": 2}', "-f", "html").out
    assert "<script" not in page
    assert "\x1b" not in page
