"""Options shared by the commands, each defined once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from functools import wraps
from typing import Any

import click

from softmax_cli.activations import ACTIVATIONS, SCALES
from softmax_cli.dataclass import dataclass
from softmax_cli.errors import Notice, UsageError, printable
from softmax_cli.formats.read_options import GroupOptions, ReadOptions
from softmax_cli.formats.registry import READABLE
from softmax_cli.number_command import option
from softmax_cli.option_types import PATH, Candidates, Delimiter, TemperatureType

Function = Callable[..., Any]
Decorator = Callable[[Function], Function]


@dataclass(frozen=True)
class ReportOptions:
    """Report format, output path and plot path."""

    format_name: str | None
    output: str | None
    plot: str | None


def options_as_record(record: type[Any], parameter: str, options: Sequence[Decorator]) -> Decorator:
    """Return a decorator that adds options and passes their values as one record.

    The options are named as the fields of the record; a field without an option keeps its default.
    """
    names = [field.name for field in fields(record)]

    def decorate(function: Function) -> Function:
        @wraps(function)
        def command(**values: Any) -> None:  # noqa: ANN401
            values[parameter] = record(
                **{name: values.pop(name) for name in names if name in values}
            )
            function(**values)

        decorated: Function = command
        for add_option in reversed(options):
            decorated = add_option(decorated)
        return decorated

    return decorate


def print_notices(notices: Iterable[Notice], *, quiet: bool = False) -> None:
    """Print notices on standard error; quiet hides notes, never warnings."""
    for notice in notices:
        if notice.warning or not quiet:
            text = f"warning: {notice.text}" if notice.warning else notice.text
            click.echo(_wrap(f"softmax: {printable(text)}"), err=True)


def _wrap(text: str) -> str:
    """Break a line between words to the width of a terminal; elsewhere leave it whole."""
    if sys.stderr is None or not sys.stderr.isatty():
        return text
    import shutil
    import textwrap

    return textwrap.fill(
        text,
        max(40, shutil.get_terminal_size().columns),
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def split_names(
    _ctx: click.Context, _param: click.Parameter, value: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the names in comma lists, each once."""
    names = (name.strip() for spec in value for name in spec.split(","))
    return tuple(dict.fromkeys(name for name in names if name))


def _parse_header(_ctx: click.Context, _param: click.Parameter, value: str) -> bool | None:
    return {"auto": None, "yes": True, "no": False}[value]


def _validate_plot_path(
    _ctx: click.Context, _param: click.Parameter, value: str | None
) -> str | None:
    """Return the path; raise now, not after a long run, if no plot can be saved there."""
    if value is None:
        return None
    from importlib.util import find_spec

    if not value.lower().endswith((".png", ".svg", ".pdf")):
        raise click.BadParameter("use a .png, .svg or .pdf file.")
    if find_spec("matplotlib") is None:
        raise UsageError(
            "--plot needs matplotlib", hint="Install it: pip install '.[plot]' in a checkout."
        )
    return value


temperature = option(
    "Computation", "-t", "--temperature", type=TemperatureType(), default=1.0, show_default="1",
    metavar="T|@FILE",
    help="Divide logits by T: above 1 softens, below 1 sharpens. @FILE reads a calibration.",
)  # fmt: skip
temperatures = option(
    "Computation", "-t", "--temperature", "temperatures", type=TemperatureType(), multiple=True,
    default=(1.0,), show_default="1", metavar="T|@FILE",
    help="Divide logits by T: above 1 softens, below 1 sharpens. @FILE reads a calibration. "
    "Repeat it to compare several.",
)  # fmt: skip
activation = option(
    "Computation", "-a", "--activation", type=click.Choice(list(ACTIVATIONS)), default="softmax",
    show_default=True, help="Apply this function.",
)  # fmt: skip
activations = option(
    "Computation", "-a", "--activation", "activations", type=click.Choice(list(ACTIVATIONS)),
    multiple=True, show_default="sigmoid, softmax", help="Show this function; repeatable.",
)  # fmt: skip
probability_activation = option(
    "Computation", "-a", "--activation", type=click.Choice(["softmax", "sigmoid"]),
    default="softmax", show_default=True,
    help="softmax for exclusive classes, sigmoid for independent ones.",
)  # fmt: skip
input_scale = option(
    "Input", "--from", "input_scale", type=click.Choice(SCALES), default="logits",
    show_default=True, help="Scale of the input values.",
)  # fmt: skip
invalid = option(
    "Input", "--invalid", type=click.Choice(["fail", "skip", "nan"]), default="fail",
    show_default=True, help="For invalid rows: fail, skip them, or write NaN.",
)  # fmt: skip
invalid_fail_or_skip = option(
    "Input", "--invalid", type=click.Choice(["fail", "skip"]), default="fail", show_default=True,
    help="For invalid rows: fail or skip them.",
)  # fmt: skip
label_file = option(
    "Columns", "--labels", "label_file", type=PATH, metavar="FILE",
    help="Read labels from FILE, one per row.",
)  # fmt: skip
label_base = option(
    "Columns", "--label-base", type=click.IntRange(0, 1), metavar="N", default=0,
    show_default=True, help="Index of the first class in labels that are indices.",
)  # fmt: skip
weight = option("Columns", "--weight", metavar="COL", help="Weight column, numbers >= 0.")
bins = option(
    "Computation", "--bins", type=click.IntRange(1, 1000), default=15, show_default=True,
    metavar="N", help="Number of bins for calibration errors.",
)  # fmt: skip
binning = option(
    "Computation", "--binning", type=click.Choice(["width", "mass", "isotonic"]),
    default="width", show_default=True,
    help="Use equal-width or equal-mass bins, or an isotonic curve for the diagram.",
)  # fmt: skip
format_name = option(
    "Output", "-f", "--format", "format_name", type=click.Choice(["table", "json"]),
    show_default="table", help="Report format.",
)  # fmt: skip
plot = option(
    "Output", "--plot", type=PATH, metavar="FILE", callback=_validate_plot_path,
    help="Save the reliability diagram: .png, .svg or .pdf.",
)  # fmt: skip
plot_charts = option(
    "Output", "--plot", type=PATH, metavar="FILE", callback=_validate_plot_path,
    help="Save the charts: .png, .svg or .pdf.",
)  # fmt: skip
output = option(
    "Output", "-o", "--output", type=PATH, metavar="OUT",
    help="Write to OUT, replaced only on success.",
)  # fmt: skip
jobs = option(
    "Run", "-j", "--jobs", type=click.IntRange(1, 256), metavar="N",
    show_default="CPUs, or CPUs + 1", help="Number of threads.",
)  # fmt: skip
quiet = option("Run", "-q", "--quiet", is_flag=True, help="Hide notes and progress.")

_READ_OPTIONS = [
    option("Input", "--input-format", type=click.Choice(READABLE),
           show_default="by suffix, else csv", help="Input format."),
    option("Input", "--header", type=click.Choice(["auto", "yes", "no"]), default="auto",
           show_default=True, callback=_parse_header, help="Treat the first row as a header."),
    option("Input", "--delimiter", type=Delimiter(), show_default="auto", help="Field delimiter."),
    option("Input", "--decimal-comma", is_flag=True, help="Read 1,5 as the number 1.5."),
    option("Input", "--skip-lines", type=click.IntRange(min=0), metavar="N", default=0,
           help="Skip the first N lines, such as a title above the header."),
    option("Input", "--comment", metavar="PREFIX",
           help="Skip lines that begin with PREFIX; above the header, # needs no option."),
    option("Input", "--axis", type=int, metavar="N", show_default="-1, the last",
           help="Axis of the classes in npy and npz arrays; the other axes become rows."),
    option("Input", "--position", type=int, metavar="N", show_default="all",
           help="Token to read of each response of a language model: 0 is the first, -1 the last."),
    option("Input", "--candidates", type=Candidates(), default=(), metavar="NAMES",
           help='Answers in responses of a language model, such as "Yes,No", or labels in top-k '
                'lists. Missing ones get probability 0; "mass" is the total of probabilities.'),
    option("Input", "--normalize", type=click.Choice(["length", "bytes"]), show_default="no",
           help="Divide log-likelihoods of lm-evaluation-harness by the length of each choice."),
    option("Columns", "--columns", multiple=True, metavar="NAMES",
           help="Logit columns: names, globs or 1-based ranges (2-11)."),
    option("Columns", "--drop", multiple=True, metavar="NAMES",
           help="Leave these columns out of the output."),
    option("Columns", "--id", "ids", multiple=True, metavar="COL", help="Identifier column."),
    option("Columns", "--label", "labels", multiple=True, metavar="COL",
           help="Label column, or one per class."),
]  # fmt: skip
read_options = options_as_record(ReadOptions, "read_options", _READ_OPTIONS)
# For commands whose --label is a class: without --drop, --id and --label, the last three.
vector_read_options = options_as_record(ReadOptions, "read_options", _READ_OPTIONS[:-3])
_GROUP_OPTIONS = [
    option("Columns", "--group", multiple=True, metavar="COL[,COL]", callback=split_names,
           help="Treat rows with equal values here as one group, such as the items of a query."),
    option("Columns", "--value", metavar="COL", help="Logit column of the rows of a group."),
    option("Columns", "--class", "class_column", metavar="COL",
           help="Class column of the rows of a group; unique within it."),
    option("Columns", "--unsorted", is_flag=True,
           help="Accept groups whose rows are apart; holds the input in memory."),
    option("Columns", "--wide", is_flag=True,
           help="Make one row of each group, with a column for each class."),
]  # fmt: skip


def _group_options(options: Sequence[Decorator]) -> Decorator:
    """Return a decorator that adds options of groups, as `grouping` of the read options."""
    add_options = options_as_record(GroupOptions, "grouping", options)

    def decorate(function: Function) -> Function:
        @wraps(function)
        def command(*, grouping: GroupOptions, read_options: ReadOptions, **values: Any) -> None:  # noqa: ANN401
            if grouping != GroupOptions():
                read_options = replace(read_options, grouping=grouping)
            function(read_options=read_options, **values)

        return add_options(command)

    return decorate


group_options = _group_options(_GROUP_OPTIONS)
# For commands to which every group is one row.
labeled_group_options = _group_options(_GROUP_OPTIONS[:-1])
