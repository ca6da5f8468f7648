"""Fitted temperatures in files: what `calibrate -o t.json` writes and `-t @t.json` reads."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from softmax_cli.errors import SoftmaxError, printable, wrap_os_errors

if TYPE_CHECKING:
    from collections.abc import Sequence

_LARGEST = sys.float_info.max
_LARGEST_FILE = 64 << 20


@dataclass(frozen=True)
class FittedTemperature:
    """A temperature, or one for each class, with what it was fitted for where that is known."""

    source: str
    temperatures: tuple[float, ...]
    activation: str | None = None
    classes: tuple[str, ...] | None = None

    def resolve(self, activation: str, classes: Sequence[str], *, named: bool) -> list[float]:
        """The temperatures for these classes: one, or one for each.

        Raises SoftmaxError if they were fitted for another activation or other classes;
        where the classes are not `named`, only their number can be compared.
        """
        if self.activation and activation.removeprefix("log-") != self.activation:
            self._refuse(
                f"the temperature was fitted for {self.activation}, not for {activation}",
                f"Use -a {self.activation}.",
            )
        if len(self.temperatures) > 1 and not activation.endswith("sigmoid"):
            self._refuse(f"a temperature for each class is for sigmoid, not for {activation}")
        expected = self.classes
        count = len(expected) if expected else len(self.temperatures)
        if (expected or count > 1) and count != len(classes):
            self._refuse(f"the temperature was fitted for {count} classes, not {len(classes)}")
        if expected and named:
            for i, (ours, theirs) in enumerate(zip(classes, expected, strict=True), start=1):
                if ours != theirs:
                    self._refuse(
                        f'the temperature was fitted for other classes: number {i} was "'
                        f'{printable(theirs)}" and is "{printable(ours)}"'
                    )
        return list(self.temperatures)

    def _refuse(self, message: str, hint: str | None = None) -> None:
        raise SoftmaxError(message, source=self.source, hint=hint)


def resolve_temperature(
    given: float | FittedTemperature, activation: str, classes: Sequence[str], *, named: bool
) -> float | list[float]:
    """The temperature of an option for these classes: one, or one for each.

    Raises SoftmaxError if it was fitted for another activation or other classes.
    """
    if not isinstance(given, FittedTemperature):
        return given
    temperatures = given.resolve(activation, classes, named=named)
    return temperatures[0] if len(temperatures) == 1 else temperatures


def read_temperature(path: str) -> FittedTemperature:
    """The temperature in a file: an object with a field `temperature`, or a bare number.

    Raises SoftmaxError for what holds none.
    """
    from softmax_cli.formats.text import strict_json  # no command without -t @FILE needs it

    with wrap_os_errors(path), open(path, "rb") as file:  # noqa: PTH123
        text = file.read(_LARGEST_FILE)
    try:
        fields = strict_json.loads(text)
    except ValueError as error:
        raise SoftmaxError(f"the file holds no temperature: {error}", source=path) from error
    if not isinstance(fields, dict):
        fields = {"temperature": fields}
    return FittedTemperature(
        path,
        _temperatures(fields.get("temperature"), path),
        _text(fields.get("activation"), path),
        _names(fields.get("classes"), path),
    )


def _temperatures(value: Any, path: str) -> tuple[float, ...]:  # noqa: ANN401
    values = value if isinstance(value, list) else [value]
    # Compared, not converted: an integer may be too large for a float.
    fine = [
        isinstance(one, int | float) and not isinstance(one, bool) and 0 <= one <= _LARGEST
        for one in values
    ]
    if not values or not all(fine):
        raise SoftmaxError(
            'the file holds no "temperature" that is a number of 0 or more',
            source=path,
            hint="softmax calibrate -o writes such a file.",
        )
    return tuple(map(float, values))


def _text(value: Any, path: str) -> str | None:  # noqa: ANN401
    if value is None or isinstance(value, str):
        return value
    raise SoftmaxError('"activation" is not a text', source=path)


def _names(value: Any, path: str) -> tuple[str, ...] | None:  # noqa: ANN401
    if value is None:
        return None
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return tuple(value)
    raise SoftmaxError('"classes" is not a list of names', source=path)
