"""Predictions ranked by their value, and what depends on the ranking alone.

`predictions` holds the ranked predictions, exact or by fine cells, with their AUROC and risk
over coverage; `acceptance` finds the confidence from which predictions may be accepted; `corp`
fits the isotonic curve and decomposes scores.
"""
