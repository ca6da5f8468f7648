"""Samples of lm-evaluation-harness: the log-likelihood of each choice, and the right one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from softmax_cli.errors import UsageError, printable
from softmax_cli.formats.columns.names import is_id_name
from softmax_cli.formats.columns.roles import Columns
from softmax_cli.formats.columns.selection import select_columns
from softmax_cli.formats.json.shape import Locator, Record, Shape
from softmax_cli.formats.text.numbers import is_number_text, to_float
from softmax_cli.formats.text.strict_json import NonFiniteLiteral

if TYPE_CHECKING:
    from softmax_cli.formats.read_options import ReadOptions

_RESPONSES = ("filtered_resps", "resps")
_TARGET = "target"
_FILTER = "filter"


class HarnessSamples(Shape):
    """A row of log-likelihoods per sample; its choices are named by their index."""

    kind = "samples of lm-evaluation-harness"
    own_options = ("--normalize",)
    truncated = True

    def __init__(
        self, records: Sequence[dict[str, Any]], options: ReadOptions, source: str
    ) -> None:
        self._lengths = {None: None, "length": len, "bytes": _count_bytes}[options.normalize]
        self._count = max(len(_pairs(record) or ()) for record in records)
        if self._count == 1:
            raise ValueError(
                "one log-likelihood per sample: only samples of multiple choice have several"
            )
        first = next(record for record in records if _pairs(record))
        self._filter = first.get(_FILTER)
        scalars = [n for n, v in first.items() if isinstance(v, str | int | float)]
        self._label = options.labels[0] if options.labels else _TARGET
        if options.labels and (len(options.labels) > 1 or self._label not in first):
            raise UsageError(f'--label: no field "{printable(self._label)}"', source=source)
        self._ids = list(
            dict.fromkeys(
                [*options.ids, *(n for n in scalars if is_id_name(n) and n != self._label)]
            )
        )
        if missing := [name for name in options.ids if name not in first]:
            option = options.id_option(missing[0])
            raise UsageError(f'{option}: no field "{printable(missing[0])}"', source=source)
        self.columns = self._columns(options, source, labeled=self._label in first)
        ids = enumerate(type(first.get(name)) for name in self._ids)
        self.types = {**dict(ids), **dict.fromkeys(self.columns.labels, int)}

    @classmethod
    def detect(cls, records: Sequence[Record], options: ReadOptions, source: str) -> Self | None:
        """Return the shape of samples of multiple choice; refuse those of generation."""
        samples = [record for record in records if _is_sample(record)]
        if not samples:
            return None
        if not any(map(_pairs, samples)):
            raise ValueError(
                "no log-likelihoods in resps: only samples of multiple choice have them"
            )
        if options.columns:
            raise UsageError(
                "--columns does not apply to samples of lm-evaluation-harness", source=source
            )
        return cls(samples, options, source)

    def _columns(self, options: ReadOptions, source: str, *, labeled: bool) -> Columns:
        labels = [self._label] if labeled else []
        names = (*self._ids, *map(str, range(self._count)), *labels)
        first, last = len(self._ids), len(self._ids) + self._count
        scaled = f", divided by their {options.normalize}" if options.normalize else ""
        return Columns(
            names,
            header=True,
            logits=tuple(range(first, last)),
            labels=tuple(range(last, len(names))),
            ids=tuple(range(first)),
            dropped=tuple(select_columns(names, options.drop, "--drop", source)),
            note=f"one row per sample: log-likelihoods of up to {self._count} choices{scaled}",
        )

    def explode(self, records: list[Record], location: Locator) -> tuple[list[Record], Locator]:
        """Return the samples of one filter: each of several repeats all of them."""
        kept = [i for i, record in enumerate(records) if not self._is_repeated(record)]
        return [records[i] for i in kept], lambda row: location(kept[row])

    def warnings(self, records: list[Record], rows: list[Record]) -> Mapping[str, int]:
        """Count samples of other filters, and those of which several choices are right."""
        labeled = bool(set(self.columns.labels).difference(self.columns.dropped))
        targets = [record.get(self._label) for record in rows if labeled]
        several = sum(isinstance(target, list) and len(target) > 1 for target in targets)
        others = f'samples of other filters than "{self._filter}", which are left out'
        unlabeled = f"samples with several right choices in {self._label}, which have no label"
        counts = {others: len(records) - len(rows), unlabeled: several}
        return {text: count for text, count in counts.items() if count}

    def _is_repeated(self, record: Record) -> bool:
        return isinstance(record, dict) and record.get(_FILTER, self._filter) != self._filter

    def values(self, record: Record) -> list[Any]:
        """Return the log-likelihoods of the choices, padded with -inf."""
        pairs = _require_pairs(record)
        if len(pairs) > self._count:
            raise ValueError(
                f"found {len(pairs)} choices, expected at most {self._count} as in the first "
                "records: move the sample with the most to the front"
            )
        values = [_number(value) for value, _ in pairs]
        if self._lengths is not None:
            texts = _arguments(record)
            if len(texts) != len(values) or "" in texts:
                raise ValueError("no texts of the choices in arguments to normalize by")
            values = [v / self._lengths(t) for v, t in zip(values, texts, strict=True)]
        return values + [NonFiniteLiteral(-math.inf)] * (self._count - len(values))

    def others(self, record: Record) -> list[Any]:
        """Return the identifiers and the index of the right choice."""
        cells = [*(record.get(name) for name in self._ids), *[None] * self._count]
        if set(self.columns.labels).difference(self.columns.dropped):
            cells.append(_target(record, self._label))
        return [cells[i] for i in self.columns.passthrough]


def _is_sample(record: Record) -> bool:
    return (
        isinstance(record, dict)
        and any(isinstance(record.get(name), list) for name in _RESPONSES)
        and any(name in record for name in ("doc_id", "doc", _TARGET, "arguments"))
    )


def _pairs(record: dict[str, Any]) -> list[list[Any]] | None:
    """Return [log-likelihood, is_greedy] of each choice; None if there are none."""
    for name in _RESPONSES:
        items = record.get(name)
        if isinstance(items, list) and items:
            pairs = [_unwrap(item) for item in items]
            if all(map(_is_pair, pairs)):
                return pairs
    return None


def _require_pairs(record: Record) -> list[list[Any]]:
    if not isinstance(record, dict):
        raise ValueError("expected a sample of lm-evaluation-harness, as in row 1")
    pairs = _pairs(record)
    if pairs is None:
        raise ValueError("expected [log-likelihood, is_greedy] for each choice in resps")
    choices = _choices(record)
    if choices and len(pairs) == 2 * len(choices):
        raise ValueError(
            f"found {len(pairs)} log-likelihoods for {len(choices)} choices: half of them are "
            "of choices without the question (acc_mutual_info)"
        )
    return pairs


def _unwrap(item: Any) -> Any:  # noqa: ANN401
    while isinstance(item, list) and len(item) == 1:
        item = item[0]
    return item


def _is_pair(item: Any) -> bool:  # noqa: ANN401
    if not isinstance(item, list) or len(item) != 2:
        return False
    number, greedy = item
    is_number = isinstance(number, int | float) or (
        isinstance(number, str) and is_number_text(number)
    )
    return is_number and str(greedy) in ("True", "False", "0", "1")


def _number(value: Any) -> float:  # noqa: ANN401
    try:
        number = to_float(value) if isinstance(value, str) else float(value)
    except OverflowError:
        raise ValueError("number is out of range for float64") from None
    return NonFiniteLiteral(number) if math.isinf(number) else number


def _count_bytes(text: str) -> int:
    return len(text.encode())


def _arguments(record: dict[str, Any]) -> list[str]:
    """Return the texts of the choices as they were requested, without the blank before them."""
    arguments = record.get("arguments")
    items = list(arguments.values()) if isinstance(arguments, dict) else arguments
    texts = list(_continuations(items if isinstance(items, list) else []))
    if all(text.startswith(" ") for text in texts):
        return [text[1:] for text in texts]
    return texts


def _continuations(items: Sequence[Any]) -> Iterator[str]:
    for item in items:
        text = item.get("arg_1") if isinstance(item, dict) else None
        if isinstance(item, list) and len(item) == 2:
            text = item[1]
        if isinstance(text, str):
            yield text


def _choices(record: dict[str, Any]) -> list[str]:
    """Return the texts of the choices in the document of a sample, if it has them."""
    doc = record.get("doc")
    choices = doc.get("choices") if isinstance(doc, dict) else None
    if isinstance(choices, dict):  # ARC
        choices = choices.get("text")
    return list(map(str, choices)) if isinstance(choices, list) else []


def _target(record: dict[str, Any], name: str) -> int | None:
    """Return the index of the right choice; None if there is none, or more than one."""
    target = record.get(name)
    if isinstance(target, list):
        target = _unwrap(target)
    if target is None or isinstance(target, list | dict | bool | float):
        return None
    if isinstance(target, int):
        return target
    lists = [texts for texts in (_arguments(record), _choices(record)) if texts]
    places = {
        [text.strip() for text in texts].index(target.strip())
        for texts in lists
        if [text.strip() for text in texts].count(target.strip()) == 1
    }
    if target.strip().lstrip("-").isdigit():
        places.add(int(target))
    if len(places) > 1:
        first, second = sorted(places)[:2]
        raise ValueError(
            f'ambiguous {name} "{printable(target)}": choice {first} or {second}, by index or text'
        )
    if not places:
        raise ValueError(f'{name} "{printable(target)[:80]}" is not one of the choices')
    return places.pop()
