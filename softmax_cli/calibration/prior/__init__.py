"""Other class shares than those of the fit.

`shift` corrects probabilities for them and estimates them from unlabeled rows; `fitted_shares`
takes those of the fit from its file, and those at hand from an option.
"""
