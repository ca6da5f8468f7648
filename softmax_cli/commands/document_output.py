"""Options and output of commands that show a document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import click

from softmax_cli import options
from softmax_cli.conversion.output_plan import WriteOptions
from softmax_cli.dataclass import dataclass
from softmax_cli.display.documents.export import DOCUMENT_FORMATS, select_format
from softmax_cli.errors import UsageError
from softmax_cli.formats.registry import WRITABLE
from softmax_cli.number_command import option

if TYPE_CHECKING:
    from softmax_cli.display.documents.document import Bars, Chart, Document

# More charts side by side cannot be read.
MOST_PANELS = 4


@dataclass(frozen=True)
class DocumentOptions:
    """Format, decimals, output path and plot path of a document."""

    format_name: str | None = None
    decimals: int | None = None
    output: str | None = None
    plot: str | None = None

    def require_document(self, what: str) -> None:
        """Raise UsageError, before a long run, for a format of rows."""
        self._require_format(DOCUMENT_FORMATS, what)
        select_format(self.format_name, self.output)

    def for_rows(self, alternative: str) -> WriteOptions:
        """Return the options of rows; raise UsageError for what only a document has."""
        self._require_format(WRITABLE, "rows", f", or {alternative}")
        if self.plot:
            hint = f"{alternative[0].upper()}{alternative[1:]}."
            raise UsageError("--plot does not apply to rows", hint=hint)
        return WriteOptions(self.output, self.format_name, self.decimals)

    def _require_format(self, choices: Iterable[str], what: str, alternative: str = "") -> None:
        if self.format_name and self.format_name not in choices:
            raise UsageError(
                f"-f {self.format_name} does not apply to {what}",
                hint=f"Choose from {', '.join(choices)}{alternative}.",
            )


document_options = options.options_as_record(DocumentOptions, "document_options", [
    option("Output", "-f", "--format", "format_name", type=click.Choice(list(DOCUMENT_FORMATS)),
           show_default="by suffix, else table", help="Report format."),
    option("Output", "--decimals", type=click.IntRange(0, 12), metavar="N",
           show_default="4, data exact", help="Decimal places of probabilities."),
    options.output,
    options.plot_charts,
])  # fmt: skip


def report_format(default: str) -> options.Decorator:
    """Return the option -f of a command that writes rows or a document."""
    choices = list(dict.fromkeys([*DOCUMENT_FORMATS, *WRITABLE]))
    return option("Output", "-f", "--format", "format_name", type=click.Choice(choices),
                  show_default=default, help="Output format.")  # fmt: skip


# Of commands that write rows, and a document of numbers given as arguments.
row_or_report_format = report_format(
    "by suffix, else as input; a table of numbers given as arguments"
)


def write_document(make: Callable[[int], Document], settings: DocumentOptions) -> None:
    """Write the document that `make` returns for a number of decimals, and save its charts."""
    format_name = select_format(settings.format_name, settings.output)
    document = make(4 if settings.decimals is None else settings.decimals)
    if settings.plot:
        save_plot(document.charts, settings.plot)
    write_as(document, format_name, settings.output, settings.decimals)


def write_as(
    document: Document, format_name: str, output: str | None, decimals: int | None = None
) -> None:
    """Write a document in a format; decimals round its data."""
    from softmax_cli.display.console import Screen
    from softmax_cli.display.documents.document import Settings
    from softmax_cli.formats.streams.output import write_result

    settings = Settings(Screen() if output else Screen.from_stdout(), decimals)
    write_result(DOCUMENT_FORMATS[format_name].render(document, settings), output, format_name)


def save_plot(charts: Sequence[Chart | Bars], path: str, hint: str = "Pass fewer vectors.") -> None:
    """Save charts side by side; raise UsageError if there are none, or too many to read."""
    from softmax_cli.display.documents.curves import save_charts

    if not charts:
        raise UsageError("--plot: there is nothing to draw", hint="A chart needs two points.")
    if len(charts) > MOST_PANELS:
        raise UsageError(f"--plot draws at most {MOST_PANELS} charts, not {len(charts)}", hint=hint)
    save_charts(charts, path)
