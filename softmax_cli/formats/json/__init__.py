"""JSON lines and JSON documents.

`detection` finds the shape of the first record (`shape`, `record_shapes`, `top_logprobs`);
`row_builder` turns records into rows, and `fast_path` does so for whole chunks of simple lines.
`lines` and `document` are the sources, `writer` writes both.
"""
