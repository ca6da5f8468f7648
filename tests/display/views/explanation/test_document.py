"""The page of an explanation: its text, and numbers that follow from each other."""

import math
import re

import numpy as np
import pytest
from rich.cells import cell_len

from softmax_cli.activations.calibration_map import CalibrationMap
from softmax_cli.activations.explanation.explain import explain
from softmax_cli.display.console import Screen
from softmax_cli.display.documents.document import Heading, Paragraph, Settings, Table
from softmax_cli.display.documents.terminal import to_terminal
from softmax_cli.display.views.explanation.charts import softmax_chart
from softmax_cli.display.views.explanation.document import explanation_document
from tests.display.documents.sample_documents import HOSTILE
from tests.each import each

EXAMPLE = [-0.5, 1.2, -0.1, 2.4]
BIAS = (1.0, -0.25, -1.3, 0.55)


def _document(logits=EXAMPLE, *arguments, decimals=4, **named):
    return explanation_document(explain(logits, *arguments, **named), decimals)


def _text(document):
    return "\n".join(b.text for b in document.blocks if isinstance(b, Heading | Paragraph))


def _tables(document):
    return [block for block in document.blocks if isinstance(block, Table)]


def _columns(table):
    titles = [column.title for column in table.columns]
    rows = table.texts()[: len(table.rows)]
    return dict(zip(titles, zip(*rows, strict=True), strict=True))


@pytest.mark.parametrize("temperature", [1.0, 0.7, 3.0])
@pytest.mark.parametrize("logits", [EXAMPLE, [0.123456789, -2, 3.3], [5, 5]], ids=str)
def test_every_number_follows_from_those_before_it(logits, temperature):
    """Each shown result is what a reader computes from the shown numbers."""
    document = _document(logits, temperature, label=0, bump=1)
    softmax, naive, sigmoid, gradients, jacobian, loss, bump, _ = _tables(document)
    steps = {k: np.array(v, float) for k, v in _columns(softmax).items() if k != "class"}
    near = {"atol": 1.01e-4, "rtol": 0}
    fine = {"atol": 1.1e-6, "rtol": 0}
    np.testing.assert_allclose(steps["z / T"], steps["logit z"] / temperature, **fine)
    np.testing.assert_allclose(steps["minus max"], steps["z / T"] - max(steps["z / T"]), **fine)
    np.testing.assert_allclose(steps["exp"], np.exp(steps["minus max"]), **fine)
    total = float(softmax.texts()[-1][4])
    np.testing.assert_allclose(total, steps["exp"].sum(), atol=5e-6)
    np.testing.assert_allclose(steps["softmax"], steps["exp"] / total, atol=5.2e-5)
    assert f"= {softmax.texts()[-1][4]}." in _text(document)
    shares = {k: np.array(v, float) for k, v in _columns(naive).items() if k != "class"}
    total = float(naive.texts()[-1][1])
    np.testing.assert_allclose(shares["logit / sum"], shares["logit z"] / total, atol=6e-5)
    steps = {k: np.array(v, float) for k, v in _columns(sigmoid).items() if k != "class"}
    np.testing.assert_allclose(steps["exp(-z / T)"], np.exp(-steps["z / T"]), rtol=2e-6, atol=1e-6)
    np.testing.assert_allclose(steps["1 + exp(-z / T)"], 1 + steps["exp(-z / T)"], rtol=2e-6)
    np.testing.assert_allclose(steps["sigmoid"], 1 / steps["1 + exp(-z / T)"], atol=5.2e-5)
    slopes = _columns(gradients)
    s, p = np.array(slopes["sigmoid s"], float), np.array(slopes["softmax p"], float)
    np.testing.assert_allclose(np.array(slopes["s (1 - s)"], float), s * (1 - s), atol=5.2e-5)
    np.testing.assert_allclose(np.array(slopes["p (1 - p)"], float), p * (1 - p), atol=5.2e-5)
    cells = np.array([row[1:] for row in jacobian.texts()], float)
    np.testing.assert_allclose(cells, (np.diag(p) - np.outer(p, p)) / temperature, **near)
    values = {k: np.array(v, float) for k, v in _columns(loss).items() if k != "class"}
    error = p - values["one-hot y"]
    np.testing.assert_allclose(values["(p - y) / T"], error / temperature, **near)
    squared = 2 * p * (error - (p * error).sum()) / temperature
    np.testing.assert_allclose(values["squared error"], squared, **near)
    rows = np.array([row[1:] for row in bump.texts()], float)
    np.testing.assert_allclose(rows[:, 2], rows[:, 1] - rows[:, 0], atol=5.2e-5)
    np.testing.assert_allclose(rows[:, 5], rows[:, 4] - rows[:, 3], atol=5.2e-5)


@pytest.mark.parametrize("temperature", [1.0, 1.7])
def test_every_number_follows_from_those_before_it_with_biases(temperature):
    document = _document(EXAMPLE, CalibrationMap(temperature, BIAS), label=0, bump=1)
    calibration, softmax, _, sigmoid, gradients, jacobian, loss, _, _ = _tables(document)
    assert list(_columns(calibration)) == ["class", "logit z", "z / T", "bias b", "m = z / T + b"]
    assert list(_columns(softmax)) == ["class", "m", "minus max", "exp", "softmax"]
    near, fine = {"atol": 1.01e-4, "rtol": 0}, {"atol": 1.1e-6, "rtol": 0}
    both = {**_columns(calibration), **_columns(softmax)}
    steps = {k: np.array(v, float) for k, v in both.items() if k != "class"}
    np.testing.assert_allclose(steps["z / T"], steps["logit z"] / temperature, **fine)
    np.testing.assert_allclose(steps["bias b"], BIAS, **fine)
    np.testing.assert_allclose(steps["m = z / T + b"], steps["z / T"] + steps["bias b"], **fine)
    np.testing.assert_array_equal(steps["m"], steps["m = z / T + b"])
    np.testing.assert_allclose(steps["minus max"], steps["m"] - max(steps["m"]), **fine)
    np.testing.assert_allclose(steps["exp"], np.exp(steps["minus max"]), **fine)
    np.testing.assert_allclose(steps["softmax"], steps["exp"] / steps["exp"].sum(), atol=5.2e-5)
    other = {k: np.array(v, float) for k, v in _columns(sigmoid).items() if k != "class"}
    assert list(other) == ["logit z", "m", "exp(-m)", "1 + exp(-m)", "sigmoid"]
    np.testing.assert_array_equal(other["m"], steps["m"])
    np.testing.assert_allclose(other["exp(-m)"], np.exp(-other["m"]), 2e-6, 1e-6)
    np.testing.assert_allclose(other["sigmoid"], 1 / other["1 + exp(-m)"], atol=5.2e-5)
    p = np.array(_columns(gradients)["softmax p"], float)
    cells = np.array([row[1:] for row in jacobian.texts()], float)
    np.testing.assert_allclose(cells, (np.diag(p) - np.outer(p, p)) / temperature, **near)
    gradient = np.array(_columns(loss)["(p - y) / T"], float)
    np.testing.assert_allclose(gradient, (p - np.eye(4)[0]) / temperature, **near)


def test_the_text_says_what_the_biases_do():
    text = _text(_document(EXAMPLE, CalibrationMap(2.0, BIAS), label=0))
    for said in (
        "Temperature T = 2 and a bias b for each class, fitted for softmax: the sigmoid of z / T + b "
        "is shown for comparison. Results",
        "2. Add the bias b of each class: m = z / T + b. The odds of two classes change by one factor",
        "3. Subtract the maximum, 1.75.",
        "6. Divide each by the sum, ",
        "1. Divide each logit by the temperature T = 2 and add the bias of its class, as for softmax.",
        "4. Take the reciprocal: 1 / (1 + exp(-m)).",
        "-log p = log(sum) - (m - max) = log ",
    ):
        assert said in text
    text = _text(_document([1.0], CalibrationMap(2.0, (0.5,), False)))
    assert "fitted for sigmoid: the softmax of z / T + b is shown for comparison" in text


@pytest.mark.parametrize("calibration", [1.0, 2.0, CalibrationMap(1.7, BIAS)])
def test_the_loss_follows_from_the_steps(calibration):
    text = _text(_document(EXAMPLE, calibration, label=0))
    match = re.search(r"log ([\d.]+) \+ ([\d.]+) = ([\d.]+) nats", text)
    total, distance, value = map(float, match.groups())
    assert value == pytest.approx(math.log(total) + distance, abs=5.2e-5)


def test_the_page_of_the_worked_example():
    text = to_terminal(_document(label=0, bump=1), Settings(Screen(width=80)))
    for line in (
        "│ 0     │    -0.5 │  -0.5 │      -2.9 │ 0.055023 │  0.0383 │",
        "4. Add them up: 0.055023 + 0.301194 + 0.082085 + 1.000000 = 1.438302.",
        "│ 0     │    -0.5 │     -0.1667 │  0.0383 │",
        "│ 3     │     2.4 │   2.4 │    0.090718 │        1.090718 │  0.9168 │",
        "│ 3     │  0.916827 │    0.0763 │  0.695264 │    0.2119 │",
        "│ 1     │         0 │  0.209410 │      0.2094 │       -0.1191 │      0.7685 │",
        "│ 1     │ 0.768525 │ 0.900250 │ 0.1317 │ 0.209410 │ 0.418608 │  0.2092 │",
        "│ perplexity │ 2.3830 │ exp(entropy): as unsure as between",
    ):
        assert line in text
    assert "Here the top class is" in text.replace("\n", " ")


def test_saturation_is_marked():
    document = _document([12, 0], label=1)
    marks = _columns(_tables(document)[3])["saturated"]
    assert marks == (
        "softmax and sigmoid: learning stalls here",
        "softmax: learning stalls here",
    )
    assert (
        "Softmax is saturated for 2 of 2 classes: learning stalls here, unless the loss cancels the slope, as cross-entropy does."
        in _text(document)
    )
    assert "Confident and wrong" in _text(document)
    assert "saturated" not in _columns(_tables(_document())[3])
    assert "Confident and wrong" not in _text(_document([12, 0], label=0))
    assert "Confident and wrong" not in _text(_document([1, 0], label=1))


@pytest.mark.parametrize(
    ("logits", "said"),
    [
        (EXAMPLE, "some are negative"),
        ([1, 2], "none is negative"),
        ([-1, -2], "reverse the order"),
        ([1, -1], "sum to 0"),
    ],
)
def test_the_naive_shares_are_explained_by_their_signs(logits, said):
    assert said in _text(_document(logits))


@pytest.mark.parametrize(
    ("temperature", "said"),
    [
        (1.0, "which changes nothing"),
        (2.0, "which shrinks the differences and so flattens"),
        (0.5, "which stretches the differences and so sharpens"),
        (0.0, "the limit T -> 0"),
        (math.inf, "the limit T -> infinity"),
    ],
)
def test_the_temperature_is_explained(temperature, said):
    assert said in _text(_document(EXAMPLE, temperature, label=1, bump=0))


def test_probabilities_near_0_and_1_are_not_rounded_to_them():
    softmax = _columns(_tables(_document([20, 0]))[0])["softmax"]
    assert softmax == (">0.9999", "<0.0001")
    assert _tables(_document([20, 0]))[0].texts()[-1][-1] == "1.0000"


def test_masked_classes_are_marked():
    document = _document([1.0, -math.inf], label=1, bump=0)
    assert _columns(_tables(document)[3])["saturated"][1] == "masked"


def test_a_single_class():
    text = _text(_document([2.0], label=0, bump=0))
    assert "The softmax of a single class is always 1" in text
    assert "Softmax and sigmoid of 1 logit," in _document([2.0]).title


def test_of_many_classes_the_likeliest_are_shown_and_csv_has_all():
    document = _document(np.arange(60) / 10, label=0, bump=1)
    table = _tables(document)[0]
    assert len(table.rows) == 23
    assert table.texts()[-2][0] == "38 others"
    assert table.texts()[-1][-1] == "1.0000"
    shown = sum(float(row[-1]) for row in table.texts()[:-1])
    assert shown == pytest.approx(1, abs=2e-3)
    assert "22 likeliest of 60 classes" in _text(document)
    assert len(document.data.rows) == 60
    assert len(_tables(_document(range(50)))[0].rows) == 50


def test_charts_of_sigmoid_and_of_the_bumped_class():
    assert [chart.title for chart in _document().charts] == [
        "Sigmoid and its slope: flat at both ends"
    ]
    chart = _document(bump=1).charts[1]
    half = math.log(math.exp(-0.5) + math.exp(-0.1) + math.exp(2.4))
    assert chart.x_range == pytest.approx((1.2 - 6, half + 6))
    assert chart.mark == 1.2
    assert len(_document([1.0, -math.inf], bump=1).charts) == 1


@each(
    ("logits", "temperature", "low", "high"),
    [
        ([12.0, 0.0], 1.0, -6.0, 18.0),
        ([12.0, 0.0], 2.0, -12.0, 24.0),
        ([0.0, 12.0, -math.inf], 0.5, -3.0, 15.0),
        ([12.0, -math.inf], 1.0, 6.0, 18.0),
        ([1e9, 0.0], 1.0, 1e9 - 6, 1e9 + 6),
        ([3.0], 1.0, -3.0, 9.0),
        ([12.0, 0.0], 0.0, -6.0, 18.0),
    ],
)
def test_the_chart_of_a_bump_reaches_to_where_the_class_has_a_half(logits, temperature, low, high):
    chart = softmax_chart(explain(logits, temperature), 0)
    assert chart.x_range == pytest.approx((low, high))


def test_charts_are_of_logits_with_biases():
    calibration = CalibrationMap(2.0, BIAS)
    sigmoid, softmax = _document(EXAMPLE, calibration, bump=1).charts
    assert sigmoid.x_label == "z / T + b"
    points = sigmoid.series[2]
    assert points.x == pytest.approx((np.array(EXAMPLE) / 2 + BIAS).tolist())
    # Its class has a half there.
    half = softmax.x_range[1] - 12
    at_half = explain([-0.5, half, -0.1, 2.4], calibration).softmax.probabilities[1]
    assert at_half == pytest.approx(0.5, abs=1e-12)
    curve = softmax.series[1]
    middle = int(np.argmin(np.abs(np.array(curve.x) - half)))
    assert curve.y[middle] == pytest.approx(0.5, abs=0.02)


def test_data_has_a_column_for_each_step():
    data = _document(label=0, bump=1).data
    assert [column.title for column in data.columns] == [
        "class", "logit", "scaled", "shifted", "exponential", "softmax", "sigmoid", "naive_share",
        "softmax_derivative", "sigmoid_derivative", "one_hot", "loss_gradient", "softmax_bumped",
        "sigmoid_bumped",
    ]  # fmt: skip
    data = _document(EXAMPLE, CalibrationMap(2.0, BIAS)).data
    titles = [column.title for column in data.columns]
    assert titles[2:6] == ["scaled", "bias", "calibrated", "shifted"]
    assert [row[4] for row in data.rows] == pytest.approx((np.array(EXAMPLE) / 2 + BIAS).tolist())


@each("width, unicode, decimals", [(40, True, 12), (60, False, 0), (120, False, 12)])
@each("calibration", [0.3, CalibrationMap(0.3, (0.1, -2.5, 1e-7, 0.0, 2.4))])
def test_the_page_fits_the_screen(width, unicode, decimals, calibration):
    logits = [1e-9, 50.0, -3.25, 1e6, -math.inf]
    document = _document(logits, calibration, 0, 1, HOSTILE, decimals=decimals)
    text = to_terminal(document, Settings(Screen(width=width, unicode=unicode)))
    assert all(cell_len(line) <= width for line in text.splitlines())
    assert unicode or text.isascii()
