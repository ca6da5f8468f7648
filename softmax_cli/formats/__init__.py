"""File formats: bytes to rows of logits, and rows of output to bytes.

`registry` lists the formats and opens files. Bytes come from `streams` and are cut into chunks of
whole records by `text`, `arrays` or `tables`; `columns` decides which column is what; each format
parses its chunks into `rows`, and its writer renders columns by an `output_schema`. `labels` reads
labels from files of every format, and `joins` finds the same rows in several files.
"""
