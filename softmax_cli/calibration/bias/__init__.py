"""Temperature with a bias per class.

`fit` minimizes the penalized NLL by Newton steps. `objective` sums the NLL and its derivatives
over rows; `shrinkage` makes a step and the precision of the prior of them.
"""
