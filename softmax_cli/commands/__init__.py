"""One file per command: options in, functions called, output out.

Each module defines a click command of its own name, which `cli` imports when it is called. Options
that travel together arrive as one record.
"""
