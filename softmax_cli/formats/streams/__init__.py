"""Bytes in and out: files, pipes and standard streams.

`input` opens and decodes, `compression` detects and applies compressions, `signatures` checks that
a file holds what its name says, and `output` replaces files only on success.
"""
