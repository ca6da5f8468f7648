"""Probabilities corrected for other class shares, and these shares estimated."""

from decimal import Decimal, localcontext

import numpy as np
import pytest

from softmax_cli import adjust_prior, estimate_prior
from softmax_cli.activations import ACTIVATIONS
from softmax_cli.activations.calibration_map import CalibrationMap
from softmax_cli.calibration.prior.shift import with_prior
from tests.each import each
from tests.reference_set import naive_softmax
from tests.trust_sets import first_half, second_half

C10S_SHARES = np.bincount(first_half("c10s")[1], minlength=10) / 2500


def _unshrunk_map(logits, labels):
    """The temperature and the biases of the smallest NLL."""
    rows, classes = logits.shape
    z = logits - logits.mean(1, keepdims=True)
    parameters, targets = np.r_[1.0, np.zeros(classes)], np.eye(classes)[labels]
    for _ in range(8):
        p = naive_softmax(parameters[0] * z + parameters[1:])
        features = np.concatenate([z[:, :, None], np.broadcast_to(np.eye(classes), (rows, *2 * [classes]))], 2)  # fmt: skip
        mean = np.einsum("nc,ncf->nf", p, features)
        gradient = mean.sum(0) - np.einsum("nc,ncf->f", targets, features)
        hessian = np.einsum("nc,ncf,ncg->fg", p, features, features, optimize=True) - mean.T @ mean
        parameters = parameters - np.linalg.lstsq(hessian, gradient, rcond=1e-13)[0]
    return parameters[0], parameters[1:]


def test_the_shares_of_a_thinned_set_are_estimated_and_its_nll_falls():
    beta, bias = _unshrunk_map(*first_half("c10s"))
    logits, labels = second_half("c10s")
    kept = np.flatnonzero((labels % 2 == 0) | (np.arange(len(labels)) % 4 == 0))
    calibrated, own = beta * logits[kept] + bias, labels[kept]
    actual = np.bincount(own, minlength=10) / len(own)

    estimated = estimate_prior(calibrated, C10S_SHARES)
    after = adjust_prior(calibrated, estimated, C10S_SHARES)

    assert np.abs(actual - C10S_SHARES).sum() == pytest.approx(0.587170995, abs=1e-9)
    assert np.abs(actual - estimated).sum() == pytest.approx(0.078912719, abs=1e-8)
    for probabilities, nll in ((naive_softmax(calibrated), 1.439846722), (after, 1.315544326)):
        own_p = probabilities[np.arange(len(own)), own]
        assert -np.log(own_p).mean() == pytest.approx(nll, abs=1e-8)


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_em_by_single_steps_arrives_at_the_same_shares(activation):
    logits = np.random.default_rng(5).normal(0.5, 1.5, (400, 3))
    fitted = np.array([0.2, 0.5, 0.3])
    p = ACTIVATIONS[activation](logits)
    shares = fitted
    for _ in range(1000):
        weights = p * shares / fitted
        rest = (1 - p) * (1 - shares) / (1 - fitted)
        total = weights.sum(1, keepdims=True) if activation == "softmax" else weights + rest
        shares = (weights / total).mean(0)
    found = estimate_prior(logits, fitted, activation=activation)
    np.testing.assert_allclose(found, shares, atol=1e-9)


def test_the_shares_of_the_fit_change_nothing():
    logits = np.random.default_rng(1).normal(0, 2, (20, 4))
    shares = [0.1, 0.2, 0.3, 0.4]
    for name in ("softmax", "sigmoid"):
        expected = ACTIVATIONS[name](logits)
        found = adjust_prior(logits, shares, shares, activation=name)
        np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_probabilities_are_multiplied_by_the_ratio_and_normalized():
    p = np.array([[0.6, 0.3, 0.1]])
    found = adjust_prior(np.log(p), [0.2, 0.2, 0.6], [0.5, 0.3, 0.2])
    weights = p * np.array([0.2 / 0.5, 0.2 / 0.3, 0.6 / 0.2])
    np.testing.assert_allclose(found, weights / weights.sum(), rtol=1e-14)
    # One of two classes: the odds change by the ratio of the odds of the shares.
    odds = 0.25 * (0.1 / 0.9) / (0.5 / 0.5)
    found = adjust_prior([np.log(0.25)], [0.1], [0.5], activation="sigmoid")
    np.testing.assert_allclose(found, [odds / (1 + odds)], rtol=1e-14)


def test_a_class_with_share_0_gets_probability_0():
    found = adjust_prior([[5.0, 0.0, 0.0]], [0.0, 0.5, 0.5], [0.8, 0.1, 0.1])
    assert found.tolist() == [[0.0, 0.5, 0.5]]
    assert adjust_prior([[3.0]], [0.0], [0.5], activation="sigmoid").tolist() == [[0.0]]


def test_masked_classes_and_invalid_rows_stay_as_they_are():
    rows = np.array([[0.0, -np.inf, 0.0], [np.nan, 0.0, 0.0]])
    found = adjust_prior(rows, [0.2, 0.2, 0.6], [0.5, 0.25, 0.25])
    assert found[0, 1] == 0.0
    np.testing.assert_allclose(found[0, [0, 2]], np.array([0.4, 2.4]) / 2.8, rtol=1e-15)
    assert np.isnan(found[1]).all()


def _exact(name, logits, temperature, ratios, biases):
    """The values to eighty digits, from their definition."""
    with localcontext() as context:
        context.prec = 80
        z = [
            Decimal(a) / Decimal(temperature) + Decimal(b)
            for a, b in zip(logits, biases, strict=True)
        ]
        weights = [x.exp() * r for x, r in zip(z, ratios, strict=True)]
        if name.endswith("sigmoid"):
            values = [w / (1 + w) for w in weights]
        else:
            values = [w / sum(weights) for w in weights]
        return [v.ln() for v in values] if name.startswith("log") else values


@each("name", ["softmax", "log-softmax", "sigmoid", "log-sigmoid"])
@each(("scale", "temperature"), [(1, 1.0), (10, 1.7), (100, 1.3), (200, 0.9)])
def test_results_have_all_digits(name, scale, temperature):
    random = np.random.default_rng(scale)
    activation = ACTIVATIONS[name]
    for classes in (4, 300):
        logits = random.normal(0, scale, classes) + 3 * scale
        prior, fitted = random.dirichlet(np.ones(classes), 2)
        biases = random.normal(0, 1, classes)
        with localcontext() as context:
            context.prec = 80
            q, pi = (list(map(Decimal, shares.tolist())) for shares in (prior, fitted))
            ratios = [a / b for a, b in zip(q, pi, strict=True)]
            if name.endswith("sigmoid"):
                ratios = [r * (1 - b) / (1 - a) for r, a, b in zip(ratios, q, pi, strict=True)]
        plain = CalibrationMap(temperature, tuple(biases.tolist()), activation.exclusive)
        mapped = with_prior(plain, prior, fitted, exclusive=activation.exclusive)
        found = activation(logits[None], mapped)[0]
        exact = _exact(name, logits.tolist(), temperature, ratios, biases.tolist())
        for value, wanted in zip(found.tolist(), exact, strict=True):
            if abs(wanted) > Decimal("1e-40"):  # the digits of the reference
                ulps = abs(Decimal(value) - wanted) / Decimal(np.spacing(abs(value)).item())
                assert ulps < 5, (value, wanted)


@pytest.mark.parametrize(
    ("prior", "fitted", "message"),
    [
        ([0.5, 0.6], [0.5, 0.5], "shares sum to 1.1, not 1"),
        ([1.5, -0.5], [0.5, 0.5], "shares must be in [0, 1]"),
        ([np.nan, 0.5], [0.5, 0.5], "shares must be in [0, 1]"),
        ([0.5, 0.5], [1.0, 0.0], "every class must occur among the labels of the fit"),
        ([1.0], [0.5, 0.5], "expected 2 shares, one per class"),
    ],
)
def test_shares_that_are_none_are_rejected(prior, fitted, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  the message is compared
        adjust_prior([[0.0, 1.0]], prior, fitted)
    assert str(caught.value) == message


def test_other_errors():
    with pytest.raises(ValueError, match='activation must be "softmax" or "sigmoid", not "tanh"'):
        adjust_prior([[0.0, 1.0]], [0.5, 0.5], [0.5, 0.5], activation="tanh")
    with pytest.raises(ValueError, match="no valid rows"):
        estimate_prior([[np.nan, 1.0]], [0.5, 0.5])
    with pytest.raises(ValueError, match=r"logits must have shape \(N, C\)"):
        estimate_prior([0.0, 1.0], [0.5, 0.5])
    with pytest.raises(ValueError, match="both positive and negative"):
        estimate_prior([[0.0, 1.0]], [0.5, 1.0], activation="sigmoid")
    with pytest.raises(ValueError, match="temperature must be above 0"):
        with_prior(0.0, [0.5, 0.5], [0.5, 0.5], exclusive=True)
