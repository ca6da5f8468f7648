"""The settings of reading: options of the user, and the needs of a command."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.dataclass import dataclass
from softmax_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection


class Passthrough(Enum):
    """Columns that a command needs next to the logits of delimited text."""

    TEXT = "the text around the logits, or all columns"
    COLUMNS = "all columns"
    ALL_AS_TEXT = "all columns, and the logits as text"
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
class GroupOptions:
    """Options of the user about rows that are items of groups.

    Attributes:
        group: the columns whose values are the key of a group.
        class_column: the class of an item; None for its position in the group.
        value: the column of logits; None to infer it.
        wide: True to make a row of each group, with a column for each class.
        unsorted: True if the rows of a group may be apart.
        output_name: name of the column that is added to the items.
        as_text: True to write the logits of delimited text as they were, not as numbers.
    """

    group: tuple[str, ...] = ()
    class_column: str | None = None
    value: str | None = None
    wide: bool = False
    unsorted: bool = False
    output_name: str = "probability"
    as_text: bool = True

    def require_consistent(self, read_options: ReadOptions) -> None:
        """Raise UsageError for options that have no effect together."""
        others = {
            "--value": self.value is not None,
            "--class": self.class_column is not None,
            "--wide": self.wide,
            "--unsorted": self.unsorted,
        }
        for option in _present(others) if not self.group else ():
            raise UsageError(f"{option} has no effect without --group", hint="Add --group COL.")
        if self.group and read_options.columns:
            raise UsageError("--group reads one logit column", hint="Use --value, not --columns.")
        if self.wide and read_options.drop:
            raise UsageError("--drop leaves out columns of rows, not of groups")

    @staticmethod
    def require_exclusive(activation: str) -> None:
        """Raise UsageError for an activation of independent classes, which groups do not affect."""
        if not ACTIVATIONS[activation].exclusive:
            raise UsageError(
                f"--group has no effect with -a {activation}",
                hint="Use -a softmax, or leave out --group.",
            )


@dataclass(frozen=True)
class ReadOptions:
    """Options of the user about the input; None and empty where the rules decide.

    `id_options` are pairs of a column among `ids` and the option that names it, if not --id.
    `mass_scale` is the scale of candidates whose total probability is a column, if it is known.
    """

    input_format: str | None = None
    columns: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    header: bool | None = None
    delimiter: str | None = None
    decimal_comma: bool = False
    drop: tuple[str, ...] = ()
    position: int | None = None
    candidates: tuple[str, ...] = ()
    normalize: str | None = None
    axis: int | None = None
    skip_lines: int = 0
    comment: str | None = None
    grouping: GroupOptions | None = None
    id_options: tuple[tuple[str, str], ...] = ()
    mass_scale: str | None = None

    def on_scale(self, input_scale: str, *, exclusive: bool) -> ReadOptions:
        """Return options for scores of a scale of SCALES, of classes that are `exclusive` or not.

        Logits, and probabilities of independent classes, have no total probability.
        """
        has_mass = bool(self.candidates) and exclusive and input_scale != "logits"
        return replace(self, mass_scale=input_scale if has_mass else None)

    def id_option(self, spec: str) -> str:
        """Return the option that names a column among `ids`."""
        return dict(self.id_options).get(spec, "--id")

    def with_wide_groups(self, activation: str) -> ReadOptions:
        """Return options with which every group is a row, for an activation.

        Raises UsageError for options that have no effect, or no meaning, on groups.
        """
        if self.grouping is None:
            return self
        self.grouping.require_consistent(self)
        self.grouping.require_exclusive(activation)
        wide = replace(self.grouping, wide=True)
        wide.require_consistent(self)
        return replace(self, grouping=wide)

    def reject_for_arguments(self) -> None:
        """Raise UsageError for options about files, given with numbers as arguments."""
        given = self._dialect | self._roles | self._response | {
            "--input-format": self.input_format is not None,
            "--columns": bool(self.columns),
            "--axis": self.axis is not None,
            "--group": self.grouping is not None,
        }  # fmt: skip
        for option in _present(given):
            raise UsageError(f"{option} applies to files, not to numbers given as arguments")

    def reject_dialect(self, source: str, format_name: str) -> None:
        """Raise UsageError for options of delimited text, given for another format."""
        for option in _present(self._dialect):
            raise UsageError(
                f"{option} applies to delimited text, not {format_name}", source=source
            )

    @property
    def _dialect(self) -> dict[str, bool]:
        return {
            "--header": self.header is not None,
            "--delimiter": self.delimiter is not None,
            "--decimal-comma": self.decimal_comma,
            "--skip-lines": bool(self.skip_lines),
            "--comment": self.comment is not None,
        }

    @property
    def _roles(self) -> dict[str, bool]:
        ids = {self.id_option(spec): True for spec in self.ids}
        return ids | {"--label": bool(self.labels), "--drop": bool(self.drop)}

    @property
    def _response(self) -> dict[str, bool]:
        return {
            "--position": self.position is not None,
            "--candidates": bool(self.candidates),
            "--normalize": self.normalize is not None,
        }

    def reject_axis(self, source: str, format_name: str) -> None:
        """Raise UsageError for --axis, given for what is no array."""
        if self.axis is not None:
            raise UsageError(f"--axis applies to npy and npz, not {format_name}", source=source)

    def reject_response_options(
        self, source: str, what: str, accepted: Collection[str] = ()
    ) -> None:
        """Raise UsageError for options of responses and samples that do not apply to an input."""
        for option in _present(self._response):
            if option not in accepted:
                kind = _KINDS.get(option, "responses of language models")
                raise UsageError(f"{option} applies to {kind}, not {what}", source=source)

    def reject_column_names(self, source: str, what: str) -> None:
        """Raise UsageError for --id and --label where columns have no names."""
        for option in _present(self._roles):
            raise UsageError(
                f"{option} needs column names, {what} has none",
                source=source,
                hint="Use --labels for a separate label file.",
            )


_KINDS = {
    "--normalize": "samples of lm-evaluation-harness",
    "--candidates": "responses of language models and lists of labels with scores",
}


def _present(given: dict[str, bool]) -> list[str]:
    return [option for option, present in given.items() if present]
