"""`softmax ensemble`: average the predictions of several models."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import click

from softmax_cli import inputs, options
from softmax_cli.commands import streaming
from softmax_cli.commands.document_output import DocumentOptions, report_format, write_document
from softmax_cli.conversion.convert_options import (
    DERIVED_COLUMNS,
    DISAGREEMENT,
    MEANS,
    EnsembleOptions,
)
from softmax_cli.conversion.output_plan import WriteOptions
from softmax_cli.errors import UsageError
from softmax_cli.formats.text.numbers import to_float
from softmax_cli.number_command import NumberCommand, option
from softmax_cli.option_types import PATH, TemperatureType
from softmax_cli.run_options import OutputRunOptions, with_output_run_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.commands.parts_output import PartsRun
    from softmax_cli.conversion.ensemble import EnsembleSource, EnsembleTransform
    from softmax_cli.formats.read_options import ReadOptions
    from softmax_cli.formats.source import Source
    from softmax_cli.runtime.cluster import Cluster


def _parse_weights(
    _ctx: click.Context, _param: click.Parameter, value: str | None
) -> tuple[float, ...]:
    if value is None:
        return ()
    try:
        weights = tuple(to_float(cell.strip()) for cell in value.split(","))
    except ValueError as error:
        raise click.BadParameter(f"{value!r} {error}.") from error
    if not all(0 <= weight < math.inf for weight in weights) or not any(weights):
        raise click.BadParameter("weights must be finite, >= 0, and not all 0.")
    return weights


_ensemble_options = options.options_as_record(EnsembleOptions, "ensemble_options", [
    options.probability_activation,
    option("Computation", "-t", "--temperature", "temperatures", type=TemperatureType(),
           multiple=True, show_default="1", metavar="T|@FILE",
           help="Divide logits by T; @FILE reads a calibration. Once for all files, or once for "
                "each."),
    option("Computation", "--mean", type=click.Choice(MEANS), default="arithmetic",
           show_default=True,
           help="Average probabilities (arithmetic) or their logarithms (geometric, the same as "
                "the mean of logits)."),
    option("Computation", "--weights", metavar="W,W,...", callback=_parse_weights,
           show_default="equal", help="Weight of each file; 0 leaves it out."),
    options.input_scale,
    options.invalid,
    streaming.added_columns(*DERIVED_COLUMNS, DISAGREEMENT),
    option("Output", "--report", is_flag=True,
           help="Report how far the models agree, instead of writing rows."),
])  # fmt: skip
_document_options = options.options_as_record(DocumentOptions, "document_options", [
    options.output,
    report_format("by suffix, else as the first file; a table with --report"),
    streaming.decimals,
    options.plot_charts,
])  # fmt: skip


@click.command(cls=NumberCommand)
@click.argument("paths", metavar="FILE FILE...", nargs=-1, type=PATH)
@options.read_options
@_ensemble_options
@_document_options
@with_output_run_options
@options.quiet
def ensemble(
    paths: tuple[str, ...],
    ensemble_options: EnsembleOptions,
    document_options: DocumentOptions,
    read_options: ReadOptions,
    run_options: OutputRunOptions,
    quiet: bool,
) -> None:
    """Average the predictions of several models.

    Rows are joined to those of the first file by an identifier column that both have, in any
    order (logits in another order are held in memory), else by position; classes are matched
    by name. Other columns are those of the first file.
    disagreement is the mean KL divergence of the models from their mean, in nats; dissent is
    the number of models that predict another class. --report averages these and more over all
    rows.

    \b
    Examples:
      softmax ensemble a.csv b.csv c.csv -o probs.csv
      softmax ensemble a.csv b.csv -t @a.json -t @b.json --weights 2,1
      softmax ensemble a.parquet b.npy --mean geometric --add disagreement
      softmax ensemble a.csv b.csv c.csv --report --plot agreement.png
    """
    if len(paths) < 2 or inputs.are_vectors(paths):
        raise UsageError("ensemble needs two or more files")
    if paths.count("-") > 1:
        raise UsageError("only one file can come from standard input")
    ensemble_options.require_models(len(paths))
    ensemble_options.require_consistent()
    if ensemble_options.report:
        document_options.require_document("--report")
        write_options = WriteOptions(None, "csv")
    else:
        write_options = document_options.for_rows("add --report")
    from softmax_cli.conversion.ensemble import EnsembleSource, EnsembleTransform

    transform = EnsembleTransform(ensemble_options)
    if run_options.uses_cluster():
        if ensemble_options.report:
            raise UsageError("--report and --cluster are mutually exclusive")
        from softmax_cli.commands.parts_output import PartsRun

        own = (read_options, ensemble_options, write_options, run_options)
        _write_parts(paths, transform, PartsRun(*own, quiet))
        return
    with streaming.open_inputs(paths, transform, read_options, write_options) as sources:
        combined = EnsembleSource(sources, transform, run_options.threads, read_options.ids)
        options.print_notices(combined.notices(), quiet=quiet)
        if ensemble_options.report:
            _report(combined, ensemble_options, document_options, run_options.threads, quiet=quiet)
        else:
            streaming.convert_sources(
                [combined], transform, write_options, run_options.jobs, quiet=quiet
            )
        options.print_notices(combined.warnings(), quiet=quiet)


def _report(
    source: EnsembleSource,
    ensemble_options: EnsembleOptions,
    document_options: DocumentOptions,
    jobs: int,
    *,
    quiet: bool,
) -> None:
    """Write how far the models of a source agree."""
    from softmax_cli.conversion.agreement import measure_agreement
    from softmax_cli.display.progress import progress
    from softmax_cli.display.views.agreement import agreement_document

    options.print_notices(source.columns.notices(source.source), quiet=quiet)
    with progress(source.size, shown=not quiet) as bar:
        agreement, stats = measure_agreement(source, ensemble_options, jobs, bar.update)
    write_document(lambda decimals: agreement_document(agreement, decimals), document_options)
    warnings = stats.warnings(source.source, exclusive=True, invalid_rows="skipped")
    options.print_notices(warnings, quiet=quiet)


def _write_parts(paths: Sequence[str], transform: EnsembleTransform, run: PartsRun) -> None:
    """Write the parts of an ensemble on a cluster."""
    from softmax_cli.conversion.parts.ensemble_parts import EnsembleParts

    made: list[EnsembleParts] = []

    def combine(sources: Sequence[Source], cluster: Cluster, part_size: int) -> Source:
        made.append(EnsembleParts(sources, transform, run.read_options.ids))
        options.print_notices(made[0].notices(), quiet=run.quiet)
        made[0].index(cluster, part_size)
        return made[0]

    run.convert(paths, transform, combine)
    for combined in made:
        options.print_notices(combined.warnings(), quiet=run.quiet)
