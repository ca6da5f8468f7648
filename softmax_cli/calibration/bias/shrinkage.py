"""Newton steps in a temperature and biases with a Gaussian prior of estimated precision.

The biases have prior N(0, 1 / lambda). Lambda is a fixed point of
lambda = C / (|b|^2 + trace of the covariance of b) (MacKay 1992), solved within the quadratic
model of each Newton step, so that it costs no pass over the data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.calibration.bias.objective import DENSE_CLASSES
from softmax_cli.dataclass import dataclass

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats
    from softmax_cli.calibration.bias.objective import BiasTerms

# Beyond this precision the biases are 0.
_MOST_PRECISION = 1e9
_LEAST_PRECISION = 1e-9
_GRID = 400
# Eigenvalues below this fraction of the largest are 0 but for rounding.
_NULL = 1e-13


@dataclass(frozen=True)
class Step:
    """The optimum of a quadratic model: beta, shape (A,), and bias, shape (C,)."""

    beta: Floats
    bias: Floats
    precision: float
    beta_errors: Floats
    bias_errors: Floats


@dataclass(frozen=True)
class _Spectrum:
    """The model in the biases only: eigenvalues, their vectors (None if diagonal), and target.

    The optimal bias is (S + lambda I)^-1 target, with S of these eigenvalues.
    """

    values: Floats
    vectors: Floats | None
    target: Floats

    def variances(self, precision: float) -> Floats:
        """Return the eigenvalues of (S + precision I)^-1, or of the pseudoinverse of S."""
        if precision:
            return 1.0 / (self.values + precision)
        kept = self.values > _NULL * self.values.max(initial=0.0)
        return np.where(kept, 1.0 / np.where(kept, self.values, 1.0), 0.0)

    def rotate(self, vector: Floats, *, back: bool = False) -> Floats:
        """Return a vector in the basis of the eigenvectors, or back from there."""
        if self.vectors is None:
            return vector
        return (self.vectors if back else self.vectors.T) @ vector


def newton_step(
    terms: BiasTerms, beta: Floats, bias: Floats, weight: float, precision: float | None
) -> Step:
    """Return the optimum of the quadratic model at a beta and a bias.

    Estimates the precision, starting at `precision`, unless this is None, for no prior.
    """
    spectrum = _spectrum(terms, bias, weight)
    found = 0.0 if precision is None else _fixed_point(spectrum, precision)
    per_class = len(beta) > 1
    ratio = terms.cross / terms.beta_curvature
    if np.isinf(found):
        new_bias, errors = np.zeros_like(bias), np.zeros_like(bias)
        beta_errors = 1.0 / np.sqrt(terms.beta_curvature)
    else:
        scaled = spectrum.variances(found) * spectrum.target
        new_bias = spectrum.rotate(scaled, back=True) / np.sqrt(weight)
        errors, beta_errors = _errors(spectrum, found, terms, weight, per_class=per_class)
    change = ratio * (new_bias - bias)
    pull = change if per_class else change.sum(keepdims=True)
    new_beta = beta - terms.beta_gradient / terms.beta_curvature - pull
    return Step(new_beta, new_bias, found, beta_errors, errors)


def _spectrum(terms: BiasTerms, bias: Floats, weight: float) -> _Spectrum:
    ratio = terms.cross / terms.beta_curvature
    gradient = terms.gradient - ratio * terms.beta_gradient
    shared = len(terms.beta_curvature) < len(bias)
    if shared and len(bias) <= DENSE_CLASSES:
        full = terms.curvature if terms.curvature.ndim == 2 else np.diag(terms.curvature)
        reduced = full - np.outer(ratio, terms.cross)
        values, vectors = np.linalg.eigh(reduced / weight)
        target = vectors.T @ (reduced @ bias - gradient) / np.sqrt(weight)
        return _Spectrum(np.maximum(values, 0.0), vectors, target)
    # The diagonal stands for the whole curvature of very many classes that share a beta.
    values = terms.curvature if shared else np.maximum(terms.curvature - ratio * terms.cross, 0.0)
    return _Spectrum(values / weight, None, (values * bias - gradient) / np.sqrt(weight))


def _fixed_point(spectrum: _Spectrum, start: float) -> float:
    """Return the precision next to `start` that the iteration converges to; inf if it grows."""

    def excess(precisions: Floats) -> Floats:
        shrunk = spectrum.values[:, None] + precisions
        explained = precisions * (spectrum.target[:, None] / shrunk) ** 2
        return np.asarray((explained - spectrum.values[:, None] / shrunk).sum(0))

    start = min(max(start, _LEAST_PRECISION), _MOST_PRECISION)
    rises = excess(np.array([start]))[0] < 0
    end = _MOST_PRECISION if rises else _LEAST_PRECISION
    grid = np.geomspace(start, end, _GRID)
    crossed = np.flatnonzero((excess(grid) < 0) != rises)
    if not len(crossed):
        return np.inf if rises else _LEAST_PRECISION
    near, far = np.log(grid[crossed[0] - 1]), np.log(grid[crossed[0]])
    for _ in range(60):
        middle = (near + far) / 2
        same = (excess(np.array([np.exp(middle)]))[0] < 0) == rises
        near, far = (middle, far) if same else (near, middle)
    return float(np.exp((near + far) / 2))


def _errors(
    spectrum: _Spectrum, precision: float, terms: BiasTerms, weight: float, *, per_class: bool
) -> tuple[Floats, Floats]:
    """Return standard errors of the biases and of beta, from the inverse of the Hessian."""
    variances = spectrum.variances(precision)
    ratio = terms.cross / terms.beta_curvature
    if spectrum.vectors is None:
        of_bias = variances / weight
        pull = ratio**2 * of_bias
    else:
        of_bias = (spectrum.vectors**2 @ variances) / weight
        pull = spectrum.rotate(ratio) ** 2 * variances / weight
    of_beta = 1.0 / terms.beta_curvature + (pull if per_class else pull.sum(keepdims=True))
    return np.sqrt(of_bias), np.sqrt(of_beta)
