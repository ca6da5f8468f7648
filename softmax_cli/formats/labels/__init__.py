"""Labels in files of every format, and their encoding.

`source` is the contract of label readers: `text_source` streams delimited text, `in_memory` loads
tables and JSON; `joined` matches labels to rows by identifier. `encoder` turns columns of labels
into class indices or binary labels with `column_encoders`, `binary_encoder` and `lists`, by the
`codes` that text stands for.
"""
