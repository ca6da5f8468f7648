"""The class shares of a calibration file, and a calibration corrected for other shares."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.calibration.prior.shift import require_shares, with_prior
from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.columns.selection import quote_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from softmax_cli.activations.calibration_map import CalibrationMap, Scaling
    from softmax_cli.activations.exact import Floats
    from softmax_cli.calibration.fitted_file import FittedTemperature
    from softmax_cli.formats.columns.roles import Columns


def correct_for_shares(
    scaling: Scaling,
    prior: Mapping[str, float],
    fitted: FittedTemperature,
    columns: Columns,
    *,
    exclusive: bool,
) -> CalibrationMap:
    """Return a calibration that is also corrected for the shares of the classes of a source.

    Raises UsageError for shares of other classes, or with another sum.
    """
    names = class_names(columns, fitted)
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
    with wrap_share_errors(fitted.source):
        return with_prior(scaling, shares, fitted_shares(fitted, len(names)), exclusive=exclusive)


def class_names(columns: Columns, fitted: FittedTemperature) -> Sequence[str]:
    """Return the names of the classes: those of the fit for a source that has none."""
    return columns.classes if columns.header else fitted.classes or columns.classes


def fitted_shares(fitted: FittedTemperature, classes: int) -> Floats:
    """Return the class shares of a file; SoftmaxError unless there is one for each class."""
    if len(fitted.class_shares) != classes:
        raise SoftmaxError(
            f"{len(fitted.class_shares)} class shares for {classes} classes",
            source=fitted.source,
            hint="Create the file with softmax calibrate -o.",
        )
    return np.array(fitted.class_shares)


@contextmanager
def wrap_share_errors(source: str) -> Iterator[None]:
    """Raise a ValueError about the shares of a calibration as a SoftmaxError at its file."""
    try:
        yield
    except ValueError as error:
        raise SoftmaxError(f"no correction for class shares: {error}", source=source) from error
