"""How an input is to be read: options of the user, and what a command needs of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from softmax_cli.errors import UsageError


class Passthrough(Enum):
    """Columns that a command needs next to the logits of delimited text."""

    TEXT = "the text around the logits, or all columns"
    COLUMNS = "all columns"
    LABELS = "the labels only"


@dataclass(frozen=True)
class ReadContext:
    """Format of an input, and what the command that opens it needs.

    Attributes:
        format_name: name of the format in FORMATS.
        exclusive: True if classes are mutually exclusive. If not, a one-dimensional array is a
            column of logits, not a row.
        passthrough: the columns needed next to the logits.
    """

    format_name: str = "csv"
    exclusive: bool = True
    passthrough: Passthrough = Passthrough.TEXT


@dataclass(frozen=True)
class ReadOptions:
    """Options of the user about the input; None and empty where the rules decide."""

    input_format: str | None = None
    columns: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    header: bool | None = None
    delimiter: str | None = None
    decimal_comma: bool = False

    def reject_dialect(self, source: str, format_name: str) -> None:
        """Raise UsageError for options of delimited text, given for another format."""
        given = {
            "--header": self.header is not None,
            "--delimiter": self.delimiter is not None,
            "--decimal-comma": self.decimal_comma,
        }
        for option, present in given.items():
            if present:
                raise UsageError(
                    f"{option} applies to delimited text, not {format_name}", source=source
                )

    def reject_column_names(self, source: str, what: str) -> None:
        """Raise UsageError for --id and --label where columns have no names."""
        for option, names in (("--id", self.ids), ("--label", self.labels)):
            if names:
                raise UsageError(
                    f"{option} needs column names, {what} has none",
                    source=source,
                    hint="Use --labels for a separate label file.",
                )
