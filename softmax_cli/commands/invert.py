"""`softmax invert`: convert probabilities back to logits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from softmax_cli import inputs, options
from softmax_cli.commands import streaming
from softmax_cli.commands.document_output import (
    DocumentOptions,
    row_or_report_format,
    write_document,
)
from softmax_cli.commands.vector_input import argument_rows
from softmax_cli.conversion.convert_options import UP_TO_A_CONSTANT, InvertOptions
from softmax_cli.errors import ARGUMENTS, Notice, SoftmaxError
from softmax_cli.number_command import NumberCommand, option
from softmax_cli.option_types import PATH

if TYPE_CHECKING:
    from softmax_cli.formats.read_options import ReadOptions

_invert_options = options.options_as_record(InvertOptions, "invert_options", [
    options.probability_activation,
    option("Computation", "--epsilon", type=click.FloatRange(0, 0.5, max_open=True), default=0.0,
           show_default="0: -inf and inf", metavar="E",
           help="Clip probabilities to E and 1 - E."),
    options.invalid,
])  # fmt: skip

_document_options = options.options_as_record(
    DocumentOptions,
    "document_options",
    [options.output, row_or_report_format, streaming.decimals, options.plot_charts],
)


@click.command(cls=NumberCommand)
@click.argument("tokens", metavar="[INPUT]...", nargs=-1, type=PATH)
@options.read_options
@_invert_options
@_document_options
@options.jobs
@options.quiet
def invert(
    tokens: tuple[str, ...],
    invert_options: InvertOptions,
    read_options: ReadOptions,
    document_options: DocumentOptions,
    jobs: int | None,
    quiet: bool,
) -> None:
    """Convert probabilities back to logits.

    Softmax: log p minus its mean over the classes of a row. Sigmoid: log(p / (1 - p)).
    softmax convert turns the result into the probabilities again.

    \b
    Examples:
      softmax invert probs.csv -o logits.csv
      softmax invert probs.parquet --epsilon 1e-9 -o logits.parquet
      softmax invert 0.7 0.2 0.1
    """
    from softmax_cli.conversion.inversion import InversionTransform

    transform = InversionTransform(invert_options)
    if tokens and inputs.are_vectors(tokens):
        document_options.require_document("vectors")
        read_options.reject_for_arguments()
        _show(inputs.vectors(tokens), invert_options, document_options)
    else:
        write_options = document_options.for_rows("pass numbers as arguments")
        streaming.stream_rows(tokens, transform, read_options, write_options, jobs, quiet=quiet)
        if transform.exclusive:
            options.print_notices([Notice(UP_TO_A_CONSTANT)], quiet=quiet)


def _show(
    vectors: list[inputs.Vector],
    invert_options: InvertOptions,
    document_options: DocumentOptions,
) -> None:
    """Write vectors given as arguments with their logits."""
    from softmax_cli.conversion.inversion import invert_vectors
    from softmax_cli.display.views.inversion import inversion_document

    inverted = list(invert_vectors(argument_rows(vectors), invert_options))
    if not inverted:
        raise SoftmaxError("every row was skipped", source=ARGUMENTS)
    write_document(lambda decimals: inversion_document(inverted, decimals), document_options)
