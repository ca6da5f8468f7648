"""What `convert` is asked to make of each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from softmax_cli.calibration.fitted_file import FittedTemperature

DERIVED_COLUMNS = ("prediction", "confidence", "entropy", "margin")


@dataclass(frozen=True)
class ConvertOptions:
    """Which function at which temperature, what of invalid rows, and which columns beside.

    `activation` is a name of ACTIVATIONS, `scale` one of SCALES, `invalid` one of fail, skip
    and nan, `add` names of ADDITIONS; `top` asks for that many of the best classes instead of
    all.
    """

    activation: str = "softmax"
    temperature: float | FittedTemperature = 1.0
    input_scale: str = "logits"
    invalid: str = "fail"
    add: tuple[str, ...] = ()
    top: int | None = None
    keep: bool = False
