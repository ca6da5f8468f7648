"""NumPy arrays: NPY, also from a pipe, and NPZ.

`npy_header` validates what an array claims to be, `array_layout` says where the classes of a row
are, and `npy_stream` reads rows; `source` turns them into logits, `records` those with named
fields, and `labels` into labels.
"""
