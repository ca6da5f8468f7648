"""Parquet and Arrow IPC, through polars.

`input` opens files, folders of parts, pipes and Arrow streams as a table of frames; `source` finds
the logits in its columns, in lists, tensors or structs (`nested`), or in maps and lists of labels
with scores (`named`), as `rows`; `writer` writes frames as row groups of a bounded size; `wide`
reads and writes files of very many columns. `polars_errors` turns what polars raises, and its
panics, into errors of the file; `arrow` reads as much of Arrow itself as that, streams and files in
flat memory need.
"""
