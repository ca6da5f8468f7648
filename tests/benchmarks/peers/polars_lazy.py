"""Polars, lazily and streaming, the softmax as expressions: IN OUT DECIMALS."""

import sys

import polars as pl


def softmax(source, target, decimals):
    """Write the rows of a file with their probabilities to a path or a binary file."""
    table = pl.scan_csv(source)
    classes = [name for name, dtype in table.collect_schema().items() if dtype.is_float()]
    # Stage by stage: within one stage the maximum and the sum would be worked out again per class.
    (
        table.with_columns(pl.max_horizontal(classes).alias("top"))
        .with_columns((pl.col(name) - pl.col("top")).exp() for name in classes)
        .with_columns(pl.sum_horizontal(classes).alias("sum"))
        .with_columns(pl.col(name) / pl.col("sum") for name in classes)
        .drop("top", "sum")
        .sink_csv(
            target,
            float_precision=None if decimals == "full" else int(decimals),
            engine="streaming",
        )
    )


if __name__ == "__main__":
    softmax(*sys.argv[1:])
