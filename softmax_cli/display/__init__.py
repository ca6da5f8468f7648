"""Rendering of records as tables, charts, JSON, pages and images.

`views` turn a record into a document, `documents` render it in every format. `comparison_table` and
`comparison_export` render the results of `compare`; `evaluation_json` and `json_report` are the
JSON records of `evaluate` and `calibrate`. `console` fits output to the terminal, `plot`
saves images and `progress` shows a progress bar.
"""
