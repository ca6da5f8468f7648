"""Records as Rich tables, charts, JSON and pictures.

`comparison_table` and `comparison_export` show what `compare` computes; `evaluation_report` and
`calibration_report` show metrics with `summary_lines`, `reliability` diagrams and `json_report`;
`console` fits output to the terminal, `plot` saves pictures and `progress` shows a bar.
"""
