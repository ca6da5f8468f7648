"""Comparisons as csv, tsv, JSON, JSON lines and Markdown: the facts of the table, exactly."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from softmax_cli.activations.comparison import Comparison, Result
from softmax_cli.display.number_format import format_number


def as_csv(items: Sequence[Comparison], decimals: int | None) -> str:
    """A line for each class of each row."""
    return _delimited(items, decimals, ",")


def as_tsv(items: Sequence[Comparison], decimals: int | None) -> str:
    """A line for each class of each row, with tabs."""
    return _delimited(items, decimals, "\t")


def as_json(items: Sequence[Comparison], decimals: int | None) -> str:
    """One list with an object for each row."""
    return json.dumps([_record(item, decimals) for item in items], indent=2) + "\n"


def as_jsonl(items: Sequence[Comparison], decimals: int | None) -> str:
    """An object for each row, one a line."""
    return "".join(json.dumps(_record(item, decimals)) + "\n" for item in items)


def as_markdown(items: Sequence[Comparison], decimals: int | None) -> str:
    """A table for each row, with the sums in its last line."""
    return "\n".join(_markdown(item, 4 if decimals is None else decimals) for item in items)


EXPORTS: dict[str, Callable[[Sequence[Comparison], int | None], str]] = {
    "csv": as_csv,
    "tsv": as_tsv,
    "json": as_json,
    "jsonl": as_jsonl,
    "markdown": as_markdown,
}


def _delimited(items: Sequence[Comparison], decimals: int | None, delimiter: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n")
    first = items[0]
    names = [result.activation for result in first.results]
    writer.writerow(["row", *first.vector_info.passthrough, "class", "logit", *names])
    for item in items:
        writer.writerows(_lines(item, decimals))
    return text.getvalue()


def _lines(item: Comparison, decimals: int | None) -> Iterator[list[object]]:
    for k, name in enumerate(item.vector_info.classes):
        values = [_text(float(result.values[k]), decimals) for result in item.results]
        logit = _text(float(item.logits[k]), None)
        yield [item.vector_info.row, *item.vector_info.passthrough.values(), name, logit, *values]


def _text(value: float, decimals: int | None) -> str:
    if math.isnan(value):
        return "NaN"
    return repr(value) if decimals is None else f"{value:.{decimals}f}"


def _record(item: Comparison, decimals: int | None) -> dict[str, Any]:
    return {
        "source": item.vector_info.source,
        "row": item.vector_info.row,
        **({"columns": dict(item.vector_info.passthrough)} if item.vector_info.passthrough else {}),
        "temperature": _temperature(item.temperature),
        "classes": list(item.vector_info.classes),
        "logits": [_json(float(z), None) for z in item.logits],
        **{result.activation: _result(result, item, decimals) for result in item.results},
    }


def _temperature(given: float | Sequence[float]) -> Any:  # noqa: ANN401
    if isinstance(given, float | int):
        return _json(given, None)
    return [_json(t, None) for t in given]


def _result(result: Result, item: Comparison, decimals: int | None) -> dict[str, Any]:
    return {
        "values": [_json(float(value), decimals) for value in result.values],
        "sum": _json(result.total, decimals),
        "predicted": [
            name
            for name, yes in zip(item.vector_info.classes, result.predicted, strict=True)
            if yes
        ],
    }


def _json(value: float, decimals: int | None) -> float | str | None:
    # JSON has no infinities: they are told as text, as float() and most readers take them.
    if math.isnan(value):
        return None
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return value if decimals is None else round(value, decimals)


def _markdown(item: Comparison, decimals: int) -> str:
    names = [result.activation for result in item.results]
    lines = [
        _cells(["class", "logit", *names]),
        _cells(["---", *["---:"] * (len(names) + 1)]),
    ]
    for k, name in enumerate(item.vector_info.classes):
        values = [float(result.values[k]) for result in item.results]
        numbers = [
            format_number(float(item.logits[k]), decimals),
            *(f"{v:.{decimals}f}" for v in values),
        ]
        lines.append(_cells([_escaped(name), *numbers]))
    totals = [f"{result.total:.{decimals}f}" for result in item.results]
    lines.append(_cells(["**sum**", "", *totals]))
    return "".join(line + "\n" for line in lines)


def _cells(texts: Sequence[str]) -> str:
    return "| " + " | ".join(texts) + " |"


def _escaped(name: str) -> str:
    for mark in "\\|`*_[]<>":
        name = name.replace(mark, "\\" + mark)
    return " ".join(name.split())
