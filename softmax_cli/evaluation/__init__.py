"""Labeled rows as a stream, and the report on them.

`labeled_stream` reads rows with their labels and maps a function over the chunks; `row_stats`
counts what was used and skipped; `validation` finds invalid rows and labels that contradict
their logits; `report` folds the chunks into an EvaluationReport; `models` compares several files
with the same rows, whose labels `same_labels` checks.
"""
