"""Options of `convert`, `sample`, `invert` and `ensemble`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.dataclass import dataclass
from softmax_cli.errors import UsageError

if TYPE_CHECKING:
    from softmax_cli.calibration.fitted_file import FittedTemperature
    from softmax_cli.formats.read_options import ReadOptions

DERIVED_COLUMNS = ("prediction", "confidence", "entropy", "margin")
DISAGREEMENT, ACCEPTED = "disagreement", "accepted"
MEANS = ("arithmetic", "geometric", "logits")
# Shares of classes by name, or the word for those that the rows themselves show.
Prior = Mapping[str, float] | str
ESTIMATE = "estimate"
UP_TO_A_CONSTANT = "logits of softmax are known up to a constant per row; here their mean is 0"


@dataclass(frozen=True)
class ConvertOptions:
    """Options of `convert`.

    Attributes:
        activation: a name of ACTIVATIONS.
        temperature: a number, or a fitted temperature.
        input_scale: a name of SCALES.
        invalid: "fail", "skip" or "nan", for rows without probabilities.
        add: names of DERIVED_COLUMNS.
        top: number of the most likely classes to write instead of all.
        accept: confidence from which a row's prediction is accepted; None to mark no row.
        keep: True to write the logits too.
        prior: share of each class among the rows, or ESTIMATE; None for those of the fit.
    """

    activation: str = "softmax"
    temperature: float | FittedTemperature = 1.0
    input_scale: str = "logits"
    invalid: str = "fail"
    add: tuple[str, ...] = ()
    top: int | None = None
    accept: float | None = None
    keep: bool = False
    prior: Prior | None = None

    def require_consistent(self) -> None:
        """Raise UsageError for class shares that nothing can be done with."""
        if self.prior is None:
            return
        from softmax_cli.calibration.fitted_file import FittedTemperature

        if not isinstance(self.temperature, FittedTemperature):
            raise UsageError(
                "--prior needs the class shares of a calibration",
                hint="Fit one: softmax calibrate -o t.json, and add -t @t.json.",
            )
        if not self.temperature.class_shares:
            raise UsageError(
                "no class shares in file, which --prior needs",
                source=self.temperature.source,
                hint="Create the file with softmax calibrate -o.",
            )
        if self.activation == "tanh":
            raise UsageError("--prior needs probabilities", hint="Use -a softmax or -a sigmoid.")


def convert_groups(
    read_options: ReadOptions, convert_options: ConvertOptions, *, as_text: bool
) -> ReadOptions:
    """Return read options for groups, if any; `as_text` if the output is delimited text.

    Raises UsageError for options that have no effect, or no meaning, on groups of rows.
    """
    grouping = read_options.grouping
    if grouping is None:
        return read_options
    grouping.require_consistent(read_options)
    if grouping.wide:
        if grouping.class_column is None:
            raise UsageError("--wide needs the class of each row", hint="Add --class COL.")
        return read_options
    grouping.require_exclusive(convert_options.activation)
    given = {
        "--top": convert_options.top is not None,
        "--add": bool(convert_options.add),
        "--accept": convert_options.accept is not None,
        "--keep": convert_options.keep,
        "--prior": convert_options.prior is not None,
    }
    for option, present in given.items():
        if present:
            raise UsageError(
                f"{option} needs one row per group", hint="Add --class COL and --wide."
            )
    name = ACTIVATIONS[convert_options.activation].output_kind
    output = replace(grouping, output_name=name, as_text=as_text)
    return replace(read_options, grouping=output)


@dataclass(frozen=True)
class SampleOptions:
    """Options of `sample`.

    Attributes:
        activation: softmax or sigmoid.
        draws: number of draws of each row.
        seed: seed of the random numbers.
        top_k, top_p, min_p: filters of softmax, see `activations.sampling.Truncation`.
        temperature_order: whether the temperature applies "first", before the filters, or
            "last"; None for first.
    """

    activation: str = "softmax"
    temperature: float | FittedTemperature = 1.0
    input_scale: str = "logits"
    invalid: str = "fail"
    draws: int = 1
    seed: int = 0
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None
    temperature_order: str | None = None

    @property
    def truncated(self) -> bool:
        """True if there is a filter."""
        return any(limit is not None for limit in (self.top_k, self.top_p, self.min_p))

    def require_consistent(self) -> None:
        """Raise UsageError for options that have no effect together."""
        if self.truncated and self.activation == "sigmoid":
            raise UsageError(
                "--top-k, --top-p and --min-p choose among exclusive classes",
                hint="Use -a softmax.",
            )
        if self.temperature_order and not self.truncated:
            raise UsageError(
                "--temperature-order has no effect without a filter",
                hint="Add --top-k, --top-p or --min-p.",
            )


@dataclass(frozen=True)
class InvertOptions:
    """Options of `invert`: softmax or sigmoid, and how far 0 and 1 are kept from infinity."""

    activation: str = "softmax"
    epsilon: float = 0.0
    invalid: str = "fail"


@dataclass(frozen=True)
class EnsembleOptions:
    """Options of `ensemble`.

    Attributes:
        activation: softmax or sigmoid.
        temperatures: of each file, or one for all, or none.
        weights: of each file; empty for equal weights.
        mean: a name of MEANS.
        input_scale: a name of SCALES.
        invalid: "fail", "skip" or "nan", for rows without probabilities.
        add: names of DERIVED_COLUMNS, or DISAGREEMENT.
        report: True to measure how far the models agree, instead of writing rows.
    """

    activation: str = "softmax"
    temperatures: tuple[float | FittedTemperature, ...] = ()
    weights: tuple[float, ...] = ()
    mean: str = "arithmetic"
    input_scale: str = "logits"
    invalid: str = "fail"
    add: tuple[str, ...] = ()
    report: bool = False

    def require_models(self, models: int) -> None:
        """Raise UsageError unless weights and temperatures are those of this many files."""
        for name, count in (("--weights", len(self.weights)), ("-t", len(self.temperatures))):
            if count not in (0, models) and not (name == "-t" and count == 1):
                raise UsageError(
                    f"{name}: expected {models} values, found {count}",
                    hint="Give one for each file.",
                )

    def require_consistent(self) -> None:
        """Raise UsageError for options of rows together with a report."""
        if self.report and self.add:
            raise UsageError("--add does not apply to --report, which writes no rows")
        if self.report and self.invalid == "nan":
            raise UsageError("--invalid nan does not apply to --report", hint="Use --invalid skip.")
