"""Rows of one file to rows of another, chunk by chunk: convert, invert, ensemble and sample.

A `transform` says how rows are read and what is computed from them: `transform` holds that of
`convert`, `inversion`, `ensemble` and `draws` the others. `converter` applies it to the chunks
of a source, `projection` selects the fields of a row, `derived_columns` computes columns that are
added, `output_plan` chooses output files and formats, and `convert_options` holds the options of
the user. `member` reads the sources of an ensemble after the first, and `agreement` reports how
far they agree.
"""
