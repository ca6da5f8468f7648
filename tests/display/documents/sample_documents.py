"""Documents for the tests of every format."""

import math

from softmax_cli.display.documents.document import (
    Chart,
    Column,
    Document,
    Heading,
    Paragraph,
    Series,
    Table,
)

HOSTILE = [
    "<script>alert(1)</script>",
    "[red]x[/red]",
    "虎猫 (tiger cat)",
    "a*b_c|d",
    "\x1b[31mz\n",
]

LINES = Chart(
    "Two lines", "x", "y",
    [
        Series("up", [0.0, 1.0, 2.0], [0.0, 0.5, 1.0]),
        Series("down", [0.0, 1.0, 2.0], [1.0, 0.5, 0.0]),
        Series("dots", [0.0, 2.0], [0.25, 0.75], points=True),
    ],
    mark=1.0,
)  # fmt: skip


def sample(names=("cat", "dog"), charts=(LINES,), columns=1):
    """Return a document with a block of each kind and a row for each name."""
    titles = [Column("class"), *[Column("p", True, 4, probability=True)] * columns]
    rows = [[name, *[k / 10] * columns] for k, name in enumerate(names)]
    table = Table(titles, rows, ["sum", *[1.0] * columns], note=f"About {names[0]}.")
    data = Table(
        [Column("class"), Column("p", numeric=True)],
        [[name, k / 3] for k, name in enumerate(names)],
    )
    blocks = [
        Heading(f"Section {names[0]}"), Paragraph(f"Text on {names[0]}."),
        Paragraph("Do not miss this.", strong=True), table, *charts,
    ]  # fmt: skip
    record = {"names": list(names), "values": (0.5, math.nan, -math.inf)}
    return Document(f"Title of {names[0]}", blocks, data, record)
