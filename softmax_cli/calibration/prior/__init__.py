"""Other class shares than those of the fit.

`shift` corrects probabilities for them and has the steps of EM; `estimate` estimates them from
the rows of sources; `fitted_shares` takes those of the fit from its file.
"""
