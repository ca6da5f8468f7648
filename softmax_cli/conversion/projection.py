"""Projection of a source to output fields, and of its chunks to the data of each field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.conversion.convert_options import ACCEPTED
from softmax_cli.errors import SoftmaxError, UsageError, printable
from softmax_cli.formats.output_schema import ColumnData, NumericColumns, OutputField, OutputSchema

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from softmax_cli.activations.exact import Floats
    from softmax_cli.conversion.convert_options import ConvertOptions
    from softmax_cli.formats.rows import Rows
    from softmax_cli.formats.source import Source

# The place among the classes of a column that is none; not -1, which 0 comes after.
_NONE = -2


class Projection:
    """The output fields of a source: passthrough columns, classes and derived columns, in order."""

    def __init__(self, source: Source, convert_options: ConvertOptions) -> None:
        self._source = source
        self._options = convert_options
        self._activation = ACTIVATIONS[convert_options.activation]
        self._classes = source.columns.classes
        # The most likely classes come with their names.
        left_out = () if convert_options.top is None else source.columns.class_columns
        self._order = _order(source, left_out)
        self._last = next(run for run in reversed(self._order) if isinstance(run, range))
        if convert_options.top is not None and convert_options.top > len(self._classes):
            raise UsageError(
                f"--top {convert_options.top} exceeds the {len(self._classes)} classes",
                source=source.source,
            )
        added = {"--add": convert_options.add, "--accept": convert_options.accept is not None}
        for name, given in added.items():
            if given and not self._activation.probabilities:
                raise UsageError(f"{name} requires -a softmax or -a sigmoid")
        if given and not self._activation.exclusive and len(self._classes) > 1:
            raise UsageError("--accept needs one prediction per row", hint="Use -a softmax.")

    def schema(self, *, float32: bool) -> OutputSchema:
        """Return the schema of the output; `float32` if it needs no more digits.

        Raises SoftmaxError if a derived column has the name of a column of the input.
        """
        columns = self._source.columns
        fields = list(self._all_fields())
        schema = OutputSchema(
            fields,
            columns.header,
            list_in_cell=columns.list_in_cell,
            label_score_list=columns.label_score_list,
            float32=float32,
            one_dimensional=self._source.one_dimensional,
            decimal_comma=self._source.decimal_comma,
        )
        if columns.header:
            added = [name for field in self._added_fields() for name in field.names]
            _require_distinct(schema.names, added, self._source.source)
        return schema

    def column_data(
        self, rows: Rows, values: Floats, *, all_columns: bool = True
    ) -> list[ColumnData]:
        """Return the data of each field; without passthrough columns unless `all_columns`."""
        column_data: list[ColumnData] = []
        columns = self._source.columns
        wanted = all_columns and bool(columns.passthrough)
        passthrough = dict(
            zip(columns.passthrough, rows.passthrough.get_columns(), strict=True) if wanted else ()
        )
        for run in self._order:
            if isinstance(run, int):
                column_data += [self._passthrough(run, passthrough[run])] if all_columns else []
            else:
                column_data += self._values(rows, values, run)
            if run is self._last:
                column_data += self._derived(rows, values)
        return column_data

    def _passthrough(self, column: int, values: pl.Series) -> ColumnData:
        """Return the data of a passthrough column: numbers if the reader computed it."""
        if column not in self._source.columns.computed:
            return values
        return NumericColumns(_to_floats(values)[:, None])

    def _all_fields(self) -> Iterator[OutputField]:
        columns = self._source.columns
        dtypes = self._source.dtypes
        for run in self._order:
            if isinstance(run, int):
                name = columns.names[run] if columns.header else f"column_{columns.names[run]}"
                yield OutputField(
                    (name,),
                    numbers=run in columns.computed,
                    dtype=dtypes.get(run),
                    json_encoded=run in self._source.json_encoded,
                )
            else:
                yield from self._class_fields(run)
            if run is self._last:
                yield from self._added_fields()

    def _class_fields(self, run: range) -> Iterator[OutputField]:
        """Yield the fields that stand for a run of classes."""
        if self._options.top is None:
            nested = self._source.columns.nested
            yield OutputField(tuple(self._classes[i] for i in run), nested=nested)

    def _added_fields(self) -> Iterator[OutputField]:
        """Yield the fields that are not columns of the input."""
        if self._options.top is not None:
            from softmax_cli.conversion.derived_columns import top_names

            for i, name in enumerate(top_names(self._options.top, self._activation)):
                yield OutputField((name,), numbers=i % 2 == 1, added=True)
        if self._options.keep:
            yield OutputField(tuple(f"logit_{name}" for name in self._classes))
        for name in self._options.add:
            yield OutputField((name,), numbers=name != "prediction", added=True)
        if self._options.accept is not None:
            yield OutputField((ACCEPTED,), numbers=False, dtype=_boolean(), added=True)

    def _values(self, rows: Rows, values: Floats, run: range) -> list[ColumnData]:
        if self._options.top is None:
            whole = len(run) == values.shape[1]
            return [NumericColumns(values if whole else values[:, run.start : run.stop])]
        if run is not self._last:
            return []
        from softmax_cli.conversion.derived_columns import top_columns

        return top_columns(values, rows.class_names, self._options.top)

    def _derived(self, rows: Rows, values: Floats) -> list[ColumnData]:
        kept: list[ColumnData] = (
            [NumericColumns(rows.logits, exact=True)] if self._options.keep else []
        )
        threshold, exclusive = self._options.accept, self._activation.exclusive
        if not self._options.add and threshold is None:
            return kept
        from softmax_cli.conversion.derived_columns import DERIVED_COLUMNS, accepted_rows

        added = [
            DERIVED_COLUMNS[name](values, rows.class_names, self._activation)
            for name in self._options.add
        ]
        if threshold is not None:
            added.append(accepted_rows(values, threshold, exclusive=exclusive))
        return kept + added


def _boolean() -> type[pl.DataType]:
    import polars as pl

    return pl.Boolean


def _to_floats(values: pl.Series) -> Floats:
    import polars as pl

    floats = values.cast(pl.Float64, strict=False)
    return floats.fill_null(float("nan")).to_numpy()


def _order(source: Source, left_out: Sequence[int]) -> list[int | range]:
    """Return the output in order: indices of passthrough columns, and ranges of classes."""
    columns = source.columns
    places = np.full(len(columns.names), _NONE)
    places[list(columns.logits)] = np.arange(len(columns.logits))
    shown = np.delete(np.arange(len(places)), [*columns.dropped, *left_out])
    places = places[shown]
    starts = np.flatnonzero((places == _NONE) | (np.diff(places, prepend=_NONE) != 1))
    return [
        range(int(run[0]), int(run[-1]) + 1) if run[0] != _NONE else int(column)
        for column, run in zip(shown[starts], np.split(places, starts[1:]), strict=True)
    ]


def _require_distinct(names: list[str], added: list[str], source: str) -> None:
    """Raise SoftmaxError if a derived column has the name of a column of the input."""
    for name in added:
        if names.count(name) > 1:
            raise SoftmaxError(
                f'input already has a column "{printable(name)}"',
                source=source,
                hint="Rename it, or drop the option that adds it.",
            )
