"""Commands, one module each: parse options, call functions, write output.

Each module defines a click command with the same name, which `cli` imports when it is called.
Options that travel together arrive as one record.
"""
