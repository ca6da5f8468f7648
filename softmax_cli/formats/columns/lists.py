"""Selection of the column or field of lists that holds the logits, where one does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softmax_cli.errors import UsageError, printable
from softmax_cli.formats.columns.names import kind_of_name
from softmax_cli.formats.columns.selection import option_value, quote_names, select_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from softmax_cli.formats.read_options import ReadOptions

# Lists of numbers that are logits, or another scale of them, by name; and those that never are.
_SCORE_LISTS = ("logits", "logit", "scores", "probabilities", "probs", "logprobs", "predictions")
_PREDICTIONS = ("prediction", "preds", "pred", "results", "result")
OTHER_LISTS = frozenset([
    "input_ids", "token_ids", "attention_mask", "token_type_ids", "position_ids", "bbox", "box",
    "boxes", "embedding", "embeddings", "offsets", "offset_mapping", "shape",
])  # fmt: skip


def select_list(
    lists: Mapping[str, bool],
    classes: Sequence[str],
    options: ReadOptions,
    source: str,
    names: Sequence[str],
) -> str | None:
    """Return the name of the lists that hold the logits; None if single columns do.

    Args:
        lists: for each column of lists of numbers, whether all of them are whole.
        classes: the names of columns of single numbers.
        options: options of the user; --columns that selects one of the lists selects it.
        source: name of the source in messages.
        names: the names of all columns.

    Raises:
        UsageError: if more than one reading is left, or for --columns that selects a list and
            other columns, or may leave out an item of a list.
    """
    if not lists or (options.columns and has_included(options.columns)):
        return _selected(lists, names, options, source) if lists else None
    left_out = _left_out(lists, names, options, source) if options.columns else ()
    lists = {name: whole for name, whole in lists.items() if name not in left_out}
    if named := [name for name in _SCORE_LISTS if name in lists]:
        return named[0]
    taken = {*options.ids, *options.labels, *options.drop, *left_out}
    left = [
        name
        for name in lists
        if name not in taken and name not in OTHER_LISTS and kind_of_name(name) is None
    ]
    fractional = [name for name in left if not lists[name]]
    candidates = fractional or left
    numbers = [name for name in classes if name not in taken and kind_of_name(name) is None]
    if len(numbers) > 1:
        if not fractional:
            return None
        raise _ambiguous(
            f"lists in {quote_names(candidates)}, or columns {quote_names(numbers)}",
            f"Use --columns {option_value(candidates, [0])} or --columns "
            f"{option_value(numbers, range(len(numbers)))}.",
            source,
        )
    if not candidates and not numbers:
        # A single prediction passes through, a list of numbers is nothing else than scores.
        candidates = [name for name in _PREDICTIONS if lists.get(name) is False]
    if len(candidates) > 1:
        raise _ambiguous(
            f"lists in {quote_names(candidates)}", "Select the logits with --columns.", source
        )
    return candidates[0] if candidates else None


def has_included(specs: Sequence[str]) -> bool:
    """Return True unless --columns has exclusions (`!name`) only."""
    return any(not spec.startswith("!") for spec in specs)


def _selected(
    lists: Mapping[str, bool], names: Sequence[str], options: ReadOptions, source: str
) -> str | None:
    """Return the list that --columns selects, None if it selects none."""
    chosen = [names[i] for i in select_columns(names, options.columns, "--columns", source)]
    if not any(name in lists for name in chosen):
        return None
    if len(chosen) == 1:
        return chosen[0]
    of_list = next(name for name in chosen if name in lists)
    raise UsageError(
        f'--columns selects "{printable(of_list)}", which holds lists, and other columns',
        source=source,
        hint=f"Use --columns {option_value([of_list], [0])} for all items of its lists.",
    )


def _left_out(
    lists: Mapping[str, bool], names: Sequence[str], options: ReadOptions, source: str
) -> set[str]:
    """Return the columns that exclusions leave out, by their names."""
    specs = [part[1:] for spec in options.columns for part in spec.split(",")]
    for spec in specs:
        if spec not in names and spec.replace("-", "").isdigit():
            raise UsageError(
                f"--columns !{spec} leaves out columns, not items of the lists in "
                f"{quote_names(list(lists))}",
                source=source,
                hint="Use the name of a column.",
            )
    return {names[i] for i in select_columns(names, specs, "--columns", source)}


def _ambiguous(what: str, hint: str, source: str) -> UsageError:
    return UsageError(f"ambiguous logits: {what}", source=source, hint=hint)
