"""Which column is what: identifiers, labels and logits.

`inference` assigns the roles by options, names and first cells, `names` holds the rules for names,
and `selection` resolves the names, globs and ranges of options.
"""
