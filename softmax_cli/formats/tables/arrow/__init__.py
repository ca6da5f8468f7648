"""Arrow IPC: its messages and files, read without more of them in memory than is asked for.

`flat_table` reads FlatBuffers, `messages` the messages of a stream and their schemas;
`record_batch` cuts rows out of a batch, `file_batches` reads the rows of a file in pieces, and
`frames` has polars decode messages.
"""
