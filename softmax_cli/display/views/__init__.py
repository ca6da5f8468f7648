"""Views: functions from a record to the document that shows it.

Each module holds the view of the command or record that it is named after. `explanation_text` and
`explanation_tables` are parts of `explanation`, as `evaluation_tables` and `verdict_text` are of
`evaluation`. Views know of no format.
"""
