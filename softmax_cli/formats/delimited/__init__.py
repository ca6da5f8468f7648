"""CSV, TSV and other delimited text.

`source` detects the dialect (`dialect`) and cuts chunks; `polars_parser` parses them, `small_parser`
small ones without importing polars, `vector_parser` vectors in cells. `field_index` locates fields
for `validation` and `cell_errors`. `writer` and `row_renderer` write rows.
"""
