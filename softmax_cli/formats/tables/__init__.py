"""Parquet and Arrow IPC, through polars.

`source` reads them batch by batch, and `writer` writes frames as row groups of a bounded size.
"""
