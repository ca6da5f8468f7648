"""Measure the parts of a conversion, chunk by chunk on one thread: FILE DECIMALS.

Prints a line of JSON: seconds of CPU time to start, and medians per chunk to read it, to convert
it, to write it, and of what holds the lock of the interpreter; and the number of chunks.
"""

from __future__ import annotations

import json
import os
import sys
import time
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

os.environ["POLARS_MAX_THREADS"] = "1"

from softmax_cli.conversion.convert_options import ConvertOptions
from softmax_cli.conversion.converter import Converter
from softmax_cli.conversion.transform import ActivationTransform
from softmax_cli.formats.read_options import Passthrough, ReadContext, ReadOptions
from softmax_cli.formats.registry import FORMATS, open_source
from softmax_cli.formats.streams.output import open_output
from softmax_cli.runtime.memory import tune_for_streaming

MOST_CHUNKS = 30


def parts(path: str, decimals: int | None) -> dict[str, float]:
    """Return the medians of some chunks of a file."""
    tune_for_streaming()
    source = open_source(path, ReadOptions(), _context(decimals))
    transform = ActivationTransform(ConvertOptions())
    projection = transform.projection(source)
    writer = FORMATS["csv"].make_writer(projection.schema(float32=False), decimals, ",")
    convert = Converter(source, projection, transform, writer, float32=False)
    times: list[list[float]] = []
    size = 0
    folder = TemporaryDirectory(dir=Path(path).parent)
    with folder as outputs, open_output(f"{outputs}/out.csv") as file:
        chunks = convert.chunks()
        started = time.process_time()
        while len(times) < MOST_CHUNKS:
            clock = [time.process_time()]
            chunk = next(chunks, None)
            if chunk is None:
                break
            clock.append(time.process_time())
            result = convert(chunk).result
            clock.append(time.process_time())
            for part in result:
                file.write(part)
            file.flush()
            clock.append(time.process_time())
            _hold_lock(chunk.text, result)
            clock.append(time.process_time())
            times.append([after - before for before, after in pairwise(clock)])
            size = max(size, len(chunk.text))
    read, converted, written, held = (median(column) for column in zip(*times, strict=True))
    return {
        "start": started,
        "chunks": Path(path).stat().st_size / size,
        "read": read,
        "convert": converted,
        "write": written,
        "held": held,
    }


def _context(decimals: int | None) -> ReadContext:
    return ReadContext(passthrough=Passthrough.COLUMNS if decimals is None else Passthrough.TEXT)


def _hold_lock(text: bytes, result: list[bytes]) -> None:
    """Repeat what holds the lock: the scans of the text, and copies of the output to Python."""
    assert b"\0" not in text
    assert text.isascii()
    assert b'"' not in text
    assert b"\r" not in text
    for part in result:
        bytes(memoryview(part))


if __name__ == "__main__":
    places = None if sys.argv[2] == "full" else int(sys.argv[2])
    print(json.dumps(parts(sys.argv[1], places)))
