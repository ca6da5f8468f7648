"""Figures of comparisons: one panel for each vector, bars for each class."""

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
    assert {"0.3775", "0.0383", "0.9168", "0.6953", "probability", "class, logit"} <= set(texts)
    assert {"-0.5", "2.4"} <= set(texts)


def test_each_vector_has_a_titled_panel(tmp_path):
    _, texts = _plot(tmp_path, "1,2", "3,1")
    assert texts.count("probability") == 2
    assert {"row 1", "row 2"} <= set(texts)


def test_values_that_are_no_probabilities_have_an_axis_of_values(tmp_path):
    _, texts = _plot(tmp_path, "1", "2", "-a", "log-softmax")
    assert "value" in texts
    assert "probability" not in texts


def test_of_many_classes_the_largest_are_drawn(tmp_path):
    _, texts = _plot(tmp_path, *map(str, range(40)))
    assert "sigmoid and softmax: 30 largest of 40 classes" in texts
    assert {"39", "10"} <= set(texts)


def test_more_vectors_than_panels_are_an_error(tmp_path):
    ran, texts = _plot(tmp_path, stdin="a,b\n" + "1.5,2\n" * 6)
    assert "--plot draws at most 4 vectors. Use --rows 4." in ran.err
    assert (ran.code, ran.out, texts) == (2, "", [])
    ran, texts = _plot(tmp_path, "--rows", "4", stdin="a,b\n" + "1.5,2\n" * 6)
    assert (ran.code, texts.count("probability")) == (0, 4)


def test_the_same_comparison_gives_the_same_bytes(tmp_path):
    for suffix in ("png", "svg", "pdf"):
        first, second = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
        for path in (first, second):
            assert softmax("1", "2", "--plot", str(path)).code == 0
        assert first.read_bytes() == second.read_bytes()
