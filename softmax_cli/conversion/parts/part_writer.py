"""Parts of an output, each a whole file that is there only when it is complete."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import asdict
from itertools import chain
from typing import TYPE_CHECKING, Any

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError
from softmax_cli.evaluation.row_stats import RowStats
from softmax_cli.formats.part import Part
from softmax_cli.formats.part_map import PartResult, renumber
from softmax_cli.formats.streams import urls
from softmax_cli.formats.streams.compression import without_suffix
from softmax_cli.formats.streams.output import open_output

if TYPE_CHECKING:
    from softmax_cli.conversion.converter import Converter
    from softmax_cli.formats.part_map import PartChunks

# Folder in the output folder, with what is known of the run and of its parts.
RECORDS = ".softmax-cli"
_ERROR = ("message", "source", "line", "row", "column", "hint")


@dataclass(frozen=True)
class OutputParts:
    """The files of one output: `logits-00000.csv`, `logits-00001.csv` and so on, in a folder."""

    folder: str
    stem: str
    suffix: str

    @classmethod
    def of_path(cls, path: str, suffix: str) -> OutputParts:
        """Return the parts that stand for a file; `suffix` if its name has none of a format."""
        folder, name = os.path.split(path)
        bare = without_suffix(name)
        stem, own = os.path.splitext(bare)  # noqa: PTH122
        return cls(folder, stem, (own or suffix) + name[len(bare) :])

    def path(self, number: int) -> str:
        """Return the path of a part."""
        return os.path.join(self.folder, self._name(number))  # noqa: PTH118

    def record(self, number: int) -> str:
        """Return the path of the record of a part that is done."""
        return os.path.join(self.folder, RECORDS, f"{self._name(number)}.json")  # noqa: PTH118

    def done(self, count: int) -> dict[int, PartResult[RowStats]]:
        """Return what an earlier run recorded of parts, of which there are `count`."""
        found = {}
        there = set(urls.list_names(os.path.join(self.folder, RECORDS)))  # noqa: PTH118
        for number in range(count):
            if os.path.basename(self.record(number)) in there:  # noqa: PTH119
                found[number] = _from_json(self.record(number))
        return found

    def remove_records(self, count: int) -> None:
        """Remove the records of all parts."""
        for number in range(count):
            urls.remove(self.record(number))

    def _name(self, number: int) -> str:
        return f"{self.stem}-{number:05}{self.suffix}"


@dataclass(frozen=True)
class PartWriter:
    """Writer of the part of a number: converted chunks to its file, then its record."""

    converter: Converter
    outputs: OutputParts

    def __call__(self, number: int, chunks: PartChunks) -> RowStats:
        """Write a part and return the counts of its rows."""
        stats = self._write(number, chunks)
        result = PartResult(stats, chunks.part, chunks.next_line)
        with open_output(self.outputs.record(number)) as file:
            file.write(json.dumps(_to_json(result)).encode())
        return stats

    def _write(self, number: int, chunks: PartChunks) -> RowStats:
        path, first = self.outputs.path(number), next(chunks, None)
        if first is None and number:  # a part in the middle of a record
            urls.remove(path)
            return RowStats()
        with open_output(path) as file:
            return self.converter.write(chain([] if first is None else [first], chunks), file)


def counts_of(result: PartResult[RowStats]) -> RowStats:
    """Return the counts of a part, with the line of its first error in the text."""
    if result.result.first_error:
        renumber(result.result.first_error, result.lines_before)
    return result.result


def _to_json(result: PartResult[RowStats]) -> dict[str, Any]:
    stats = dict(vars(result.result), labels=[])
    if error := result.result.first_error:
        stats["first_error"] = {name: getattr(error, name) for name in _ERROR}
    return {"part": asdict(result.part), "next_line": result.next_line, "stats": stats}


def _from_json(path: str) -> PartResult[RowStats]:
    with urls.open_binary(path) as file:
        record = json.loads(file.read())
    part, stats = record["part"], RowStats(**record["stats"])
    part["quoted"] = part["quoted"] and tuple(part["quoted"])
    stats.labels = frozenset()
    stats.doubts, stats.scored = Counter(stats.doubts), Counter(stats.scored)
    if error := record["stats"]["first_error"]:
        stats.first_error = SoftmaxError(error.pop("message"), **error)
    return PartResult(stats, Part(**part), record["next_line"])
