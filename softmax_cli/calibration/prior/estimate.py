"""The shares of the classes, estimated from the rows of `convert --prior estimate`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Protocol

import numpy as np

from softmax_cli.activations.exact import Floats
from softmax_cli.calibration.prior.fitted_shares import (
    class_names,
    fitted_shares,
    wrap_share_errors,
)
from softmax_cli.calibration.prior.shift import Expectation, maximize_likelihood
from softmax_cli.calibration.spool import Spool
from softmax_cli.errors import Notice, SoftmaxError, printable
from softmax_cli.runtime.ordered_map import ordered_map

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from softmax_cli.calibration.fitted_file import FittedTemperature
    from softmax_cli.formats.source import Chunk, Source

_Function = Callable[[Floats, int], Floats]


class ProbabilityTransform(Protocol):
    """A function from rows to probabilities, as a transform of `convert` is.

    `invalid` is one of fail, skip and nan; `input_scale` a name of SCALES.
    """

    input_scale: str
    exclusive: bool
    invalid: str

    def function(self, source: Source, *, float32: bool) -> _Function:
        """Return the function of logits, shape (N, C), and the number of the first row."""
        ...


# Classes whose estimated shares a note lists; of more, those that differ most from the fit.
_MOST_LISTED, _FEW_LISTED = 6, 4


def estimate_shares(
    sources: Sequence[Source],
    transform: ProbabilityTransform,
    fitted: FittedTemperature,
    jobs: int,
    update: Callable[[int, int], None],
) -> tuple[dict[str, float], Notice]:
    """Estimate the share of each class among the rows of all sources; return a note about it.

    `transform` gives the probabilities of the fit. These are spooled for the passes of EM.
    Raises SoftmaxError for an invalid row unless such rows are skipped or written as NaN.
    """
    classes, exclusive = class_names(sources[0].columns, fitted), transform.exclusive
    shares = fitted_shares(fitted, len(classes))
    with closing(Spool()) as spool:
        for values, position in _read_probabilities(sources, transform, jobs):
            spool.add(values, np.zeros(0, np.intp))
            update(position, spool.rows)
        if not spool.rows:
            raise SoftmaxError("no valid rows to estimate class shares", source=sources[0].source)

        def expect(current: Floats) -> Expectation:
            def sums(i: int) -> Expectation:
                return Expectation.of_rows(spool.read(i)[0], current, shares, exclusive=exclusive)

            first, *others = ordered_map(sums, range(len(spool)), jobs)
            for other in others:
                first = first.merge(other)
            return first

        with wrap_share_errors(fitted.source):
            found = maximize_likelihood(expect, shares, exclusive=exclusive)
        text = _describe(classes, found, shares)
        rows = f"{spool.rows:,} row{'s' if spool.rows > 1 else ''}"
    return (
        dict(zip(classes, found.tolist(), strict=True)),
        Notice(f"class shares estimated from {rows}: {text}"),
    )


def _read_probabilities(
    sources: Sequence[Source], transform: ProbabilityTransform, jobs: int
) -> Iterator[tuple[Floats, int]]:
    """Yield the probabilities of the valid rows of chunks, and the position in the input."""
    for source in sources:
        if source.columns.classes != sources[0].columns.classes:
            raise SoftmaxError(
                f"classes differ from those of {sources[0].source}", source=source.source
            )
        function = transform.function(source, float32=False)

        def read(
            chunk: Chunk, source: Source = source, function: _Function = function
        ) -> tuple[Floats, int]:
            rows = source.parse(chunk).as_logits(
                transform.input_scale, exclusive=transform.exclusive
            )
            values = rows.apply(function, 0)
            bad = np.isnan(values).any(1)
            if bad.any() and transform.invalid == "fail":
                raise rows.row_error(int(bad.argmax()))
            return values[~bad], chunk.position

        yield from ordered_map(read, source.chunks(), jobs)


def _describe(classes: Sequence[str], shares: Floats, fitted: Floats) -> str:
    """Return the estimated shares in words."""
    listed = list(range(len(classes)))
    if len(classes) > _MOST_LISTED:
        listed = np.argsort(-np.abs(shares - fitted), kind="stable")[:_FEW_LISTED].tolist()
    texts = [
        f'"{printable(classes[k])}" {shares[k]:.3g} ({fitted[k]:.3g} in the fit)' for k in listed
    ]
    left = len(classes) - len(listed)
    return ", ".join(texts) + (f", and {left} other classes" if left else "")
