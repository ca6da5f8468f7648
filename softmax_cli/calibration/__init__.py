"""Calibration maps of labeled rows: a temperature, or a temperature with class biases.

`calibrator` spools a stream into random subsets (`rows`, `split`, `spool`), fits a map on some
(`fitter`, which takes it from the table in `maps`), perhaps the best of several (`selection`),
and evaluates it on the others (`effect`), as `report` records. `fit` and `objective` minimize
the NLL in the temperature, `bias` in biases too; `diagnosis` says why a fit fails.
`fitted_file` reads the result.
"""
