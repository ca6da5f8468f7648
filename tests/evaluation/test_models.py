"""Several models side by side: aligned rows, differences, and files that do not match."""

from contextlib import ExitStack

import numpy as np
import pytest

from softmax_cli.activations.functions import sigmoid, softmax
from softmax_cli.evaluation.label_options import LabelOptions
from softmax_cli.evaluation.models import ModelComparison
from softmax_cli.evaluation.opening import open_labeled
from softmax_cli.evaluation.report import Model
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.metrics.paired import compare_models
from softmax_cli.metrics.summary import Binning
from tests.chunks import WHOLE, cut_blocks
from tests.reference_set import CLASSES, reference_set

_DEFAULTS = {
    "activation": "softmax", "input_scale": "logits", "invalid": "fail", "label_file": None,
}  # fmt: skip
PETS = "cat,dog,y\n2,1,cat\n0,2,dog\n1,0,dog\n"


def _compared(folder, texts, temperatures=(), labels=("y",), **said):
    with ExitStack() as stack:
        models = []
        for i, text in enumerate(texts):
            path = folder / f"m{i}.csv"
            path.write_text(text)
            options = ReadOptions(labels=labels)
            stream = open_labeled(stack, str(path), options, LabelOptions(**{**_DEFAULTS, **said}))
            temperature = temperatures[i] if temperatures else 1.0
            models.append(Model(stream, temperature))
        comparison = ModelComparison(models, said.get("activation", "softmax"), Binning())
        return comparison.evaluate(2, lambda *_: None)


def _csv(logits, labels, names=CLASSES):
    lines = [",".join((*names, "y"))]
    lines += [
        ",".join(map(repr, row)) + f",{y}" for row, y in zip(logits.tolist(), labels, strict=True)
    ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("cells", [35, 500, WHOLE])
def test_differences_are_those_of_the_arrays(tmp_path, monkeypatch, cells):
    cut_blocks(monkeypatch, cells)
    logits, labels = (array[:200] for array in reference_set())
    names = [CLASSES[k] for k in labels]
    other = logits[:, ::-1] / 2
    found = _compared(
        tmp_path, [_csv(logits, names), _csv(logits / 3, names), _csv(other, names, CLASSES[::-1])]
    )
    expected = compare_models([softmax(logits), softmax(logits, 3.0), softmax(logits, 2.0)], labels)
    for one, more in zip(found.comparisons, expected, strict=True):
        assert one.rows == 200
        assert one.nll.mean == pytest.approx(more.nll.mean, rel=1e-11)
        assert one.brier.standard_error == pytest.approx(more.brier.standard_error, rel=1e-9)
        assert one.mcnemar_p == more.mcnemar_p
    assert [report.evaluation.rows for report in found.reports] == [200] * 3
    assert found.skipped == 0


def test_each_model_may_have_a_temperature(tmp_path):
    found = _compared(tmp_path, [PETS, PETS], temperatures=(1.0, 2.0))
    assert [report.temperature for report in found.reports] == [1.0, 2.0]
    assert found.comparisons[0].nll.mean != 0


@pytest.mark.parametrize("cells", [3, WHOLE])
def test_rows_that_one_file_skips_are_in_no_difference(tmp_path, monkeypatch, cells):
    cut_blocks(monkeypatch, cells)
    found = _compared(
        tmp_path, [PETS, PETS.replace("2,1,cat", "2,1,").replace("0,2,dog", "x,2,dog")],
        invalid="skip",
    )  # fmt: skip
    assert (found.comparisons[0].rows, found.skipped) == (1, 2)
    assert [report.evaluation.rows for report in found.reports] == [3, 1]


def test_weights_are_those_of_the_first_file(tmp_path):
    text = "cat,dog,w,y\n2,1,1,cat\n0,2,3,dog\n1,0,0,dog\n"
    found = _compared(tmp_path, [text, text.replace("2,1,1", "0,1,1")], weight="w")
    d = np.log1p(np.exp(1.0)) - np.log1p(np.exp(-1.0))
    assert found.comparisons[0].nll.mean == pytest.approx(d / 4)


def test_independent_classes_are_compared_too(tmp_path):
    text = "a,b,y_a,y_b\n1,2,1,0\n-1,3,0,1\n"
    found = _compared(
        tmp_path, [text, text.replace("-1,3", "1,3")], labels=("y_*",), activation="sigmoid"
    )
    values = np.array([[1.0, 2.0], [-1.0, 3.0]])
    expected = compare_models(
        [sigmoid(values), sigmoid(np.abs(values))], [[1, 0], [0, 1]], activation="sigmoid"
    )
    assert found.comparisons[0].nll.mean == pytest.approx(expected[0].nll.mean)
