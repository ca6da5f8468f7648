"""Detection of the shape of JSON records from the first ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from softmax_cli.formats.json.harness import HarnessSamples
from softmax_cli.formats.json.label_scores import LabelScoreList
from softmax_cli.formats.json.named_scores import NamedScores
from softmax_cli.formats.json.record_shapes import ClassFields, ListField, NumberList
from softmax_cli.formats.json.responses.shape import Responses
from softmax_cli.formats.json.shape import Record, Shape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.formats.read_options import ReadOptions

# Each takes the records that are its own; numbers without any mark of what they are come last.
SHAPES: tuple[type[Shape], ...] = (
    LabelScoreList,
    NumberList,
    HarnessSamples,
    Responses,
    NamedScores,
    ListField,
    ClassFields,
)


def detect_shape(records: Sequence[Record], options: ReadOptions, source: str) -> Shape:
    """Return the shape of records, of which the first ones are given.

    Raises:
        ValueError: with the reason, if they hold no logits.
        SoftmaxError: if more than one reading is left, or an option does not apply.
    """
    known = [record for record in records if record not in ([], {})]
    if known and isinstance(known[0], dict):
        _require_valid_names(known[0])
    for kind in SHAPES if known else ():
        if (shape := kind.detect(known, options, source)) is not None:
            options.reject_response_options(source, shape.kind, shape.own_options)
            return shape
    raise ValueError("no logits: expected a list of numbers or an object")


def _require_valid_names(record: dict[str, Any]) -> None:
    try:
        "".join(record).encode()
    except UnicodeEncodeError:
        raise ValueError("field name is not valid Unicode") from None
