"""`softmax explain`: one vector, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from softmax_cli import options
from softmax_cli.commands import vector_input
from softmax_cli.commands.document_output import DocumentOptions, document_options, write_document
from softmax_cli.dataclass import dataclass
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.number_command import NumberCommand, option
from softmax_cli.option_types import PATH

if TYPE_CHECKING:
    from softmax_cli.activations.explanation.explain import Explanation
    from softmax_cli.calibration.fitted_file import FittedTemperature


@dataclass(frozen=True)
class ExplainOptions:
    """Temperature, row of the file, and the classes to explain further."""

    temperature: float | FittedTemperature
    row: int | None
    label: str | None
    bump: str | None


_explain_options = options.options_as_record(ExplainOptions, "explain_options", [
    options.temperature,
    option("Computation", "--label", metavar="CLASS",
           help="Show the losses and their gradients for this true class."),
    option("Computation", "--bump", metavar="CLASS",
           help="Show what changes when this class's logit rises by 1."),
    vector_input.row,
])  # fmt: skip


@click.command(cls=NumberCommand)
@click.argument("tokens", metavar="[INPUT]...", nargs=-1, type=PATH)
@_explain_options
@options.vector_read_options
@document_options
@options.quiet
def explain(
    tokens: tuple[str, ...],
    explain_options: ExplainOptions,
    read_options: ReadOptions,
    document_options: DocumentOptions,
    quiet: bool,
) -> None:
    """Explain softmax and sigmoid of one vector, step by step.

    Every step from logits to probabilities, why the exponentials are there, the
    gradients and where learning stalls, and which function to use when. INPUT is
    numbers, a vector such as "[1, 2, 3]", a file, or - for standard input.

    \b
    Examples:
      softmax explain -0.5 1.2 -0.1 2.4
      softmax explain 12 0 --label 1
      softmax explain logits.csv --row 3 --bump cat -o page.html
    """
    from softmax_cli.display.views.explanation.document import explanation_document

    explanation = _explain(tokens, explain_options, read_options, quiet=quiet)
    write_document(lambda decimals: explanation_document(explanation, decimals), document_options)


def _explain(
    tokens: tuple[str, ...],
    explain_options: ExplainOptions,
    read_options: ReadOptions,
    *,
    quiet: bool,
) -> Explanation:
    from softmax_cli.activations.explanation.explain import explain

    vector = vector_input.read_vector(
        "explain", tokens, explain_options.row, read_options, quiet=quiet,
        independent_hint="Use softmax sweep or softmax compare.",
    )  # fmt: skip
    fitted_for = getattr(explain_options.temperature, "activation", None) or "softmax"
    label, bump = (
        None if name is None else vector.class_index(name, option_name)
        for name, option_name in (
            (explain_options.label, "--label"),
            (explain_options.bump, "--bump"),
        )
    )
    scaling = vector.scaling(explain_options.temperature, fitted_for)
    return explain(vector.logits, scaling, label, bump, vector.classes)
