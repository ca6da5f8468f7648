"""Bytes in and out: files, pipes and standard streams.

`input` opens and decodes, `compression` detects and applies compressions, `block_output`
compresses on all CPUs, `signatures` checks content against the expected format, and `output`
replaces files only on success.
"""
