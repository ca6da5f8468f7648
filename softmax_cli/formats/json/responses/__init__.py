"""Responses of language models, whatever interface they come from.

`envelopes` recognizes responses, `forms` reads the tokens in them, `tokens` holds what all forms
share, `fields` the identifiers and labels of a response, `shares` the log-probabilities of a
token's classes, and `shape` makes rows of them.
"""
