"""Long tables: one row is one item of a group, such as a document of a query.

`opening` opens one around the source of its rows. `keys` splits the rows of a chunk into runs of
equal keys, `merging` joins the runs that chunks cut and gives whole groups, `items` holds the rows
of such groups. `long_source` gives them as `long_rows`, to which functions apply group by group;
`wide_source` as `wide_rows`, a row per group, with `labels`. `source` is the base of both.
"""
