"""Summaries of reports in a few lines."""

from dataclasses import replace

from softmax_cli.display import summary_lines
from softmax_cli.metrics.evaluate import evaluate
from tests.display.sample_reports import assessed, independent
from tests.each import each
from tests.reference_set import TEMPERATURE


@each(
    ("found", "sentence"),
    [
        (assessed(), "f.csv: 1,000 labeled rows, 4 classes, softmax."),
        (assessed(2.0), "f.csv: 1,000 labeled rows, 4 classes, softmax at temperature 2."),
        (assessed(TEMPERATURE), "f.csv: 1,000 labeled rows, 4 classes, softmax at temperature 1.917."),
        (assessed(rows=1), "f.csv: 1 labeled row, 4 classes, softmax."),
        (independent(1), "f.csv: 200 labeled rows, 1 class, sigmoid."),
        (assessed(unlabeled=1),
         "f.csv: 1,000 labeled rows, 4 classes, softmax; skipped: 1 row without a label."),
        (assessed(unlabeled=2000, invalid=1),
         "f.csv: 1,000 labeled rows, 4 classes, softmax; skipped: 2,000 rows without a label, "
         "1 invalid row."),
        (independent(temperature=[1.5, 2.0, 3.25]),
         "f.csv: 200 labeled rows, 3 classes, sigmoid at temperature 1.5, 2, 3.25."),
        (replace(assessed(), source="a\x1b[31m"),
         "a\\x1b[31m: 1,000 labeled rows, 4 classes, softmax."),
    ],
)  # fmt: skip
def test_how_many_rows_were_read(found, sentence):
    assert summary_lines.rows_summary(found) == sentence


def test_labels_of_probability_zero_are_shown():
    assert summary_lines.zero_probability_note(assessed().evaluation) is None
    one = evaluate([[1.0, 0.0]], [1])
    assert (
        summary_lines.zero_probability_note(one)
        == "The NLL is infinite: 1 label has probability 0."
    )
    many = evaluate([[1.0, 0.0]] * 1200, [1] * 1200)
    assert (
        summary_lines.zero_probability_note(many)
        == "The NLL is infinite: 1,200 labels have probability 0."
    )
