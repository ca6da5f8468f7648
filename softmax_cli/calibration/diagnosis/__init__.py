"""Diagnosis of rows that no map fits, or that few of them decide.

`row_diagnosis` collects what explains a failed fit: constant rows, finite masks, rows with most
of the NLL. `messages` makes errors and warnings of it.
"""
