"""Samplers, and their columns."""

from contextlib import closing

import numpy as np
import pytest

from softmax_cli import Truncation
from softmax_cli.calibration.fitted_file import FittedTemperature
from softmax_cli.conversion.convert_options import SampleOptions
from softmax_cli.conversion.draws.sampling import Sampler, SamplingTransform
from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.registry import open_source
from tests.formats.files import put


def _source(tmp_path, text="id,a,b,label\nu,1,2,0\n"):
    return closing(open_source(put(tmp_path, "x.csv", text), ReadOptions()))


@pytest.mark.parametrize(
    ("options", "values", "names", "columns"),
    [
        ({}, [[1.0], [np.nan], [0.0]], ["id", "sample", "label"], [["b", None, "a"]]),
        ({"draws": 2}, [[1, 0], [np.nan, np.nan], [0, 0]], ["id", "draw_1", "draw_2", "label"],
         [["b", None, "a"], ["a", None, "a"]]),
        ({"activation": "sigmoid", "draws": 2}, [[1, 1, 0, 0], [np.nan] * 4, [1, 0, 0, 1]],
         ["id", "draw_1", "draw_2", "label"], [["a|b", None, "a"], ["", None, "b"]]),
    ],
)  # fmt: skip
def test_draws_become_columns_of_names(options, values, names, columns, tmp_path):
    with _source(tmp_path, "id,a,b,label\n" + "u,1,2,0\n" * 3) as source:
        projection = SamplingTransform(SampleOptions(**options)).projection(source)
        rows = source.parse(next(source.chunks()))
        assert projection.schema(float32=False).names == names
        data = projection.column_data(rows, np.array(values))
    assert [column.to_list() for column in data[1:-1]] == columns


def test_the_transform_draws_by_row_number_and_marks_invalid_rows(tmp_path):
    with _source(tmp_path) as source:
        draw = SamplingTransform(SampleOptions(seed=3)).function(source, float32=False)
    logits = np.zeros((50, 2))
    logits[7] = np.nan
    whole = draw(logits, 0)
    assert whole.shape == (50, 1)
    assert np.flatnonzero(np.isnan(whole)).tolist() == [7]
    np.testing.assert_array_equal(draw(logits[20:], 20), whole[20:])
    assert (draw(logits[20:], 0) != whole[20:]).any()


def test_each_class_has_its_own_temperature_under_sigmoid(tmp_path):
    fitted = FittedTemperature("t.json", (1.0, 1e-9), "sigmoid")
    with _source(tmp_path) as source:
        options = SampleOptions("sigmoid", fitted, draws=500)
        draw = SamplingTransform(options).function(source, float32=False)
        drawn = draw(np.full((1, 2), 0.1), 0).reshape(500, 2)
        assert drawn[:, 1].all()
        assert not drawn[:, 0].all()
        with pytest.raises(SoftmaxError, match="fitted for sigmoid"):
            SamplingTransform(SampleOptions("softmax", fitted)).function(source, float32=False)


def test_probabilities_are_those_after_the_filters():
    sampler = Sampler(SampleOptions(top_k=2, temperature_order="last"), 2.0)
    logits = np.array([[0.0, 1.0, 2.0]])
    expected = Truncation(top_k=2, temperature_last=True).log_probabilities(logits, 2.0)
    np.testing.assert_array_equal(sampler.probabilities(sampler.chances(logits)), np.exp(expected))


@pytest.mark.parametrize(
    "options",
    [
        SampleOptions("sigmoid", top_k=1),
        SampleOptions("sigmoid", min_p=0.1),
        SampleOptions(temperature_order="first"),
    ],
)
def test_options_without_effect_are_rejected(options):
    with pytest.raises(UsageError):
        SamplingTransform(options)
