"""Mixtures of models: exact cases, high precision, and what must not change a mean."""

import mpmath
import numpy as np
import pytest

from softmax_cli import ensemble, sigmoid, softmax
from softmax_cli.activations.calibration_map import CalibrationMap
from softmax_cli.activations.mixing import MEANS, Mixture
from tests.each import each

RNG = np.random.default_rng(11)
MODELS = RNG.normal(0, 4, (3, 20, 5))
ACTIVATIONS = {"softmax": softmax, "sigmoid": sigmoid}


@each(
    ("logits", "options", "expected"),
    [
        ([[0.0, 0.0], [0.0, np.log(3)]], {}, [0.375, 0.625]),
        ([[0.0, 0.0], [0.0, np.log(3)]], {"weights": [3, 1]}, [0.4375, 0.5625]),
        ([[0.0, 0.0], [0.0, np.log(9)]], {"mean": "geometric"}, [0.25, 0.75]),
        ([[0.0, 0.0], [0.0, np.log(9)]], {"mean": "logits"}, [0.25, 0.75]),
        ([[0.0, 0.0], [0.0, 2 * np.log(3)]], {"temperatures": [1, 2]}, [0.375, 0.625]),
        ([[0.0, -np.inf], [0.0, 0.0]], {}, [0.75, 0.25]),
        ([[0.0, -np.inf], [0.0, 0.0]], {"mean": "geometric"}, [1.0, 0.0]),
        ([[0.0, -np.inf], [-np.inf, 0.0]], {}, [0.5, 0.5]),
        ([[0.0, -np.inf], [-np.inf, 0.0]], {"mean": "geometric"}, [np.nan, np.nan]),
        ([[0.0, 1.0], [5.0, np.nan]], {}, [np.nan, np.nan]),
        ([[0.0, 0.0], [5.0, np.nan]], {"weights": [1, 0]}, [0.5, 0.5]),
        ([[0.0, 3.0], [5.0, np.inf]], {"mean": "logits"}, [np.nan, np.nan]),
        ([[1.0, 2.0], [2.0, 1.0]], {"temperatures": 0}, [0.5, 0.5]),
        ([[1.0, 2.0], [2.0, 1.0]], {"temperatures": 0, "mean": "logits"}, [np.nan, np.nan]),
        ([[1.0, 2.0], [0.0, 9.0]], {"temperatures": np.inf, "mean": "logits"}, [0.5, 0.5]),
        ([[1e308, 0.0], [-1e308, 0.0]], {"temperatures": 1e-300}, [0.5, 0.5]),
        ([[0.0, 0.0], [0.0, 0.0]], {"weights": [1e308, 1e308]}, [0.5, 0.5]),
    ],
)
def test_exact_mixtures_of_softmax(logits, options, expected):
    np.testing.assert_allclose(ensemble(logits, **options), expected, rtol=1e-15)


@each(
    ("logits", "options", "expected"),
    [
        ([[0.0, np.inf], [np.log(3), np.inf]], {}, [0.625, 1.0]),
        ([[0.0, -np.inf], [np.log(9), 0.0]], {"mean": "geometric"}, [0.75, 0.0]),
        ([[0.0, -np.inf], [np.log(9), 0.0]], {"mean": "logits"}, [0.75, 0.0]),
        ([[np.inf, 0.0], [-np.inf, 0.0]], {}, [0.5, 0.5]),
        ([[np.inf, 0.0], [-np.inf, 0.0]], {"mean": "logits"}, [np.nan, 0.5]),
        ([[1.0, 0.0], [2.0, -1.0]], {"temperatures": 0, "mean": "logits"}, [1.0, 0.0]),
        ([[1.0, np.inf], [2.0, np.inf]], {"temperatures": np.inf, "mean": "logits"}, [0.5, 1.0]),
        ([[1.0, np.nan], [2.0, 0.0]], {}, [(0.7310585786300049 + 0.8807970779778823) / 2, np.nan]),
    ],
)
def test_exact_mixtures_of_sigmoid(logits, options, expected):
    mixed = ensemble(logits, activation="sigmoid", **options)
    np.testing.assert_allclose(mixed, expected, rtol=1e-15)


def _mp_models(logits, temperatures, activation):
    with mpmath.workdps(60):
        for model, t in zip(logits, temperatures, strict=True):
            z = [mpmath.mpf(float(value)) / mpmath.mpf(float(t)) for value in model]
            if activation == "softmax":
                total = mpmath.fsum(map(mpmath.exp, z))
                yield [[mpmath.exp(value) / total for value in z]]
            else:
                yield [[1 / (1 + mpmath.exp(-value)), 1 / (1 + mpmath.exp(value))] for value in z]


def _mp_mix(models, weights, mean):
    """The mean of each distribution of the models, in high precision."""
    total = mpmath.fsum(weights)
    for parts in zip(*models, strict=True):
        columns = zip(*parts, strict=True)
        if mean == "arithmetic":
            yield [mpmath.fdot(weights, column) / total for column in columns]
            continue
        raw = [
            mpmath.exp(mpmath.fdot(weights, map(mpmath.log, column)) / total) for column in columns
        ]
        yield [value / mpmath.fsum(raw) for value in raw]


@each("scale", [1.0, 1e-6, 200.0])
@each("mean", MEANS)
@each("activation", ACTIVATIONS)
def test_mixture_and_disagreement_in_high_precision(activation, mean, scale):
    weights, temperatures = [2.0, 1.0, 0.5], [1.0, 1.7, 0.6]
    logits = MODELS[:, :6] * scale
    exclusive = activation == "softmax"
    mixture = Mixture(temperatures, weights, mean, exclusive=exclusive)
    mixed, divergence = mixture.mix(logits), mixture.disagreement(logits)
    with mpmath.workdps(60):
        for row in range(6):
            models = list(_mp_models(logits[:, row], temperatures, activation))
            exact = list(_mp_mix(models, weights, mean))
            values = exact[0] if exclusive else [pair[0] for pair in exact]
            digits = 3e-15 if mean == "arithmetic" else 1e-12
            np.testing.assert_allclose(mixed[row], [float(v) for v in values], digits, 1e-300)
            kl = mpmath.fsum(
                w * mpmath.fsum(p * mpmath.log(p / m) for p, m in zip(own, mix, strict=True))
                for w, model in zip(weights, models, strict=True)
                for own, mix in zip(model, exact, strict=True)
            )
            expected = float(kl / mpmath.fsum(weights))
            assert divergence[row] == pytest.approx(expected, rel=1e-8, abs=1e-30)


@each("mean", MEANS)
@each("activation", ACTIVATIONS)
def test_one_model_is_itself_and_agrees_with_itself(activation, mean):
    alone = ACTIVATIONS[activation](MODELS[0])
    tolerance = 0 if mean == "arithmetic" else 1e-13
    for copies in (1, 2, 3):
        same = [MODELS[0]] * copies
        mixed = ensemble(same, activation=activation, mean=mean)
        np.testing.assert_allclose(mixed, alone, rtol=max(tolerance, 3e-16 * (copies - 1)))
        mixture = Mixture([1.0] * copies, [1.0] * copies, mean, exclusive=activation == "softmax")
        assert mixture.disagreement(same).max() < 1e-30
        assert not mixture.dissent(same, mixed).any()


@each("mean", MEANS)
@each("activation", ACTIVATIONS)
def test_weights_are_repeats_in_any_order(activation, mean):
    a, b, c = MODELS
    weighted = ensemble([a, b, c], activation, weights=[2, 1, 0], mean=mean)
    np.testing.assert_allclose(weighted, ensemble([a, b, a], activation, mean=mean), rtol=1e-13)
    halves = ensemble([b, a], activation, weights=[0.5, 1], mean=mean)
    np.testing.assert_allclose(weighted, halves, rtol=1e-13)


def test_a_mean_of_logits_is_the_naive_one():
    temperatures = np.array([1.0, 2.0, 0.5])
    mean = (MODELS / temperatures[:, None, None]).mean(0)
    for activation, function in ACTIVATIONS.items():
        for name in ("logits", "geometric"):
            mixed = ensemble(MODELS, activation, temperatures.tolist(), mean=name)
            np.testing.assert_allclose(mixed, function(mean), rtol=1e-13)


def test_constants_added_to_rows_do_not_matter():
    shifted = MODELS + RNG.normal(0, 100, (3, 20, 1))
    for mean in MEANS:
        np.testing.assert_allclose(
            ensemble(shifted, mean=mean), ensemble(MODELS, mean=mean), rtol=1e-11
        )


def test_dissent_counts_models_with_other_classes():
    logits = [np.array([[3.0, 0.0], [0.0, 1.0]]), np.array([[0.0, 1.0], [0.0, 1.0]])]
    mixture = Mixture([1.0, 1.0], [1.0, 1.0])
    assert mixture.dissent(logits, mixture.mix(logits)).tolist() == [1.0, 0.0]
    sigmoids = Mixture([1.0, 1.0], [1.0, 1.0], exclusive=False)
    logits = [np.array([[3.0, -2.0], [-2.0, 5.0]]), np.array([[-1.0, 1.0], [-1.0, 1.0]])]
    assert sigmoids.dissent(logits, sigmoids.mix(logits)).tolist() == [1.0, 0.0]


def test_disagreement_at_the_limits():
    opposite = [np.array([[0.0, -np.inf]]), np.array([[-np.inf, 0.0]])]
    assert Mixture([1.0, 1.0], [1.0, 1.0]).disagreement(opposite)[0] == pytest.approx(np.log(2))
    masked = [np.array([[0.0, -np.inf]]), np.array([[0.0, 0.0]])]
    assert Mixture([1.0, 1.0], [1.0, 1.0], "geometric").disagreement(masked)[0] == np.inf
    far = [np.array([[0.0, -2000.0]]), np.array([[0.0, 0.0]])]
    divergence = Mixture([1.0, 1.0], [1.0, 1.0], "geometric").disagreement(far)[0]
    assert divergence == pytest.approx((500 - np.log(2)) / 2)


def test_maps_and_temperatures_of_classes():
    calibration = CalibrationMap(2.0, (0.0, 1.0))
    logits = [np.array([[4.0, 2.0]]), np.array([[4.0, 2.0]])]
    expected = softmax([[0.0, 0.0]]) / 2 + softmax([[4.0, 2.0]]) / 2
    np.testing.assert_allclose(Mixture([calibration, 1.0], [1.0, 1.0]).mix(logits), expected)
    classes = Mixture([[1.0, 2.0], 1.0], [1.0, 1.0], "logits", exclusive=False)
    np.testing.assert_allclose(classes.mix(logits), sigmoid([[4.0, 1.5]]))


@each(
    ("logits", "options"),
    [
        ([], {}),
        ([[0.0, 1.0], [0.0, 1.0, 2.0]], {}),
        ([[0.0, 1.0]], {"activation": "tanh"}),
        ([[0.0, 1.0]], {"mean": "median"}),
        ([[0.0, 1.0]], {"weights": [1, 1]}),
        ([[0.0, 1.0]], {"weights": [0]}),
        ([[0.0, 1.0]], {"weights": [-1]}),
        ([[0.0, 1.0]], {"weights": [np.inf]}),
        ([[0.0, 1.0]], {"temperatures": [1, 2]}),
        ([[0.0, 1.0]], {"temperatures": -1}),
    ],
)
def test_invalid_arguments_raise(logits, options):
    with pytest.raises(ValueError):  # noqa: PT011
        ensemble(logits, **options)
