"""What a value costs in each shape of input: a small and a large file, and what is between them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl

from tests.benchmarks.inputs import SEED
from tests.benchmarks.programs import SOFTMAX
from tests.benchmarks.reports import Fact, Report
from tests.benchmarks.runs import Cost, cost, measure_in_turn

_ROWS, _SMALL, _RUNS, _CLASSES = 200_000, 2_000, 3, 10
NAMES = [f"class_{i}" for i in range(_CLASSES)]


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape of input: its file, what writes logits to it, and the options that read it."""

    file: str
    write: Callable[[Path, np.ndarray], None]
    options: str = ""


def readers(folder: Path, scale: float, runs: int | None) -> Report:
    """Nanoseconds a value from the small file to the large one, without the start of the program."""
    counts = (_SMALL, max(2 * _SMALL, round(_ROWS * scale)))
    facts = [_fact(name, shape, folder, counts, runs or _RUNS) for name, shape in SHAPES.items()]
    title = f"{counts[0]:,} and {counts[1]:,} rows of {_CLASSES}, to CSV with 6 decimals, runs: "
    return Report("readers", title + str(runs or _RUNS), facts)


def _fact(name: str, shape: Shape, folder: Path, counts: tuple[int, int], runs: int) -> Fact:
    with TemporaryDirectory(dir=folder) as inputs:
        programs = {}
        for count in counts:
            logits = np.random.default_rng(SEED).normal(0, 3, (count, _CLASSES))
            path = Path(inputs, f"{count}", shape.file)
            path.parent.mkdir()
            shape.write(path, logits)
            programs[str(count)] = partial(_converted, path, shape.options)
        costs = measure_in_turn(programs, runs)
    small, large = (costs[str(count)].median for count in counts)
    values = (counts[1] - counts[0]) * _CLASSES
    return {
        "reader": name,
        "values": f"{counts[1] * _CLASSES:,}",
        "wall ns": (large.wall - small.wall) / values * 1e9,
        "CPU ns": (large.cpu - small.cpu) / values * 1e9,
        "peak MB": large.peak,
    }


def _converted(path: Path, options: str) -> Cost:
    target = path.with_name("out.csv")
    return cost(
        [
            SOFTMAX,
            "convert",
            "-q",
            str(path),
            "--decimals",
            "6",
            "-o",
            str(target),
            *options.split(),
        ]
    )


def _frame(logits: np.ndarray) -> pl.DataFrame:
    return pl.from_numpy(logits, schema=NAMES, orient="row")


def _lines(record: Callable[[int, list[float]], Any]) -> Callable[[Path, np.ndarray], None]:
    """A writer of JSON lines, a record for each row."""

    def write(path: Path, logits: np.ndarray) -> None:
        with path.open("w") as file:
            file.writelines(
                json.dumps(record(i, row)) + "\n" for i, row in enumerate(logits.tolist())
            )

    return write


def _document(make: Callable[[list[list[float]]], Any]) -> Callable[[Path, np.ndarray], None]:
    """A writer of one JSON document."""
    return lambda path, logits: path.write_text(json.dumps(make(logits.tolist()))) and None


def _named(row: list[float]) -> dict[str, float]:
    return dict(zip(NAMES, row, strict=True))


def _pairs(row: list[float]) -> list[dict[str, Any]]:
    return [{"label": name, "score": score} for name, score in zip(NAMES, row, strict=True)]


def _response(i: int, row: list[float]) -> dict[str, Any]:
    top = [{"token": n, "logprob": -abs(x) - 2.5} for n, x in zip(NAMES, row, strict=True)]
    token = {**top[0], "top_logprobs": top}
    return {"id": f"r{i}", "choices": [{"index": 0, "logprobs": {"content": [token]}}]}


def _sample(i: int, row: list[float]) -> dict[str, Any]:
    return {
        "doc_id": i,
        "target": i % _CLASSES,
        "filtered_resps": [[-abs(x), False] for x in row],
        "arguments": [["question", f" {name}"] for name in NAMES],
    }


def _tensors(rows: list[list[float]]) -> dict[str, Any]:
    flat = [x for row in rows for x in row]
    return {"outputs": [{"name": "logits", "shape": [len(rows), _CLASSES], "data": flat}]}


def _long(path: Path, logits: np.ndarray, *, shuffled: bool = False) -> None:
    """An item for each value, in groups, or the groups apart."""
    count = len(logits)
    items = pl.DataFrame(
        {
            "query": np.repeat(np.arange(count), _CLASSES),
            "doc": NAMES * count,
            "score": logits.reshape(-1),
        }
    )
    items = items.sample(fraction=1, shuffle=True, seed=SEED) if shuffled else items
    items.write_parquet(path) if path.suffix == ".parquet" else items.write_csv(path)


def _vectors(path: Path, logits: np.ndarray) -> None:
    pl.DataFrame({"logits": [json.dumps(row) for row in logits.tolist()]}).write_csv(path)


def _decimal_comma(path: Path, logits: np.ndarray) -> None:
    _frame(logits).write_csv(path, separator=";", decimal_comma=True)


def _zip(path: Path, logits: np.ndarray) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("logits.csv", _frame(logits).write_csv())


def _column(series: Callable[[np.ndarray], Any]) -> Callable[[Path, np.ndarray], None]:
    """A writer of a Parquet file with one column of logits."""
    return lambda path, logits: pl.DataFrame({"scores": series(logits)}).write_parquet(path)


def _parts(path: Path, logits: np.ndarray) -> None:
    """A folder of part files, as Spark writes them."""
    path.mkdir()
    (path / "_SUCCESS").touch()
    for i, part in enumerate(np.array_split(logits, 8)):
        _frame(part).write_parquet(path / f"part-{i:05}.parquet")


def _images(path: Path, logits: np.ndarray) -> None:
    """An array of shape (N, C, 2, 2)."""
    np.save(path, logits.reshape(-1, 2, 2, _CLASSES).transpose(0, 3, 1, 2))


def _records(path: Path, logits: np.ndarray) -> None:
    np.save(path, np.rec.fromarrays(logits.T, names=NAMES))


def _objects(rows: Iterable[list[float]]) -> list[dict[str, float]]:
    return list(map(_named, rows))


_CANDIDATES = f"--candidates {','.join(NAMES)}"
_GROUP = "--group query --value score"
SHAPES = {
    "CSV, for comparison": Shape("x.csv", lambda path, logits: _frame(logits).write_csv(path)),
    "CSV in a zip archive": Shape("x.zip", _zip),
    "CSV with decimal commas": Shape("x.csv", _decimal_comma, "--decimal-comma"),
    "vectors in cells": Shape("x.csv", _vectors),
    "long CSV": Shape("x.csv", _long, _GROUP),
    "long CSV, --wide": Shape("x.csv", _long, f"{_GROUP} --class doc --wide"),
    "long CSV, --unsorted": Shape("x.csv", partial(_long, shuffled=True), f"{_GROUP} --unsorted"),
    "long Parquet": Shape("x.parquet", _long, f"{_GROUP} -f csv"),
    "JSON lines of classes": Shape("x.jsonl", _lines(lambda _, row: _named(row))),
    "named scores": Shape("x.jsonl", _lines(lambda i, row: {"id": i, "scores": _named(row)})),
    "labels with scores": Shape("x.jsonl", _lines(lambda _, row: _pairs(row))),
    "names next to logits": Shape("x.jsonl", _lines(lambda _, row: {"classes": NAMES, "logits": row})),
    "responses, --top 5": Shape("x.jsonl", _lines(_response), "--top 5"),
    "responses, --candidates": Shape("x.jsonl", _lines(_response), _CANDIDATES),
    "harness samples": Shape("x.jsonl", _lines(_sample)),
    "document of objects": Shape("x.json", _document(_objects)),
    "document of lists": Shape("x.json", _document(list)),
    "columns and data": Shape("x.json", _document(lambda rows: {"columns": NAMES, "data": rows})),
    "pandas orient index": Shape(
        "x.json", _document(lambda rows: {str(i): _named(row) for i, row in enumerate(rows)})
    ),
    "KServe tensors": Shape("x.json", _document(_tensors)),
    "Parquet lists": Shape("x.parquet", _column(lambda logits: logits.tolist())),
    "Parquet structs": Shape("x.parquet", _column(lambda logits: _objects(logits.tolist()))),
    "Parquet lists of {label, score}": Shape(
        "x.parquet", _column(lambda logits: list(map(_pairs, logits.tolist())))
    ),
    "Parquet, folder of parts": Shape("x.parquet", _parts, "--input-format parquet"),
    "Arrow stream": Shape("x.arrow", lambda path, logits: _frame(logits).write_ipc_stream(path)),
    "npz, compressed": Shape(
        "x.npz", lambda path, logits: np.savez_compressed(path, logits=logits)
    ),
    "npy, --axis 1": Shape("x.npy", _images, "--axis 1"),
    "npy of records": Shape("x.npy", _records),
}  # fmt: skip
