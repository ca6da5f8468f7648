"""JSON Lines and JSON documents.

`detection` finds the shape of the first record, an implementation of `shape`: `record_shapes`,
`named_scores`, `label_scores`, `harness`, or `responses` of language models. `document_tables`
holds the tables of whole documents. `row_builder` turns records into rows, `fast_path` whole chunks
of simple lines. `lines` and `document` are the sources; `elements` puts the records of a document
on lines; `writer` writes both formats. `wide_rows` reads and writes objects of very many classes.
"""
