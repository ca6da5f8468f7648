"""The precision of the prior is a fixed point of the iteration that defines it."""

import numpy as np
import pytest

from softmax_cli.calibration.bias.objective import SOFTMAX_BIAS
from softmax_cli.calibration.bias.shrinkage import newton_step
from tests.trust_sets import first_half


def _terms(name="c10s", beta=0.55):
    logits, labels = first_half(name)
    bias = np.zeros(logits.shape[1])
    return SOFTMAX_BIAS.terms(logits, labels, np.array([beta]), bias), bias, np.array([beta])


def _hessian(terms, precision):
    classes = len(terms.gradient)
    full = np.zeros((classes + 1, classes + 1))
    full[0, 0] = terms.beta_curvature[0]
    full[0, 1:] = full[1:, 0] = terms.cross
    full[1:, 1:] = terms.curvature + precision * np.eye(classes)
    return full


def test_the_precision_is_a_fixed_point():
    terms, bias, beta = _terms()
    step = newton_step(terms, beta, bias, 1.0, 1.0)
    covariance = np.linalg.inv(_hessian(terms, step.precision))
    expected = 10 / (step.bias @ step.bias + np.trace(covariance[1:, 1:]))
    assert step.precision == pytest.approx(expected, rel=1e-9)
    np.testing.assert_allclose(step.bias_errors, np.sqrt(np.diag(covariance)[1:]), rtol=1e-9)
    assert step.beta_errors[0] == pytest.approx(np.sqrt(covariance[0, 0]), rel=1e-9)


def test_the_step_is_that_of_newton():
    terms, bias, beta = _terms()
    step = newton_step(terms, beta, bias, 1.0, 1.0)
    gradient = np.concatenate([terms.beta_gradient, terms.gradient])
    solved = -np.linalg.solve(_hessian(terms, step.precision), gradient)
    np.testing.assert_allclose(step.beta, beta + solved[0], rtol=1e-10)
    np.testing.assert_allclose(step.bias, bias + solved[1:], rtol=1e-9, atol=1e-12)


def test_a_prior_of_no_precision_is_the_pseudoinverse():
    terms, bias, beta = _terms()
    step = newton_step(terms, beta, bias, 1.0, None)
    gradient = np.concatenate([terms.beta_gradient, terms.gradient])
    solved = -np.linalg.lstsq(_hessian(terms, 0.0), gradient, rcond=1e-12)[0]
    np.testing.assert_allclose(step.bias, solved[1:], rtol=1e-8)
    assert step.precision == 0.0


def test_biases_that_are_noise_have_infinite_precision():
    terms, bias, beta = _terms("c10", 1 / 1.798312046)
    step = newton_step(terms, beta, bias, 1.0, 1.0)
    assert np.isinf(step.precision)
    assert not step.bias.any()
