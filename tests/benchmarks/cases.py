"""The cases that are measured, each a row of a table."""

from __future__ import annotations

from dataclasses import dataclass

from tests.benchmarks.inputs import Input

FULL = "full"
FAST = ("polars eager", "polars lazy", "polars lazy, 512 KB", "duckdb")
PANDAS = ("pandas + scipy",)
SLOW = ("numpy text", "awk")


@dataclass(frozen=True, slots=True)
class Case:
    """One conversion, by ours and the peers in turn."""

    name: str
    input: Input
    decimals: str  # digits after the point, or FULL
    peers: tuple[str, ...]
    runs: int = 5  # after the warm-up, unless --runs says otherwise
    suffix: str = ".csv"  # of the output


# Slow peers run less often or on fewer rows, so that all cases take about half an hour.
CASES = (
    Case("narrow-6", Input(4_000_000, 10, digits=6), "6", FAST),
    Case("narrow-17", Input(4_000_000, 10), FULL, FAST),
    Case("narrow-6-full", Input(4_000_000, 10, digits=6), FULL, FAST),
    Case("narrow-17-to-6", Input(4_000_000, 10), "6", FAST),
    Case("named-6", Input(4_000_000, 10, digits=6, named=True), "6", FAST),
    Case("named-17", Input(4_000_000, 10, named=True), FULL, FAST),
    Case("named-6-full", Input(4_000_000, 10, digits=6, named=True), FULL, FAST),
    Case("wide-6", Input(40_000, 1_000, digits=6), "6", FAST),
    Case("wide-17", Input(40_000, 1_000), FULL, FAST),
    Case("gzip", Input(4_000_000, 10, digits=6, gzipped=True), "6", FAST),
    # A quarter of the rows, because gzip takes several seconds per million.
    Case("gzip-out", Input(1_000_000, 10, digits=6), FULL, ("gzip -6",), 3, ".csv.gz"),
    # DuckDB takes over a minute for a single row of 128,000 columns.
    Case("vocabulary", Input(100, 128_000), FULL, ("polars eager", "polars lazy"), 2),
    # A minute a run; with fewer rows our start-up would dominate.
    Case("pandas-narrow-6", Input(4_000_000, 10, digits=6), "6", PANDAS, 1),
    Case("pandas-narrow-17", Input(4_000_000, 10), FULL, PANDAS, 1),
    Case("pandas-wide-6", Input(40_000, 1_000, digits=6), "6", PANDAS, 1),
    Case("slow-narrow-6", Input(1_000_000, 10, digits=6), "6", SLOW, 2),
    Case("slow-narrow-17", Input(1_000_000, 10), FULL, SLOW, 2),
    Case("slow-wide-6", Input(10_000, 1_000, digits=6), "6", SLOW, 2),
    Case("slow-wide-17", Input(10_000, 1_000), FULL, SLOW, 2),
)

# Equally many values in few columns and in many.
WIDE = (Input(12_800, 1_000), Input(100, 128_000))
WIDE_PROGRAMS = ("softmax", "polars eager")
WIDE_RUNS = 3

# Arguments of ours, and the imports that they need at least.
STARTUPS = (
    (("-0.5", "1.2", "-0.1", "2.4"), "import click, numpy, rich.console, rich.table"),
    (("--help",), "import click"),
    (("compare", "examples/animals.csv"), "import click, numpy, rich.console, rich.table"),
    (("convert", "-q", "examples/animals.csv"), "import click, numpy"),
)
STARTUP_RUNS = 20

GROWTH_BLOCK = Input(100_000, 10)
GROWTH_MILLIONS = (1, 4, 16)
GROWTH_LONG = 64
GROWTH_RUNS = 3

# Inputs and decimals whose parts are measured, for a simulation with that many cores.
SCALING = (
    (Input(4_000_000, 10, digits=6), FULL),
    (Input(4_000_000, 10, digits=6), "6"),
    (Input(4_000_000, 10, named=True), FULL),
)
SCALING_CORES = (1, 2, 4, 8, 16, 32, 64)

# Arguments of ours, and its standard input.
IMPORTS = (
    (("--version",), ""),
    (("--help",), ""),
    (("convert", "--help"), ""),
    (("-0.5", "1.2", "-0.1", "2.4"), ""),
    (("convert", "-"), "a,b\n1.5,2.5\n"),
    (("convert", "-", "--decimals", "6"), "a,b\n1.5,2.5\n"),
    (("evaluate", "-"), "a,b,label\n1.5,2.5,a\n"),
    (("calibrate", "-", "--holdout", "0"), "a,b,label\n1,2,a\n1,3,b\n3,1,a\n"),
)
IMPORT_RUNS = 3

# Shapes and types of arrays; scripts that take IN OUT, and the module each needs.
ARRAYS = (
    (Input(4_000_000, 10), "float64"),
    (Input(4_000_000, 10), "float32"),
    (Input(40_000, 1_000), "float64"),
    (Input(40_000, 1_000), "float32"),
)
ARRAY_PEERS = {
    "numpy copy": ("numpy_copy.py", "numpy"),
    "numpy": ("numpy_array.py", "numpy"),
    "torch": ("torch_array.py", "torch"),
}
ARRAY_RUNS = 5

JUDGED = Input(4_000_000, 10, digits=6, named=True)
TRUST = Input(50_000, 1_000)
TRUST_TEMPERATURE = 1.7
TRUST_RUNS = 3

FORMAT_SHAPES = (Input(1_000_000, 10), Input(20_000, 1_000))
FORMAT_RUNS = 3
