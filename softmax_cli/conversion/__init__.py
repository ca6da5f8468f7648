"""From rows of logits to rows of output, chunk by chunk: what `convert` does.

`converter` turns a chunk of a source into rendered text or arrays, `projection` chooses the
fields of a row, `derived_columns` computes those that are added, `output_plan` decides where the
output goes and in which format, and `convert_options` holds what the user asked for.
"""
