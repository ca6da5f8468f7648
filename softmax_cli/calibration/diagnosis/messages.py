"""Errors and warnings about rows that no map fits, or that few of them decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softmax_cli.calibration.diagnosis.row_diagnosis import Diagnosis, ExtremeRows
from softmax_cli.errors import Notice, SoftmaxError
from softmax_cli.formats.columns.selection import quote_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.calibration.temperature_fit import NoTemperatureError, TemperatureFit

DEFAULT_FLOOR = 2.0**-52
_FLOOR_HINT = f"--floor {DEFAULT_FLOOR:.1e} limits what one row counts."
_MOST_NAMED = 3


def doubtful_fit_error(
    fit: TemperatureFit, diagnosis: Diagnosis, *, row_name: str = "row", weighted: bool = False
) -> SoftmaxError | None:
    """Return the error of a fit that says nothing; None if it is to be used."""
    mask = _mask_error(diagnosis, "") if fit.may_depend_on_masks else None
    if not fit.undetermined:
        return mask
    return (
        _constant_error(diagnosis, "", separable=False)
        or _extreme_error(diagnosis, "", row_name)
        or mask
        or undetermined_error(fit, weighted=weighted)
    )


def undetermined_error(fit: TemperatureFit, *, weighted: bool = False) -> SoftmaxError:
    """Return the error of a fit that leaves T unknown by orders of magnitude."""
    count = float(fit.limits.rows.max())
    rows = f"{count:,.1f} effective" if weighted else f"{count:.0f}"
    interval = ""
    if len(fit.temperatures) == 1:
        low, high = fit.ci_95
        interval = f", which leave T between {low:.2g} and {high:.2g} (95% CI)"
    return SoftmaxError(
        f"too few rows to fit a temperature: {rows}{interval}",
        hint="Use more labeled rows.",
    )


def explain_failure(
    error: NoTemperatureError,
    diagnosis: Diagnosis,
    classes: Sequence[str],
    *,
    row_name: str = "row",
) -> SoftmaxError:
    """Return the user's error for rows that have no finite positive temperature.

    `classes` are those of a per-class fit that have none; else empty.
    """
    suffix = f" for {quote_names(classes)}" if classes else ""
    if error.unlabeled:
        return SoftmaxError(f"no labeled rows{suffix}")
    return (
        _constant_error(diagnosis, suffix, separable=bool(error.separable))
        or _extreme_error(diagnosis, suffix, row_name)
        or _mask_error(diagnosis, suffix)
        or (_separable_error(suffix) if error.separable else _chance_error(suffix))
    )


def unfitted_warning(classes: Sequence[str]) -> Notice:
    """Return the warning that some classes of a per-class fit have no temperature."""
    return Notice(
        f"no temperature for {quote_names(classes)}: too few labels, all predicted, or no better "
        "than chance. They are left as they are (T = 1).",
        warning=True,
    )


def extreme_warning(extreme: ExtremeRows, rows: int, row_name: str) -> Notice:
    """Return the warning that few rows decide a fit."""
    return Notice(f"{_describe(extreme, rows, row_name)}. {_FLOOR_HINT}", warning=True)


def _constant_error(diagnosis: Diagnosis, suffix: str, *, separable: bool) -> SoftmaxError | None:
    hint = "Check the logit columns (--columns)."
    if diagnosis.equal:
        problem = "every row has equal logits, so all temperatures give the same probabilities"
        return SoftmaxError(f"no temperature is optimal{suffix}: {problem}", hint=hint)
    if diagnosis.repeat and diagnosis.rows > 1 and not separable:
        problem = "every row has the same logits, which say nothing about the labels"
        return SoftmaxError(f"no finite temperature is optimal{suffix}: {problem}", hint=hint)
    return None


def _mask_error(diagnosis: Diagnosis, suffix: str) -> SoftmaxError | None:
    mask = diagnosis.mask
    if mask is None:
        return None
    times = f"{mask.times:,} time{'' if mask.times == 1 else 's'}"
    return SoftmaxError(
        f"no temperature can be fitted{suffix}: finite masks decide it (logit {mask.logit:g}, "
        f"{times})",
        hint="Write masked classes as -inf.",
    )


def _extreme_error(diagnosis: Diagnosis, suffix: str, row_name: str) -> SoftmaxError | None:
    extreme = diagnosis.extreme_rows
    if extreme is None:
        return None
    text = _describe(extreme, diagnosis.rows, row_name)
    return SoftmaxError(f"no temperature can be fitted{suffix}: {text}", hint=_FLOOR_HINT)


def _chance_error(suffix: str) -> SoftmaxError:
    return SoftmaxError(
        f"no finite temperature is optimal{suffix}: labels are no better than chance, "
        "so the NLL is lowest at T = infinity (uniform)",
        hint="Check that the labels match the rows and the class columns.",
    )


def _separable_error(suffix: str) -> SoftmaxError:
    return SoftmaxError(
        f"no positive temperature is optimal{suffix}: in the rows that are fitted, every label "
        "has the largest logit, so the NLL is lowest at T = 0",
        hint="Fit on rows not used in training, or on more rows.",
    )


def _describe(extreme: ExtremeRows, rows: int, row_name: str) -> str:
    numbers = [str(number) for number in extreme.numbers]
    count = len(numbers)
    if count == 1:
        subject, verb = f"{row_name} {numbers[0]}", "holds"
    elif count <= _MOST_NAMED:
        subject, verb = f"{row_name}s {', '.join(numbers[:-1])} and {numbers[-1]}", "hold"
    else:
        shown = ", ".join(numbers[:_MOST_NAMED])
        subject, verb = f"{row_name}s {shown} and {count - _MOST_NAMED} more", "hold"
    return (
        f"{subject} {verb} {extreme.share * 100:.1f}% of the NLL of {rows:,} rows, with "
        f"{'a label' if count == 1 else 'labels'} of almost no probability"
    )
