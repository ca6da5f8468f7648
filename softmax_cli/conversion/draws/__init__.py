"""Draws of classes, for `sample`.

`sampling` draws a class for each row of a file, reproducibly whatever the threads and chunks;
`counts` draws many times from one vector and compares the counts with their expectation.
"""
