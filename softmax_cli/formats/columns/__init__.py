"""The roles of columns: identifiers, labels and logits.

`inference` returns `roles` for all formats; `role_inference` weighs options, names and values, in
this order, by the rules of `names` and the `evidence` of values. `selection` resolves the names,
globs and ranges of options, `lists` selects a column of lists, and `label_inference` assigns the
roles in label files. `short_names` are those of classes without what all share.
"""
