"""Parquet and Arrow IPC, through polars.

`input` opens files, folders of parts, pipes and Arrow streams as a table of frames; `source` finds
the logits in its columns, in lists, tensors or structs (`nested`), or in maps and lists of labels
with scores (`named`); `writer` writes frames as row groups of a bounded size. `polars_errors` turns
what polars raises, and its panics, into errors of the file; `arrow_messages` reads as much of
Arrow's metadata as that and streams need.
"""
