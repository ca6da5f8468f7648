"""Documents: what a command shows, once for all formats.

A `document` is headings, paragraphs, tables and charts. Each format has a module that renders
it: `terminal` (with `text_chart`), `markdown`, `html`, `csv` and `json`. `curves` and `bars` draw
its charts with matplotlib. `export` holds the table of formats.
"""
