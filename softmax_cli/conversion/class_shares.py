"""The shares of the classes among the rows of `convert --prior`, given or estimated."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.exact import Floats
from softmax_cli.calibration.prior_shift import (
    Expectation,
    maximize_likelihood,
    require_shares,
    with_prior,
)
from softmax_cli.calibration.spool import Spool
from softmax_cli.errors import Notice, SoftmaxError, UsageError, printable
from softmax_cli.formats.columns.selection import quote_names
from softmax_cli.runtime.ordered_map import ordered_map

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from softmax_cli.activations.calibration_map import CalibrationMap, Scaling
    from softmax_cli.calibration.fitted_file import FittedTemperature
    from softmax_cli.conversion.transform import Transform
    from softmax_cli.formats.source import Chunk, Source

_Function = Callable[[Floats, int], Floats]

# Classes whose estimated shares a note lists; of more, those that differ most from the fit.
_MOST_LISTED, _FEW_LISTED = 6, 4


def correct_for_shares(
    scaling: Scaling,
    prior: Mapping[str, float],
    fitted: FittedTemperature,
    source: Source,
    *,
    exclusive: bool,
) -> CalibrationMap:
    """Return a calibration that is also corrected for the shares of the classes of a source.

    Raises UsageError for shares of other classes, or with another sum.
    """
    names = _class_names(source, fitted)
    if unknown := [name for name in prior if name not in names]:
        raise UsageError(
            f"--prior: unknown class {quote_names(unknown)}", hint=f"Classes: {quote_names(names)}."
        )
    if missing := [name for name in names if name not in prior]:
        raise UsageError(
            f"--prior: missing share of {quote_names(missing)}", hint="Give one for each class."
        )
    shares = np.array([prior[name] for name in names])
    try:
        require_shares(shares, exclusive=exclusive)
    except ValueError as error:
        raise UsageError(f"--prior: {error}") from error
    with _errors_at(fitted.source):
        return with_prior(scaling, shares, _fitted_shares(fitted, len(names)), exclusive=exclusive)


def estimate_shares(
    sources: Sequence[Source],
    transform: Transform,
    fitted: FittedTemperature,
    jobs: int,
    update: Callable[[int, int], None],
) -> tuple[dict[str, float], Notice]:
    """Estimate the share of each class among the rows of all sources; return a note about it.

    `transform` gives the probabilities of the fit. These are spooled for the passes of EM.
    Raises SoftmaxError for an invalid row unless such rows are skipped or written as NaN.
    """
    classes, exclusive = _class_names(sources[0], fitted), transform.exclusive
    shares = _fitted_shares(fitted, len(classes))
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

        with _errors_at(fitted.source):
            found = maximize_likelihood(expect, shares, exclusive=exclusive)
        text = _describe(classes, found, shares)
        rows = f"{spool.rows:,} row{'s' if spool.rows > 1 else ''}"
    return (
        dict(zip(classes, found.tolist(), strict=True)),
        Notice(f"class shares estimated from {rows}: {text}"),
    )


def _read_probabilities(
    sources: Sequence[Source], transform: Transform, jobs: int
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


def _class_names(source: Source, fitted: FittedTemperature) -> Sequence[str]:
    """Return the names of the classes: those of the fit for a source that has none."""
    columns = source.columns
    return columns.classes if columns.header else fitted.classes or columns.classes


def _fitted_shares(fitted: FittedTemperature, classes: int) -> Floats:
    if len(fitted.class_shares) != classes:
        raise SoftmaxError(
            f"{len(fitted.class_shares)} class shares for {classes} classes",
            source=fitted.source,
            hint="Create the file with softmax calibrate -o.",
        )
    return np.array(fitted.class_shares)


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


@contextmanager
def _errors_at(source: str) -> Iterator[None]:
    """Raise a ValueError about the shares of a calibration as a SoftmaxError at its file."""
    try:
        yield
    except ValueError as error:
        raise SoftmaxError(f"no correction for class shares: {error}", source=source) from error
