"""Views: functions from a record to the document that shows it.

Each module or package holds the view of the command or record that it is named after.
`evaluation_tables` and `verdict_text` are parts of `evaluation`. Views know of no format.
"""
