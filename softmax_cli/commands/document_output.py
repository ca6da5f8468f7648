"""Options and output of commands that show a document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from softmax_cli import options
from softmax_cli.display.documents.export import DOCUMENT_FORMATS, select_format
from softmax_cli.errors import UsageError
from softmax_cli.number_command import option

if TYPE_CHECKING:
    from softmax_cli.display.documents.document import Document


@dataclass(frozen=True)
class DocumentOptions:
    """Format, decimals, output path and plot path of a document."""

    format_name: str | None
    decimals: int | None
    output: str | None
    plot: str | None


document_options = options.options_as_record(DocumentOptions, "document_options", [
    option("Output", "-f", "--format", "format_name", type=click.Choice(list(DOCUMENT_FORMATS)),
           show_default="by suffix, else table", help="Report format."),
    option("Output", "--decimals", type=click.IntRange(0, 12), metavar="N",
           show_default="4, data exact", help="Decimal places of probabilities."),
    options.output,
    options.plot_charts,
])  # fmt: skip


def write_document(make: Callable[[int], Document], settings: DocumentOptions) -> None:
    """Write the document that `make` returns for a number of decimals, and save its charts."""
    from softmax_cli.display.console import Screen
    from softmax_cli.display.documents.document import Settings
    from softmax_cli.formats.streams.output import write_result

    document_format = DOCUMENT_FORMATS[select_format(settings.format_name, settings.output)]
    document = make(4 if settings.decimals is None else settings.decimals)
    if settings.plot:
        _save_plot(document, settings.plot)
    screen = Screen() if settings.output else Screen.from_stdout()
    write_result(
        document_format.render(document, Settings(screen, settings.decimals)), settings.output
    )


def _save_plot(document: Document, path: str) -> None:
    from softmax_cli.display.documents.curves import save_charts

    if not document.charts:
        raise UsageError("--plot: there is nothing to draw", hint="A chart needs two points.")
    save_charts(document.charts, path)
