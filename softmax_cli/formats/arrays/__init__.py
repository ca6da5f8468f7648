"""NumPy arrays in .npy and .npz files.

`npy_stream` checks the header and reads rows as they are needed; `source` gives them as logits or
as labels; `npy` and `npz` open the files, and `npy_writer` writes arrays.
"""
