"""One file for each command: options in, functions called, output out."""
