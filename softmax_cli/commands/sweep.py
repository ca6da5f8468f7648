"""`softmax sweep`: one vector over many temperatures, or over one logit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from softmax_cli import options
from softmax_cli.commands import vector_input
from softmax_cli.commands.document_output import DocumentOptions, document_options, write_document
from softmax_cli.dataclass import dataclass
from softmax_cli.errors import Notice, UsageError
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.registry import SINGLE_CLASS
from softmax_cli.formats.text.numbers import to_float
from softmax_cli.number_command import NumberCommand, option
from softmax_cli.option_types import PATH

if TYPE_CHECKING:
    from softmax_cli.activations.sweep import Sweep
    from softmax_cli.calibration.fitted_file import FittedTemperature

_MOST_POINTS = 10_000


class Grid(click.ParamType[Any]):
    """Numbers: a list such as 0.1,1,10, or a range START:STOP[:lin|log][:POINTS]."""

    name = "GRID"

    def __init__(self, spacing: str, points: int) -> None:
        self._spacing = spacing
        self._points = points

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[float, ...]:
        """Return the numbers, or raise a usage error."""
        try:
            return self.parse(value)
        except ValueError as error:
            self.fail(f'"{value}" {error}', param, ctx)

    def parse(self, text: str) -> tuple[float, ...]:
        """Return the numbers; raise ValueError with what is wrong with the text."""
        if ":" not in text:
            return tuple(map(to_float, text.split(",")))
        start, stop, *rest = text.split(":")
        spacing = rest.pop(0) if rest and rest[0] in ("lin", "log") else self._spacing
        points = rest.pop(0) if rest else str(self._points)
        if rest or not points.isdecimal() or not 2 <= int(points) <= _MOST_POINTS:
            raise ValueError(f"is not START:STOP[:lin|log][:2 to {_MOST_POINTS:,} points]")
        return _spaced(to_float(start), to_float(stop), spacing, int(points))


def _spaced(start: float, stop: float, spacing: str, points: int) -> tuple[float, ...]:
    import numpy as np

    if not math.isfinite(stop - start):
        raise ValueError("is too wide a range")
    if spacing == "log" and not (start > 0 and stop > 0):
        raise ValueError("needs ends above 0 for a logarithmic range; lin makes even steps")
    space = np.geomspace if spacing == "log" else np.linspace
    return tuple(space(start, stop, points).tolist())


class Variation(Grid):
    """A class and the values of its logit: CLASS=GRID."""

    name = "CLASS=GRID"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401
        """Return the class and the values, or raise a usage error."""
        name, equals, grid = value.rpartition("=")
        if not equals:
            self.fail(f'"{value}" is not CLASS=START:STOP', param, ctx)
        values = super().convert(grid, param, ctx)
        if not max(values) < math.inf:
            self.fail("a logit cannot be +inf", param, ctx)
        return name, values


@dataclass(frozen=True)
class SweepOptions:
    """The variable, its values, and the quantities to show."""

    activation: str
    temperature: float | FittedTemperature
    temperatures: tuple[float, ...] | None
    vary: tuple[str, tuple[float, ...]] | None
    gradient: bool
    row: int | None

    def require_one_variable(self) -> None:
        """Raise UsageError if both a temperature and a logit would vary, or T is no variable."""
        if self.vary and self.temperatures:
            raise UsageError("--temperatures and --vary are mutually exclusive")
        if not self.vary and self.temperature != 1:
            raise UsageError(
                "-t applies to --vary, not to a sweep over temperatures",
                hint="Use --temperatures.",
            )
        if self.temperatures and min(self.temperatures) < 0:
            raise UsageError("--temperatures: temperature must be >= 0")


_sweep_options = options.options_as_record(SweepOptions, "sweep_options", [
    option("Computation", "--temperatures", type=Grid("log", 9), metavar="GRID",
           show_default="0.1,0.2,0.5,1,2,5,10",
           help="Vary T: a list (0.5,1,2) or a range (0.1:10:log:9)."),
    option("Computation", "--vary", type=Variation("lin", 13), metavar="CLASS=GRID",
           help="Vary the logit of a class instead (0=-6:6, cat=-6:6:25)."),
    options.probability_activation,
    options.temperature,
    option("Computation", "--gradient", is_flag=True, help="Also show the derivatives."),
    vector_input.row,
])  # fmt: skip


@click.command(cls=NumberCommand)
@click.argument("tokens", metavar="[INPUT]...", nargs=-1, type=PATH)
@_sweep_options
@options.vector_read_options
@document_options
@options.quiet
def sweep(
    tokens: tuple[str, ...],
    sweep_options: SweepOptions,
    read_options: ReadOptions,
    document_options: DocumentOptions,
    quiet: bool,
) -> None:
    """Sweep one vector over temperatures, or over one of its logits.

    Probabilities, entropy and top class at each point, the limits, and a chart.
    INPUT is numbers, a vector such as "[1, 2, 3]", a file, or - for standard input.

    \b
    Examples:
      softmax sweep -0.5 1.2 -0.1 2.4
      softmax sweep 1 2 3 --temperatures 0.1:10:log:9 --plot curves.svg
      softmax sweep 0 --vary 0=-6:6 -a sigmoid --gradient
    """
    from softmax_cli.display.views.sweep import sweep_document

    sweep_options.require_one_variable()
    record = _sweep(tokens, sweep_options, read_options, quiet=quiet)
    write_document(
        lambda decimals: sweep_document(record, decimals, gradient=sweep_options.gradient),
        document_options,
    )


def _sweep(
    tokens: tuple[str, ...], sweep_options: SweepOptions, read_options: ReadOptions, *, quiet: bool
) -> Sweep:
    from softmax_cli.activations.sweep import TEMPERATURES, sweep_logit, sweep_temperature

    activation = sweep_options.activation
    vector = vector_input.read_vector(
        "sweep", tokens, sweep_options.row, read_options, quiet=quiet,
        independent_hint="Use -a softmax." if activation == "sigmoid" else None,
    )  # fmt: skip
    classes = vector.classes
    if len(classes) == 1 and activation == "softmax":
        options.print_notices([Notice(SINGLE_CLASS)], quiet=quiet)
    if sweep_options.vary is None:
        temperatures = sweep_options.temperatures or TEMPERATURES
        return sweep_temperature(vector.logits, temperatures, activation, classes)
    name, values = sweep_options.vary
    temperature = vector.scaling(sweep_options.temperature, activation)
    index = vector.class_index(name, "--vary")
    return sweep_logit(vector.logits, index, values, activation, temperature, classes)
