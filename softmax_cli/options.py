"""The options that commands share, each defined once, and how arguments are parsed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar

import click

from softmax_cli.activations import ACTIVATIONS, SCALES
from softmax_cli.errors import UsageError, printable
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.registry import READABLE
from softmax_cli.formats.text.numbers import is_vector_argument, to_float

if TYPE_CHECKING:
    from softmax_cli.calibration.fitted_file import FittedTemperature

Function = Callable[..., Any]
Decorator = Callable[[Function], Function]


class NumberCommand(click.Command):
    """A command whose arguments may be negative numbers, without a `--` before them."""

    def make_parser(self, ctx: click.Context) -> Any:  # noqa: ANN401
        """The parser of click, which leaves every token that reads as numbers alone."""
        parser = super().make_parser(ctx)
        process = parser._process_opts

        def process_options(token: str, state: Any) -> None:  # noqa: ANN401
            if is_vector_argument(token):
                state.largs.append(token)
            else:
                process(token, state)

        parser._process_opts = process_options  # type: ignore[assignment,method-assign]
        return parser


class TemperatureType(click.ParamType[Any]):
    """A number from 0 to infinity, or @FILE with what `calibrate -o` wrote."""

    name = "T"

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float | FittedTemperature:
        """The temperature, or a usage error."""
        if not isinstance(value, str):
            return value  # type: ignore[no-any-return]
        if value.startswith("@"):
            from softmax_cli.calibration.fitted_file import read_temperature

            return read_temperature(value[1:])
        try:
            number = to_float(value)
        except ValueError as error:
            self.fail(f'"{value}" {error}', param, ctx)
        if number < 0 or math.isnan(number):
            self.fail(f"a temperature is 0 or more, not {value}", param, ctx)
        return number


class Delimiter(click.ParamType[str]):
    """One ASCII character, or the name of one that is hard to type."""

    name = "CHAR"
    _names: ClassVar = {
        "tab": "\t",
        "\\t": "\t",
        "space": " ",
        "comma": ",",
        "semicolon": ";",
        "pipe": "|",
    }

    def convert(
        self,
        value: str,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """The character, or a usage error."""
        mark = self._names.get(value, value)
        if len(mark) != 1 or not mark.isascii() or mark.isalnum() or mark in '"+-.\r\n\0':
            self.fail(f"{value!r} cannot delimit numbers (tab and space go by name)", param, ctx)
        return str(mark)


@dataclass(frozen=True)
class ReportOptions:
    """How and where it is told what was found, and whether it is drawn."""

    format_name: str | None
    output: str | None
    plot: str | None


def options_as_record(record: type[Any], parameter: str, options: Sequence[Decorator]) -> Decorator:
    """A decorator that adds options and passes their values on as one record.

    The options' names are the record's fields; one without an option keeps its default.
    """
    names = [field.name for field in fields(record)]

    def decorate(function: Function) -> Function:
        @wraps(function)
        def command(**values: Any) -> None:  # noqa: ANN401
            given = {name: values.pop(name) for name in names if name in values}
            values[parameter] = record(**given)
            function(**values)

        decorated: Function = command
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate


def print_note(text: str, *, quiet: bool = False) -> None:
    """A line on standard error."""
    if not quiet:
        click.echo(f"softmax: {printable(text)}", err=True)


def _header(_ctx: click.Context, _param: click.Parameter, value: str) -> bool | None:
    return {"auto": None, "yes": True, "no": False}[value]


def _validate_plot_path(
    _ctx: click.Context, _param: click.Parameter, value: str | None
) -> str | None:
    """The path of a picture, refused at once where it could not be drawn in the end."""
    if value is None:
        return None
    from importlib.util import find_spec

    if not value.lower().endswith((".png", ".svg", ".pdf")):
        raise click.BadParameter("a picture ends in .png, .svg or .pdf.")
    if find_spec("matplotlib") is None:
        raise UsageError(
            "--plot needs matplotlib", hint="Install it: pip install 'softmax-cli[plot]'."
        )
    return value


temperature = click.option(
    "-t", "--temperature", type=TemperatureType(), default=1.0, show_default="1",
    metavar="T|@FILE",
    help="Divide the logits by T: above 1 softens, below 1 sharpens. "
    "@FILE: as fitted by calibrate.",
)  # fmt: skip
activation = click.option(
    "-a", "--activation", type=click.Choice(list(ACTIVATIONS)), default="softmax",
    show_default=True, help="The function to apply.",
)  # fmt: skip
activations = click.option(
    "-a", "--activation", "activations", type=click.Choice(list(ACTIVATIONS)), multiple=True,
    help="A function to show; repeat for several. [default: sigmoid and softmax]",
)  # fmt: skip
input_scale = click.option(
    "--from", "input_scale", type=click.Choice(SCALES), default="logits", show_default=True,
    help="What the numbers given are.",
)  # fmt: skip
invalid = click.option(
    "--invalid", type=click.Choice(["fail", "skip", "nan"]), default="fail", show_default=True,
    help="Rows that cannot be converted: stop, leave out, or write NaN.",
)  # fmt: skip
invalid_fail_or_skip = click.option(
    "--invalid", type=click.Choice(["fail", "skip"]), default="fail", show_default=True,
    help="Rows without an answer: stop, or leave them out.",
)  # fmt: skip
probabilities = click.option(
    "-a", "--activation", type=click.Choice(["softmax", "sigmoid"]), default="softmax",
    show_default=True, help="softmax: classes exclude each other; sigmoid: each by itself.",
)  # fmt: skip
label_file = click.option(
    "--labels", "label_file", metavar="FILE", help="Labels in a file of their own, a row each."
)
bins = click.option(
    "--bins", type=click.IntRange(1, 1000), default=15, show_default=True,
    help="How many bins calibration errors are computed in.",
)  # fmt: skip
binning = click.option(
    "--binning", type=click.Choice(["width", "mass"]), default="width", show_default=True,
    help="Bins of equal width, or of equally many rows.",
)  # fmt: skip
format_name = click.option(
    "-f", "--format", "format_name", type=click.Choice(["table", "json"]),
    help="How to tell what was found; a table by default.",
)  # fmt: skip
plot = click.option(
    "--plot", metavar="FILE", callback=_validate_plot_path,
    help="Draw the reliability diagram: .png, .svg or .pdf.",
)  # fmt: skip
output = click.option(
    "-o", "--output", type=click.Path(), metavar="OUT",
    help="Write to OUT, which is replaced only when all went well.",
)  # fmt: skip
quiet = click.option("-q", "--quiet", is_flag=True, help="No notes and no progress on stderr.")
jobs = click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 256),
    help="Threads; by default as many as processors, or one more.",
)

read_options = options_as_record(ReadOptions, "read_options", [
    click.option("--input-format", type=click.Choice(READABLE),
                 help="The input's format, else by its suffix, else csv."),
    click.option("--columns", multiple=True, metavar="NAMES",
                 help="The logits: names, globs or ranges from 1, such as 2-11."),
    click.option("--id", "ids", multiple=True, metavar="COL", help="A column to pass through."),
    click.option("--label", "labels", multiple=True, metavar="COL",
                 help="The column of labels, or one for each class."),
    click.option("--header", type=click.Choice(["auto", "yes", "no"]), default="auto",
                 callback=_header, help="Whether the first row names the columns."),
    click.option("--delimiter", type=Delimiter(), help="Between the cells; else found out."),
    click.option("--decimal-comma", is_flag=True, help="Cells such as 1,5 are numbers."),
])  # fmt: skip
