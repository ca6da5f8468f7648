"""DuckDB, one COPY (SELECT ...) TO: IN OUT DECIMALS."""

import csv
import gzip
import sys
from collections.abc import Iterable

import duckdb

# From about here on, one text built for each row costs less than a column for each class.
WIDE = 100
BUFFER = 4_000_000


def is_number(cell: str) -> bool:
    """Whether a cell holds a number."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def listed(names: Iterable[str], format_name: str = "{}") -> str:
    """The names as identifiers, each put into a form, with commas between."""
    return ", ".join(format_name.format('"' + name.replace('"', '""') + '"') for name in names)


def by_columns(table: str, classes: list[str], rounded: str) -> str:
    """A query with an expression for each class."""
    share = rounded.format("{0} / total") + " AS {0}"
    return f"""
        SELECT * EXCLUDE (total) REPLACE ({listed(classes, share)})
        FROM (SELECT *, {" + ".join(listed([name]) for name in classes)} AS total
        FROM (SELECT * EXCLUDE (top) REPLACE ({listed(classes, "exp({0} - top) AS {0}")})
        FROM (SELECT *, greatest({listed(classes)}) AS top FROM {table})))"""


def by_lines(table: str, header: list[str], classes: list[str], rounded: str) -> str:
    """A query for one column, the text of each line."""
    first = header.index(classes[0])
    shares = f"list_transform(powers, lambda x: ({rounded.format('x / total')})::VARCHAR)"
    cells = [listed([name]) for name in header]
    cells[first : first + len(classes)] = [f"array_to_string({shares}, ',')"]
    return f"""
        SELECT concat_ws(',', {", ".join(cells)}) AS {listed([",".join(header)])}
        FROM (SELECT *, list_sum(powers) AS total
        FROM (SELECT *, list_transform(logits, lambda x: exp(x - top)) AS powers
        FROM (SELECT *, list_max(logits) AS top
        FROM (SELECT *, [{listed(classes)}] AS logits FROM {table}))))"""


source, target, decimals = sys.argv[1:]
# DuckDB's own look at the types takes a second at 1,000 columns.
with (gzip.open if source.endswith(".gz") else open)(source, "rt") as lines:
    rows = csv.reader(lines)
    header, cells = next(rows), next(rows)
types = {
    name: "DOUBLE" if is_number(cell) else "VARCHAR"
    for name, cell in zip(header, cells, strict=True)
}
classes = [name for name in header if types[name] == "DOUBLE"]
# Smaller buffers than the default 32 MB take less memory and no more time.
table = (
    f"read_csv('{source}', auto_detect=false, header=true, columns={types}, buffer_size={BUFFER})"
)
# A DECIMAL is written in half the time of round() or printf().
rounded = "{}" if decimals == "full" else f"({{}})::DECIMAL({int(decimals) + 1}, {decimals})"
if len(classes) <= WIDE:
    query, layout = by_columns(table, classes, rounded), "HEADER, DELIMITER ','"
else:
    # Neither a delimiter nor a quote that occurs in the lines: they are written as they are.
    query, layout = by_lines(table, header, classes, rounded), "HEADER, DELIMITER '\x01', QUOTE ''"
duckdb.execute(f"COPY ({query}) TO '{target}' ({layout})")
