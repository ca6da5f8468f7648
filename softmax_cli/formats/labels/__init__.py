"""Labels in files of every format, and their encoding.

`source` is the contract of label readers: `text_source` streams delimited text, `in_memory` holds
tables and JSON. `encoder` turns columns of labels into class indices or binary labels, using the
`column_encoders`.
"""
