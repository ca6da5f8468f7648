"""Fields next to the answers of a response that pass through: identifiers and labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from softmax_cli.formats.columns.names import find_label, is_id_name
from softmax_cli.formats.columns.selection import resolve_column

if TYPE_CHECKING:
    from softmax_cli.formats.read_options import ReadOptions

# The column of the number of the response, where no identifier tells responses apart.
_NUMBER = "response"
_SCALARS = (str, int, float, bool)


class ResponseFields:
    """The identifiers and labels of responses, by options and by their names."""

    def __init__(
        self, records: Sequence[dict[str, Any]], options: ReadOptions, source: str
    ) -> None:
        values: dict[str, list[Any]] = {}
        for record in records:
            for name, value in record.items():
                if type(value) in _SCALARS:
                    values.setdefault(name, []).append(value)
        names = list(values)
        ids = [
            names[resolve_column(names, spec, options.id_option(spec), source)]
            for spec in options.ids
        ]
        self.labels = [
            names[resolve_column(names, spec, "--label", source)] for spec in options.labels
        ]
        if not self.labels and (place := find_label(names)) is not None and names[place] not in ids:
            self.labels = [names[place]]
        ids += [n for n in names if is_id_name(n) and n not in (*ids, *self.labels)]
        # What is the same in all responses, as an index of one prompt each, tells none apart.
        self._numbered = not ids or (
            not options.ids and len(records) > 1 and all(_is_constant(values[n]) for n in ids)
        )
        self._own = ids
        self.ids = [_NUMBER, *ids] if self._numbered else ids
        self.id_types = [int] * self._numbered + [_type(values[name]) for name in ids]
        self.label_types = [_type(values[name]) for name in self.labels]

    def read_ids(self, record: dict[str, Any], number: int | None) -> list[Any]:
        """Return the identifiers of a response, after its number if they do not differ."""
        own = [record.get(name) for name in self._own]
        return [number, *own] if self._numbered else own

    def read_labels(self, record: dict[str, Any]) -> list[Any]:
        """Return the labels of a response."""
        return [record.get(name) for name in self.labels]


def _is_constant(values: Sequence[Any]) -> bool:
    return all(value == values[0] for value in values)


def _type(values: Sequence[Any]) -> type:
    """Return the type that all values have, else that of text."""
    types = set(map(type, values))
    return types.pop() if len(types) == 1 else str
