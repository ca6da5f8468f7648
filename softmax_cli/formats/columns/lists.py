"""Selection of the column or field of lists that holds the logits, where one does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softmax_cli.errors import UsageError
from softmax_cli.formats.columns.names import kind_of_name
from softmax_cli.formats.columns.selection import option_value, quote_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from softmax_cli.formats.read_options import ReadOptions

# Lists of numbers that are logits, or another scale of them, by name; and those that never are.
_SCORE_LISTS = ("logits", "logit", "scores", "probabilities", "probs", "logprobs", "predictions")
OTHER_LISTS = frozenset([
    "input_ids", "token_ids", "attention_mask", "token_type_ids", "position_ids", "bbox", "box",
    "boxes", "embedding", "embeddings", "offsets", "offset_mapping", "shape",
])  # fmt: skip


def select_list(
    lists: Mapping[str, bool], classes: Sequence[str], options: ReadOptions, source: str
) -> str | None:
    """Return the name of the lists that hold the logits; None if single columns do.

    Args:
        lists: for each column of lists of numbers, whether all of them are whole.
        classes: the names of columns of single numbers.
        options: options of the user; --columns with the name of one of the lists selects it.
        source: name of the source in messages.

    Raises:
        UsageError: if more than one reading is left.
    """
    if options.columns:
        chosen = options.columns[0]
        return chosen if chosen in lists and len(options.columns) == 1 else None
    if named := [name for name in _SCORE_LISTS if name in lists]:
        return named[0]
    taken = {*options.ids, *options.labels, *options.drop}
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
    if len(candidates) > 1:
        raise _ambiguous(
            f"lists in {quote_names(candidates)}", "Select the logits with --columns.", source
        )
    return candidates[0] if candidates else None


def _ambiguous(what: str, hint: str, source: str) -> UsageError:
    return UsageError(f"ambiguous logits: {what}", source=source, hint=hint)
