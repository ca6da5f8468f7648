"""Parquet and Arrow files of very many columns, read and written in flat memory.

`opening` opens files as a `table`, which decodes `batches`, with their numbers in one of the
`matrices`, and hands out the rows as `frame`. `parquet_file` and `arrow_file` find the data of any
columns, by `parquet_footer` and `arrow_schema`, and have polars decode those. `writer` gathers rows
for `parquet_writer` and `arrow_writer`; `thrift` and `parquet_metadata` read and write what Parquet
says of itself.
"""
