"""Export of comparisons to csv, tsv, JSON and JSON Lines, at full precision."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from softmax_cli.activations.comparison import Comparison, Result
from softmax_cli.display.json_values import json_number, json_temperature
from softmax_cli.display.number_format import result_titles

if TYPE_CHECKING:
    from softmax_cli.activations.calibration_map import Scaling


def as_csv(items: Sequence[Comparison], decimals: int | None) -> str:
    """Render csv, a line for each class of each row."""
    return _delimited(items, decimals, ",")


def as_tsv(items: Sequence[Comparison], decimals: int | None) -> str:
    """Render tsv, a line for each class of each row."""
    return _delimited(items, decimals, "\t")


def as_json(items: Sequence[Comparison], decimals: int | None) -> str:
    """Render a JSON list with an object for each row and temperature."""
    return json.dumps(list(_records(items, decimals)), indent=2) + "\n"


def as_jsonl(items: Sequence[Comparison], decimals: int | None) -> str:
    """Render JSON Lines, an object for each row and temperature."""
    return "".join(json.dumps(record) + "\n" for record in _records(items, decimals))


EXPORTS: dict[str, Callable[[Sequence[Comparison], int | None], str]] = {
    "csv": as_csv,
    "tsv": as_tsv,
    "json": as_json,
    "jsonl": as_jsonl,
}


def _delimited(items: Sequence[Comparison], decimals: int | None, delimiter: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    passthrough = list(
        dict.fromkeys(name for item in items for name in item.vector_info.passthrough)
    )
    writer.writerow(["row", *passthrough, "class", "logit", *result_titles(items[0])])
    for item in items:
        writer.writerows(_lines(item, passthrough, decimals))
    return text.getvalue()


def _lines(
    item: Comparison, passthrough: Sequence[str], decimals: int | None
) -> Iterator[list[object]]:
    cells = [item.vector_info.passthrough.get(name, "") for name in passthrough]
    for k, name in enumerate(item.vector_info.classes):
        values = [_text(float(result.values[k]), decimals) for result in item.results]
        logit = _text(float(item.logits[k]), None)
        yield [item.vector_info.row, *cells, name, logit, *values]


def _text(value: float, decimals: int | None) -> str:
    if math.isnan(value):
        return "NaN"
    return repr(value) if decimals is None else f"{value:.{decimals}f}"


def _records(items: Sequence[Comparison], decimals: int | None) -> Iterator[dict[str, Any]]:
    """Yield an object for each row and temperature."""
    for item in items:
        for place, temperature in enumerate(item.temperatures):
            results = item.results[place :: len(item.temperatures)]
            yield _record(item, temperature, results, decimals)


def _record(
    item: Comparison, temperature: Scaling, results: Sequence[Result], decimals: int | None
) -> dict[str, Any]:
    return {
        "source": item.vector_info.source,
        "row": item.vector_info.row,
        **({"columns": dict(item.vector_info.passthrough)} if item.vector_info.passthrough else {}),
        "temperature": json_temperature(temperature),
        "classes": list(item.vector_info.classes),
        "logits": [json_number(float(z)) for z in item.logits],
        **{result.activation: _result(result, item, decimals) for result in results},
    }


def _result(result: Result, item: Comparison, decimals: int | None) -> dict[str, Any]:
    return {
        "values": [json_number(float(value), decimals) for value in result.values],
        "sum": json_number(result.total, decimals),
        "predicted": [
            name
            for name, predicted in zip(item.vector_info.classes, result.predicted, strict=True)
            if predicted
        ],
    }
