"""Bytes in and out: files, pipes and standard streams.

`input` opens files, `decoding` reads UTF-16 and UTF-32, `compression` detects and applies
compressions, `block_output` compresses on all CPUs, `archive` reads the file in a zip archive,
`pipe_spool` copies a pipe to a temporary file, `folders` lists the files of a folder, `signatures`
checks content, and `output` replaces files only on success.
"""
