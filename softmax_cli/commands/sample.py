"""`softmax sample`: draw classes from softmax or sigmoid."""

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
from softmax_cli.commands.vector_input import argument_rows, warn_of_probabilities
from softmax_cli.conversion.convert_options import SampleOptions
from softmax_cli.errors import ARGUMENTS
from softmax_cli.number_command import NumberCommand, option
from softmax_cli.option_types import PATH

if TYPE_CHECKING:
    from softmax_cli.formats.read_options import ReadOptions

_sample_options = options.options_as_record(SampleOptions, "sample_options", [
    options.probability_activation,
    options.temperature,
    options.input_scale,
    options.invalid,
    option("Draws", "-n", "--draws", type=click.IntRange(1), default=1, show_default=True,
           metavar="N", help="Number of draws of each row."),
    option("Draws", "--seed", type=click.IntRange(0, 2**64 - 1), default=0, show_default=True,
           metavar="N", help="Seed: the same draws for the same rows."),
    option("Draws", "--top-k", type=click.IntRange(1), metavar="K",
           help="Draw among the K most probable classes."),
    option("Draws", "--top-p", type=click.FloatRange(0, 1, min_open=True), metavar="P",
           help="Draw among the fewest classes that sum to P or more."),
    option("Draws", "--min-p", type=click.FloatRange(0, 1), metavar="P",
           help="Draw among classes of P times the largest probability or more."),
    option("Draws", "--temperature-order", type=click.Choice(["first", "last"]),
           show_default="first",
           help="Apply T before --top-k, --top-p, --min-p (first, as Hugging Face) or after "
                "(last, as llama.cpp)."),
])  # fmt: skip

_document_options = options.options_as_record(
    DocumentOptions, "document_options", [options.output, row_or_report_format, options.plot_charts]
)


@click.command(cls=NumberCommand)
@click.argument("tokens", metavar="[INPUT]...", nargs=-1, type=PATH)
@options.read_options
@_sample_options
@_document_options
@options.jobs
@options.quiet
def sample(
    tokens: tuple[str, ...],
    sample_options: SampleOptions,
    read_options: ReadOptions,
    document_options: DocumentOptions,
    jobs: int | None,
    quiet: bool,
) -> None:
    """Draw classes with their probabilities.

    Writes one class per row, or with sigmoid all classes whose coin came up, joined by |.
    For one vector of numbers, compares counts with expected counts.

    \b
    Examples:
      softmax sample logits.csv --top-p 0.9 -o classes.csv
      softmax sample logits.jsonl -n 5 --seed 7
      softmax sample -0.5 1.2 -0.1 2.4 -n 10000
    """
    from softmax_cli.conversion.draws.sampling import SamplingTransform

    transform = SamplingTransform(sample_options)
    vectors = inputs.vectors(tokens) if tokens and inputs.are_vectors(tokens) else []
    if len(vectors) == 1:
        document_options.require_document("one vector")
        read_options.reject_for_arguments()
        _show_counts(vectors[0], sample_options, document_options)
    else:
        write_options = document_options.for_rows("pass one vector of numbers as arguments")
        streaming.stream_rows(tokens, transform, read_options, write_options, jobs, quiet=quiet)


def _show_counts(
    vector: inputs.Vector,
    sample_options: SampleOptions,
    document_options: DocumentOptions,
) -> None:
    """Write the counts of draws from one vector."""
    from softmax_cli.activations.scales import FROM_PROBABILITIES
    from softmax_cli.conversion.draws.counts import count_draws
    from softmax_cli.display.views.sample import sample_document
    from softmax_cli.metrics.significance.special_functions import import_compiled

    import_compiled()
    (row,) = argument_rows([vector])
    if sample_options.activation == "softmax" and sample_options.input_scale == "logits":
        warn_of_probabilities(row.logits[0], ARGUMENTS, FROM_PROBABILITIES)
    counted = count_draws(row, sample_options)
    write_document(lambda decimals: sample_document(counted, decimals), document_options)
