"""CSV, TSV and other delimited text.

`source` detects the dialect (`dialect`) and cuts chunks; `polars_parser` parses them,
`small_parser` does so without importing polars, and `vector_parser` parses vectors in cells.
`field_index` locates fields for `validation` and `cell_errors`. `writer` and `row_renderer`
write rows.
"""
