"""Rows of several files, joined to those of the first by identifier or by position.

`matching` decides by which column a file is joined, and which of its classes is which; `rows`
takes the rows of a file along with those of the first, and `held` finds them by identifier where
they come in another order. `ids` compares identifiers.
"""
