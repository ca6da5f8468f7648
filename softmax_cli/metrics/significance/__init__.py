"""Significance: distribution functions, and the chi-square test of counts.

`special_functions` are those of SciPy, whose import takes longer than a small file: they are
imported when a p-value is needed. `chi_square` tests the counts of drawn classes.
"""
