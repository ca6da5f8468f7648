"""Arrow IPC: its messages and files, read without more of them in memory than is asked for.

`flat_table` reads FlatBuffers and `encoding` writes them, `messages` reads the messages of a stream
and their schemas; `record_batch` cuts rows out of a batch, `file_batches` reads the rows of a file
in pieces, `stream_batches` finds the batches of a stream in a file, and `frames` has polars decode
messages.
"""
