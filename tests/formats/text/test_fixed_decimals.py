"""Fixed decimals, against Python's format."""

import numpy as np
import pytest

from softmax_cli.formats.text.fixed_decimals import MOST_DECIMALS, render_fixed
from tests.each import each

EDGES = [
    0.0, 1.0, 0.5, 0.25, 0.125, 0.0625, 0.375, 0.9999995, 0.99999949999, 1e-9, 5e-7, 4.9999999e-7,
    1.5e-6, 2.5e-6, 0.1, 0.2, 0.3, 1 / 3, 2 / 3, 5e-324, 2.2e-308, 1 - 2**-53, 0.0000005, 0.4999995,
    0.00005, 0.99995, 0.000499999999999, 0.0005,
]  # fmt: skip


def _expected(values, decimals, delimiter=","):
    return "".join(
        delimiter.join(f"{value:.{decimals}f}" for value in row) + "\n" for row in values.tolist()
    )


@each("decimals", range(MOST_DECIMALS + 1))
def test_edges_are_rounded_as_format_rounds_them(decimals):
    values = np.array(EDGES).reshape(-1, 4)
    assert render_fixed(values, decimals, ",").decode() == _expected(values, decimals)


@each("decimals", range(MOST_DECIMALS + 1))
def test_ties_and_their_neighbours_are_rounded_as_format_rounds_them(decimals):
    rng = np.random.default_rng(decimals)
    steps = rng.integers(0, 10**decimals, 3000) if decimals else np.zeros(3000)
    ties = (steps + 0.5) / 10.0**decimals
    values = np.stack([np.nextafter(ties, 0), ties, np.nextafter(ties, 1)], axis=1)
    assert render_fixed(values, decimals, ";").decode() == _expected(values, decimals, ";")


def test_many_values_are_rounded_as_format_rounds_them():
    rng = np.random.default_rng(0)
    for decimals, scale in ((6, 1), (4, 1), (6, 1e-4), (3, 1)):
        values = rng.random((15_000, 10)) * scale
        assert render_fixed(values, decimals, ",").decode() == _expected(values, decimals)


@pytest.mark.parametrize("shape", [(1, 1), (3, 1), (1, 20_000), (2, 40_000), (20_000, 2)])
def test_every_shape_and_memory_order_gives_the_same_text(shape):
    values = np.random.default_rng(1).random(shape)
    text = render_fixed(values, 6, "\t").decode()
    assert text == _expected(values, 6, "\t")
    assert render_fixed(np.asfortranarray(values), 6, "\t").decode() == text
