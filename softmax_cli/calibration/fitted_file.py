"""Files of fitted calibrations, written by `calibrate -o t.json` and read by `-t @t.json`."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError, printable, wrap_os_errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.activations.calibration_map import Scaling

_LARGEST = sys.float_info.max
_LARGEST_FILE = 64 << 20
# Names of MAPS, and of no map; a test compares them, as reading a file needs no fits.
_MAPS = ("temperature", "bias", "none")


@dataclass(frozen=True)
class FittedTemperature:
    """A temperature, or one per class, with what else the file of the fit holds.

    Attributes:
        activation: that of the fit.
        classes: names of the classes of the fit.
        bias: one per class; empty if the map has none.
        floor: the least probability, as a fraction of the row's largest; 0 for none.
        input_scale: scale of the input of the fit, a name of SCALES.
        class_shares: share of each class among the labels of the fit.
    """

    source: str
    temperatures: tuple[float, ...]
    activation: str | None = None
    classes: tuple[str, ...] | None = None
    bias: tuple[float, ...] = ()
    floor: float = 0.0
    input_scale: str | None = None
    class_shares: tuple[float, ...] = ()

    def resolve(self, activation: str, classes: Sequence[str], *, named: bool) -> list[float]:
        """Return the temperatures for these classes: one, or one per class.

        Raises SoftmaxError if they were fitted for another activation or other classes. Only
        the number of classes is compared unless these are `named`.
        """
        if self.activation and activation.removeprefix("log-") != self.activation:
            self._reject(
                f"temperature was fitted for {self.activation}, not {activation}",
                f"Use -a {self.activation}.",
            )
        if len(self.temperatures) > 1 and not activation.endswith("sigmoid"):
            self._reject(f"per-class temperatures require sigmoid, not {activation}")
        expected = self.classes
        count = len(expected) if expected else max(len(self.temperatures), len(self.bias))
        if (expected or count > 1) and count != len(classes):
            self._reject(f"temperature was fitted for {count} classes, not {len(classes)}")
        if expected and named:
            for i, (ours, theirs) in enumerate(zip(classes, expected, strict=True), start=1):
                if ours != theirs:
                    self._reject(
                        f'temperature was fitted for other classes: class {i} was "'
                        f'{printable(theirs)}", now "{printable(ours)}"'
                    )
        return list(self.temperatures)

    def without_classes(self) -> FittedTemperature:
        """Return the fit for any number of classes; raise SoftmaxError if it has biases."""
        if any(self.bias):
            self._reject(
                "biases were fitted for classes, which the rows of groups do not name",
                "Use --class and --wide.",
            )
        return replace(self, classes=None, bias=())

    def _reject(self, message: str, hint: str | None = None) -> None:
        raise SoftmaxError(message, source=self.source, hint=hint)


def resolve_temperature(
    temperature: float | FittedTemperature, activation: str, classes: Sequence[str], *, named: bool
) -> Scaling:
    """Return the temperature of an option for these classes: one, one per class, or a map.

    Raises SoftmaxError if it was fitted for another activation or other classes.
    """
    if not isinstance(temperature, FittedTemperature):
        return temperature
    temperatures = temperature.resolve(activation, classes, named=named)
    resolved = temperatures[0] if len(temperatures) == 1 else temperatures
    if not any(temperature.bias) and not temperature.floor:
        return resolved
    from softmax_cli.activations.calibration_map import CalibrationMap

    return CalibrationMap(
        resolved,
        temperature.bias,
        ACTIVATIONS[activation].exclusive,
        temperature.floor,
        temperature.input_scale not in (None, "logits"),
    )


def read_temperature(path: str) -> FittedTemperature:
    """Read a calibration: an object with a field `temperature`, or a bare number.

    Raises SoftmaxError if the file has no valid temperature.
    """
    from softmax_cli.formats.text import strict_json  # needed only for -t @FILE

    with wrap_os_errors(path), open(path, "rb") as file:  # noqa: PTH123
        text = file.read(_LARGEST_FILE)
    try:
        fields = strict_json.loads(text)
    except ValueError as error:
        raise SoftmaxError(f"no temperature in file: {error}", source=path) from error
    if not isinstance(fields, dict):
        fields = {"temperature": fields}
    fitted = FittedTemperature(
        path,
        _temperatures(fields.get("temperature"), path),
        _text(fields, "activation", path),
        _names(fields.get("classes"), path),
        _numbers(fields, "bias", path),
        _numbers({"floor": [fields.get("floor", 0.0)]}, "floor", path)[0],
        _text(fields, "input_scale", path),
        _numbers(fields, "class_shares", path),
    )
    _require_consistent(fitted, _text(fields, "map", path))
    return fitted


def _require_consistent(fitted: FittedTemperature, name: str | None) -> None:
    """Raise SoftmaxError for a map that this version does not know, or that is incomplete."""
    problem = None
    classes = len(fitted.classes or fitted.bias)
    if name not in (None, *_MAPS):
        problem = f'unknown map "{printable(name or "")}"'
    elif (name == "bias") != bool(fitted.bias):
        problem = '"bias" is missing' if name == "bias" else '"bias" needs "map": "bias"'
    elif fitted.bias and len(fitted.bias) != classes:
        problem = f"{len(fitted.bias)} biases for {classes} classes"
    elif fitted.bias and not min(fitted.temperatures) > 0:
        problem = 'a map with biases needs a "temperature" above 0'
    elif not 0 <= fitted.floor < 1:
        problem = '"floor" must be in [0, 1)'
    if problem:
        raise SoftmaxError(
            problem, source=fitted.source, hint="Create the file with softmax calibrate -o."
        )


def _temperatures(value: Any, path: str) -> tuple[float, ...]:  # noqa: ANN401
    values = value if isinstance(value, list) else [value]
    if not values or not all(_is_number(one) and one >= 0 for one in values):
        raise SoftmaxError(
            '"temperature" is missing or not a number >= 0',
            source=path,
            hint="Create it with softmax calibrate -o.",
        )
    return tuple(map(float, values))


def _text(fields: dict[str, Any], name: str, path: str) -> str | None:
    value = fields.get(name)
    if value is None or isinstance(value, str):
        return value
    raise SoftmaxError(f'"{name}" must be text', source=path)


def _numbers(fields: dict[str, Any], name: str, path: str) -> tuple[float, ...]:
    values = fields.get(name)
    if values is None:
        return ()
    if isinstance(values, list) and all(map(_is_number, values)):
        return tuple(map(float, values))
    raise SoftmaxError(f'"{name}" must be a list of numbers', source=path)


def _is_number(value: Any) -> bool:  # noqa: ANN401
    # Compared, not converted, because an integer may be too large for a float.
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and -_LARGEST <= value <= _LARGEST
    )


def _names(value: Any, path: str) -> tuple[str, ...] | None:  # noqa: ANN401
    if value is None:
        return None
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return tuple(value)
    raise SoftmaxError('"classes" must be a list of names', source=path)
