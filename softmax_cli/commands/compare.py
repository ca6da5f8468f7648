"""`softmax compare`: sigmoid and softmax side by side."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from softmax_cli import inputs, options
from softmax_cli.commands.compared_rows import (
    DEFAULT_ROWS,
    CompareOptions,
    Comparisons,
    compare_arguments,
    compare_files,
)
from softmax_cli.commands.document_output import MOST_PANELS, save_plot
from softmax_cli.display.documents.export import DOCUMENT_FORMATS, select_format
from softmax_cli.errors import ARGUMENTS, Notice
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.number_command import NumberCommand, option
from softmax_cli.option_types import PATH

if TYPE_CHECKING:
    from softmax_cli.activations.comparison import Comparison

# The keys of EXPORTS, whose module is imported when one is asked for.
DATA_FORMATS = ("csv", "tsv", "json", "jsonl")
MORE = "More rows follow; use --rows N, or softmax convert for all.\n"
EXAMPLE_NOTE = "an example; try softmax 1 2 3, softmax FILE, softmax --help"

_FORMATS = dict.fromkeys(["table", *DATA_FORMATS, *DOCUMENT_FORMATS])
_compare_options = options.options_as_record(CompareOptions, "compare_options", [
    options.activations,
    options.temperatures,
    options.input_scale,
    option("Output", "--rows", type=click.IntRange(1), show_default=f"{DEFAULT_ROWS}", metavar="N",
           help="Show the first N rows per file."),
    option("Output", "-f", "--format", "format_name", type=click.Choice(list(_FORMATS)),
           show_default="by suffix, else table", help="Output format."),
    option("Output", "--decimals", type=click.IntRange(0, 17), metavar="N",
           show_default="4 in tables, else exact", help="Decimal places."),
    options.invalid,
    options.output,
    options.plot_charts,
])  # fmt: skip


@click.command(cls=NumberCommand)
@click.argument("tokens", metavar="[INPUT]...", nargs=-1, type=PATH)
@options.read_options
@_compare_options
@options.quiet
def compare(
    tokens: tuple[str, ...],
    compare_options: CompareOptions,
    read_options: ReadOptions,
    quiet: bool,
) -> None:
    """Show sigmoid and softmax side by side.

    INPUT is numbers, a vector such as 1,2,3 or "[1, 2, 3]", a file, or - for
    standard input. Separate numbers form one vector.

    \b
    Examples:
      softmax -0.5 1.2 -0.1 2.4
      softmax "[-0.5, 1.2, -0.1, 2.4]" -t 0.5 -t 2
      softmax logits.csv --rows 3
      echo "-0.5,1.2,-0.1,2.4" | softmax
    """
    example = not tokens and sys.stdin is not None and sys.stdin.isatty()
    tokens = tokens or (inputs.EXAMPLE if example else ("-",))
    if inputs.are_vectors(tokens):
        read_options.reject_for_arguments()
        comparisons = compare_arguments(inputs.vectors(tokens), compare_options)
    else:
        comparisons = compare_files(tokens, compare_options, read_options)
    options.print_notices(comparisons.notices, quiet=quiet)
    _write(comparisons, compare_options)
    if example:
        options.print_notices([Notice(EXAMPLE_NOTE)], quiet=quiet)


def _write(comparisons: Comparisons, compare_options: CompareOptions) -> None:
    from softmax_cli.formats.streams.output import write_result

    output, items = compare_options.output, comparisons.items
    if compare_options.plot:
        _save_plot(items, compare_options.plot)
    format_name = select_format(compare_options.format_name, output, DATA_FORMATS)
    if format_name in DATA_FORMATS:
        from softmax_cli.display.comparison_export import EXPORTS

        text = EXPORTS[format_name](items, compare_options.decimals)
    else:
        text = _render(comparisons, compare_options, format_name)
    write_result(text, output, format_name)


def _render(comparisons: Comparisons, compare_options: CompareOptions, format_name: str) -> str:
    """Return what people read: a table for the screen, Markdown or a page."""
    from softmax_cli.display.console import Screen

    screen = Screen() if compare_options.output else Screen.from_stdout()
    decimals = 4 if compare_options.decimals is None else compare_options.decimals
    if format_name == "table":
        from softmax_cli.display import comparison_table

        text = screen.text(comparison_table.comparisons(comparisons.items, screen, decimals))
        return text + (MORE if comparisons.more else "")
    from softmax_cli.display.documents.document import Settings
    from softmax_cli.display.views.comparison import comparison_document

    note = MORE.strip() if comparisons.more else None
    document = comparison_document(comparisons.items, decimals, note)
    return DOCUMENT_FORMATS[format_name].render(document, Settings(screen))


def _save_plot(items: Sequence[Comparison], path: str) -> None:
    from softmax_cli.display.views.comparison import comparison_bars

    files = {item.vector_info.source for item in items}
    rows = MOST_PANELS // len(files)
    hint = f"Use --rows {rows}." if files != {ARGUMENTS} and rows else "Pass fewer of them."
    save_plot([comparison_bars(item, titled=len(items) > 1) for item in items], path, hint)
