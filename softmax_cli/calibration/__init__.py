"""Temperature scaling of labeled rows.

`calibrator` spools a stream (`spool`) into random subsets (`split`), fits a temperature on some
(`fit`, which minimizes what `objective` sums up) and evaluates it on the others, as `report`
records. `fitted_file` reads and writes the result.
"""
