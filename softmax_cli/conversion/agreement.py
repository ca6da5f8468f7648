"""Agreement of several models over matched rows, which `ensemble --report` shows."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.uncertainty import predicted_classes
from softmax_cli.conversion.converter import apply_transform
from softmax_cli.conversion.ensemble import EnsembleTransform
from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError
from softmax_cli.evaluation.row_stats import ChunkResult, RowStats
from softmax_cli.runtime.ordered_map import ordered_map

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from softmax_cli.activations.exact import Floats
    from softmax_cli.activations.mixing import Mixture
    from softmax_cli.conversion.convert_options import EnsembleOptions
    from softmax_cli.conversion.ensemble import EnsembleChunk, EnsembleSource
    from softmax_cli.formats.source import Source


@dataclass(frozen=True)
class Agreement:
    """Means over the rows of M models and of their ensemble.

    Attributes:
        sources, weights: of each model.
        divergence: mean KL(model || ensemble) in nats, shape (M,).
        dissent: share of rows in which a model predicts other classes than the ensemble, (M,).
        confidence: mean confidence, shape (M,), and of the ensemble.
        disagreement: weighted mean of the divergences.
        unanimous: share of rows in which all models of positive weight predict the same.
        same: share of rows in which two models predict the same, shape (M, M).
    """

    activation: str
    mean: str
    rows: int
    sources: Sequence[str]
    weights: Sequence[float]
    divergence: Floats
    dissent: Floats
    confidence: Floats
    ensemble_confidence: float
    disagreement: float
    unanimous: float
    same: Floats


class AgreementTransform(EnsembleTransform):
    """Logits of several models to numbers whose means are an Agreement.

    These are, for each row: the divergence, the dissent and the confidence of each model, the
    confidence of the mixture, unanimity, and for each pair of models if they predict the same.
    """

    def function(self, source: Source, *, float32: bool) -> Callable[[Floats, int], Floats]:  # noqa: ARG002
        """Return the function of logits, shape (N, M, C)."""
        mixture = self.mixture(source)

        def measure(logits: Floats, _first_row: int) -> Floats:
            own = [np.ascontiguousarray(logits[:, k]) for k in range(logits.shape[1])]
            return _measure(mixture, own)

        return measure


def _measure(mixture: Mixture, logits: Sequence[Floats]) -> Floats:
    """Return the numbers of each row; NaN in a row that some model has no answer for."""
    mixed, own = mixture.mix(logits), mixture.probabilities(logits)
    exclusive = mixture.exclusive
    predicted = [predicted_classes(p, exclusive=exclusive) for p in own]
    ensemble = predicted_classes(mixed, exclusive=exclusive)
    used = [p for p, weight in zip(predicted, mixture.weights, strict=True) if weight]
    columns = [
        *np.moveaxis(mixture.divergences(logits), -1, 0),
        *((p != ensemble).any(-1) for p in predicted),
        *(_confidence(p, exclusive=exclusive) for p in (*own, mixed)),
        np.logical_and.reduce([(p == used[0]).all(-1) for p in used]),
        *((a == b).all(-1) for a, b in combinations(predicted, 2)),
    ]
    values = np.column_stack(columns)
    values[np.isnan(mixed).any(-1)] = np.nan
    return values


def _confidence(probabilities: Floats, *, exclusive: bool) -> Floats:
    """Return the probability of what is predicted, of independent classes the mean over them."""
    if exclusive:
        return np.asarray(probabilities.max(-1))
    return np.asarray(np.maximum(probabilities, 1.0 - probabilities).mean(-1))


def measure_agreement(
    source: EnsembleSource,
    options: EnsembleOptions,
    jobs: int,
    update: Callable[[int, int], None],
) -> tuple[Agreement, RowStats]:
    """Return the agreement of the models, and counts of the rows.

    `update(bytes_read, rows)` reports progress. Raises SoftmaxError if no row is left.
    """
    transform = AgreementTransform(options)
    function = transform.function(source, float32=False)

    def measure(chunk: EnsembleChunk) -> ChunkResult[Floats]:
        _, values, stats = apply_transform(source.parse(chunk), transform, function)
        return ChunkResult(values.sum(0), stats, chunk.position)

    stats, total = RowStats(), np.zeros(1)
    for chunk in ordered_map(measure, source.chunks(), jobs):
        total = total + chunk.result
        stats.add(chunk.stats)
        update(chunk.position, stats.rows + stats.invalid)
    if not stats.rows:
        if stats.invalid:
            raise stats.no_rows(source.source)
        raise SoftmaxError("expected at least 1 row, found 0", source=source.source)
    return _agreement(total / stats.rows, source, options, stats.rows), stats


def _agreement(
    means: Floats, source: EnsembleSource, options: EnsembleOptions, rows: int
) -> Agreement:
    models = len(source.sources)
    weights = options.weights or (1.0,) * models
    divergence, dissent, confidence, rest = np.split(means, [models, 2 * models, 3 * models])
    same = np.eye(models)
    first, second = np.triu_indices(models, 1)
    same[first, second] = same[second, first] = rest[2:]
    used = np.array(weights) > 0
    return Agreement(
        options.activation,
        options.mean,
        rows,
        [one.source for one in source.sources],
        weights,
        divergence,
        dissent,
        confidence,
        float(rest[0]),
        float(np.average(divergence[used], weights=np.array(weights)[used] / max(weights))),
        float(rest[1]),
        same,
    )
