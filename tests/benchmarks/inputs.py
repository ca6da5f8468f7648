"""Inputs: files of random logits, the same on every machine."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

SEED = 20_240_229
SLICE_VALUES = 2_000_000


@dataclass(frozen=True, slots=True)
class Input:
    """Normal logits of standard deviation 3, written with this many digits after the point."""

    rows: int
    classes: int
    digits: int | None = None  # None: all, 15 to 17
    named: bool = False  # an id first and a label last
    gzipped: bool = False

    @property
    def values(self) -> int:
        """Return the number of logits."""
        return self.rows * self.classes

    @property
    def file_name(self) -> str:
        """Return a file name that contains all fields."""
        digits, named = self.digits or 17, "-named" if self.named else ""
        return f"{self.rows}x{self.classes}-{digits}{named}.csv{'.gz' if self.gzipped else ''}"

    def scaled(self, scale: float) -> Input:
        """Return the same shape with more or fewer rows."""
        return replace(self, rows=max(1, round(self.rows * scale)))

    def written_to(self, folder: Path) -> Path:
        """Write the file unless it exists; return its path."""
        path = folder / self.file_name
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(f"{path.name}.part")
            with gzip.open(partial, "wb", 6) if self.gzipped else partial.open("wb") as file:
                for text in self._slices():
                    file.write(text)
            partial.rename(path)
        return path

    def _slices(self) -> Iterator[bytes]:
        random = np.random.default_rng(SEED)
        height = max(1, SLICE_VALUES // self.classes)
        for start in range(0, self.rows, height):
            table = self._table(random, start, min(start + height, self.rows))
            text = table.write_csv(include_header=start == 0, float_precision=self.digits)
            yield text.encode()

    def _table(self, random: np.random.Generator, start: int, stop: int) -> pl.DataFrame:
        names = [f"class_{i}" for i in range(self.classes)]
        logits = random.normal(0, 3, (self.classes, stop - start))
        table = pl.DataFrame(dict(zip(names, logits, strict=True)))
        if not self.named:
            return table
        ids = pl.int_range(start, stop, eager=True).cast(pl.String).str.zfill(7)
        labels = pl.Series("label", names).gather(random.integers(self.classes, size=len(ids)))
        return table.insert_column(0, ("img_" + ids).alias("id")).with_columns(labels)
