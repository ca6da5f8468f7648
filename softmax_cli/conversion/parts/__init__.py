"""Output in parts: a folder of files, one for each part of the input.

`part_writer` writes a part, on whatever worker, and notes that it is done; `run_record` keeps what
a run was asked for, so that a later one can go on with the parts that are missing.
"""
