"""`softmax invert`: convert probabilities back to logits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from softmax_cli import inputs, options
from softmax_cli.commands import streaming
from softmax_cli.commands.document_output import DocumentOptions, write_document
from softmax_cli.commands.vector_input import argument_rows
from softmax_cli.conversion.convert_options import UP_TO_A_CONSTANT, InvertOptions
from softmax_cli.conversion.output_plan import WriteOptions
from softmax_cli.display.documents.export import DOCUMENT_FORMATS
from softmax_cli.errors import ARGUMENTS, Notice, SoftmaxError
from softmax_cli.formats.registry import WRITABLE
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
_write_options = options.options_as_record(
    WriteOptions,
    "write_options",
    [options.output, streaming.row_or_report_format, streaming.decimals],
)


@click.command(cls=NumberCommand)
@click.argument("tokens", metavar="[INPUT]...", nargs=-1, type=PATH)
@options.read_options
@_invert_options
@_write_options
@options.jobs
@options.quiet
def invert(
    tokens: tuple[str, ...],
    invert_options: InvertOptions,
    read_options: ReadOptions,
    write_options: WriteOptions,
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
        streaming.require_format(write_options, list(DOCUMENT_FORMATS), "vectors")
        read_options.reject_for_arguments()
        _show(inputs.vectors(tokens), invert_options, write_options)
    else:
        streaming.require_format(write_options, WRITABLE, "rows")
        streaming.stream_rows(tokens, transform, read_options, write_options, jobs, quiet=quiet)
        if transform.exclusive:
            options.print_notices([Notice(UP_TO_A_CONSTANT)], quiet=quiet)


def _show(
    vectors: list[inputs.Vector], invert_options: InvertOptions, write_options: WriteOptions
) -> None:
    """Write vectors given as arguments with their logits."""
    from softmax_cli.conversion.inverted_vectors import invert_vectors
    from softmax_cli.display.views.inversion import inversion_document

    inverted = list(invert_vectors(argument_rows(vectors), invert_options))
    if not inverted:
        raise SoftmaxError("every row was skipped", source=ARGUMENTS)
    settings = DocumentOptions(
        write_options.format_name, write_options.decimals, write_options.output, None
    )
    write_document(lambda decimals: inversion_document(inverted, decimals), settings)
