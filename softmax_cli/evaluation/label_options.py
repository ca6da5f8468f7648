"""Options about labeled rows that `evaluate` and `calibrate` share."""

from __future__ import annotations

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class LabelOptions:
    """Options about labeled rows.

    Attributes:
        activation: a name of ACTIVATIONS.
        input_scale: a name of SCALES.
        invalid: "fail" or "skip", for rows without probabilities.
        label_file: a path of labels, if they are not among the columns.
        label_base: index of the first class in labels that are class indices.
        weight: the column of weights, by name or 1-based number.
        groups: the columns that rows are grouped by.
    """

    activation: str
    input_scale: str
    invalid: str
    label_file: str | None
    label_base: int = 0
    weight: str | None = None
    groups: tuple[str, ...] = ()

    def require_weighted_binning(self, binning: str) -> None:
        """Raise UsageError for weights with a binning that takes none."""
        if self.weight is not None and binning != "width":
            raise UsageError(f"--weight and --binning {binning} are mutually exclusive")
