"""Inference of the roles of one table's columns, from the strongest evidence down.

Options go before names, and names before values. Where evidence contradicts itself, inference stops
and names the column, both readings and the option for each.
"""

from __future__ import annotations

from functools import cached_property
from itertools import zip_longest
from typing import TYPE_CHECKING

from softmax_cli.errors import SoftmaxError, UsageError, printable, quote_for_shell
from softmax_cli.formats.columns.evidence import (
    find_doubts,
    find_texts,
    look_like_logits,
    with_points,
)
from softmax_cli.formats.columns.names import NameKind, find_label, kinds_of_names
from softmax_cli.formats.columns.roles import Columns
from softmax_cli.formats.columns.sample import at_ends
from softmax_cli.formats.columns.selection import option_value, resolve_column, select_columns
from softmax_cli.formats.output_schema import first_duplicate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from softmax_cli.formats.read_options import ReadOptions


_READINGS = {
    NameKind.ID: "it is named like an identifier, but its values look like logits",
    NameKind.POSSIBLE_SIDE: "it is named like bookkeeping, but its values look like logits",
    NameKind.LABEL: "it is named like a label, but its values look like logits",
}


class RoleInference:
    """Inference of the roles of the columns of one table."""

    def __init__(
        self,
        names: Sequence[str],
        rows: Sequence[Sequence[str]],
        options: ReadOptions,
        source: str,
        header: bool,
    ) -> None:
        self._names = names
        self._rows = rows
        self._options = options
        self._source = source
        self._header = header
        self._kinds = kinds_of_names(names) if header else {}
        self.dropped = set(select_columns(names, options.drop, "--drop", source))
        self._own_ids = {
            resolve_column(names, spec, options.id_option(spec), source) for spec in options.ids
        }
        self._selected = self._select_logits()
        self._ordered_labels = self._labels()
        self.labels = set(self._ordered_labels)
        self.ids = self._own_ids.union(set(self._of_kind(NameKind.ID)) - self.labels)

    def infer(self, index_columns: Collection[int]) -> Columns:
        """Return the columns by their roles; the file's metadata call some of them an index."""
        texts: list[int] = []
        warnings: tuple[str, ...] = ()
        if self._selected is not None:
            logits = self._selected
        else:
            known = self._own_ids.union(self.labels, self.dropped, index_columns)
            rest = [i for i in range(len(self._names)) if i not in known]
            texts = find_texts(rest, self._rows, comma=self._options.decimal_comma)
            candidates = self._candidates(known.union(texts))
            logits = select_columns(
                self._names, self._options.columns, "--columns", self._source, candidates
            ) if self._options.columns else candidates  # fmt: skip
            warnings = self._check_values(logits)
        self._require_logits(logits)
        return Columns(
            tuple(self._names),
            self._header,
            tuple(logits),
            labels=tuple(self._ordered_labels),
            ids=tuple(sorted(self.ids.union(index_columns) - set(logits))),
            text_columns=tuple(i for i in texts if i not in self.ids),
            dropped=tuple(sorted(self.dropped)),
            warnings=warnings,
        )

    def _candidates(self, known: Collection[int]) -> list[int]:
        """Return the columns that are logits by their names; of nothing else, by their values.

        A single column may be predictions; several that training loops add are no classes.
        """
        left = [i for i in range(len(self._names)) if i not in known]
        kinds = {i: kind for i, kind in self._kinds.items() if i not in known}
        for spared in (
            (NameKind.ID, NameKind.LABEL, NameKind.SIDE, NameKind.POSSIBLE_SIDE),
            (NameKind.ID, NameKind.LABEL, NameKind.SIDE),
            (NameKind.ID,),
        ):
            others = {i for i, kind in kinds.items() if kind in spared}
            candidates = [i for i in left if i not in others]
            sides = NameKind.SIDE not in spared and NameKind.SIDE in kinds.values()
            if candidates and not (sides and len(candidates) > 1):
                self._require_names_fit(sorted(others), candidates)
                return candidates
        return []

    def _require_names_fit(self, left_out: Sequence[int], candidates: Sequence[int]) -> None:
        """Raise SoftmaxError for a column that passes by its name, with values like logits."""
        named = [i for i in left_out if self._kinds[i] in _READINGS]
        if not self._options.labels:
            named += [i for i in self.labels if i in self._kinds]
        others = self._cells_of(candidates) if named else {}
        for i in named:
            if look_like_logits(self._columns[i], others):
                raise self._ambiguous(i, _READINGS[self._kinds[i]], candidates)

    def _check_values(self, logits: Sequence[int]) -> tuple[str, ...]:
        """Return warnings about columns that few rows cast doubt on; raise if many rows do."""
        warnings = []
        for doubt in find_doubts(self._cells_of(at_ends(logits))) if self._rows[1:] else ():
            name = printable(self._names[doubt.column])
            if doubt.strong:
                raise self._ambiguous(doubt.column, f"it {doubt.reason}", logits)
            option = quote_for_shell(self._names[doubt.column])
            warnings.append(
                f'column "{name}" {doubt.reason} but is read as a logit. '
                f"Use --id {option} if it is not one."
            )
        return tuple(warnings)

    def _ambiguous(self, i: int, reason: str, logits: Sequence[int]) -> SoftmaxError:
        name = self._names[i]
        labels = self._kinds.get(i) is NameKind.LABEL and not self._options.labels
        option = "--label" if labels else "--id"
        what = "it holds labels" if option == "--label" else "it is none"
        value = option_value(self._names, sorted({*logits, i}))
        quoted = quote_for_shell(name)
        return SoftmaxError(
            f'ambiguous column "{printable(name)}": {reason}',
            source=self._source,
            hint=f"Use {option} {quoted} if {what}, --columns {value} if it is a logit.",
        )

    def _labels(self) -> list[int]:
        if self._options.labels:
            return select_columns(self._names, self._options.labels, "--label", self._source)
        if not self._header:
            return []
        taken = self._own_ids.union(filter(self._is_chosen, self._selected or ()))
        names = self._names
        if taken:
            names = ["-" if i in taken else name for i, name in enumerate(names)]
        label = find_label(names)
        return [] if label is None else [label]

    def _is_chosen(self, i: int) -> bool:
        """Return True if a selected column is a class although it has the name of labels."""
        if self._kinds.get(i) is not NameKind.LABEL:
            return False
        exact = {name for spec in self._options.columns for name in (spec, *spec.split(","))}
        others = self._cells_of(j for j in self._selected or () if j != i)
        return self._names[i] in exact or look_like_logits(self._columns[i], others)

    def _select_logits(self) -> list[int] | None:
        """Return the columns that --columns selects; None if it excludes some at most."""
        specs = self._options.columns
        if all(spec.startswith("!") for spec in specs):
            return None
        return select_columns(self._names, specs, "--columns", self._source)

    def _of_kind(self, kind: NameKind) -> list[int]:
        return [i for i, own in self._kinds.items() if own is kind]

    @cached_property
    def _columns(self) -> Sequence[Sequence[str]]:
        """The cells of each column; a blank where a row has no more."""
        rows = [with_points(row, comma=self._options.decimal_comma) for row in self._rows]
        columns = list(zip_longest(*rows, fillvalue=""))
        return columns + [()] * (len(self._names) - len(columns))

    def _cells_of(self, columns: Iterable[int]) -> dict[int, Sequence[str]]:
        return {i: self._columns[i] for i in columns}

    def _require_logits(self, logits: Sequence[int]) -> None:
        if not logits:
            raise SoftmaxError(
                f"no logit columns: {self._describe()}",
                source=self._source,
                hint=self._hint(),
            )
        for other, columns in (("the label", self.labels), ("an identifier", self._own_ids)):
            if both := columns.intersection(logits):
                raise UsageError(
                    f'column "{printable(self._names[min(both)])}" is both a logit and {other}',
                    source=self._source,
                )
        chosen = first_duplicate(self._names[i] for i in logits) if self._header else None
        if chosen is not None:
            raise self._duplicate(chosen, logits)

    def _duplicate(self, name: str, logits: Sequence[int]) -> SoftmaxError:
        first, second, *_ = (i for i in logits if self._names[i] == name)
        return SoftmaxError(
            f'duplicate logit column "{printable(name)}" (columns {first + 1} and {second + 1})',
            source=self._source,
            hint="Rename one, or pass one through: "
            f"--columns '!{option_value(self._names, [second])}'.",
        )

    def _describe(self) -> str:
        """Return the first columns with their first cells, for a message."""
        first = self._rows[0] if self._rows else ()
        shown = [
            f'"{printable(name)}" holds {_describe_cell(cell)}'
            for name, cell in zip(self._names, first, strict=False)
        ]
        more = ["..."] if len(shown) > 4 else []
        return ", ".join([*shown[:4], *more]) if shown else "the input has no rows"

    def _hint(self) -> str:
        from softmax_cli.formats.columns.header_rows import keep_one_header

        if command := keep_one_header(self._names, self._rows):
            return f"Keep one header row ({command} FILE), or use --columns."
        return "Use --columns (names, globs or ranges such as 2-11)."


def _describe_cell(cell: str) -> str:
    text = printable(cell)[:40]
    return f"an object ({text})" if cell.lstrip().startswith("{") else f'"{text}"'
