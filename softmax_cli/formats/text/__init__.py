"""Numbers and records as text, for all formats.

`records` and `lines` cut a stream into chunks of whole records; `numbers` and `strict_json` parse
single values, `matrix` and `wide` many at a time; `rendering`, `small_rendering` and
`fixed_decimals` render numbers; `splice` puts new values into the text around the old ones.
"""
