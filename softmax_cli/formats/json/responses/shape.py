"""Responses of language models: one row per token, of its alternatives or of given candidates.

Alternatives differ from token to token, so that their names are columns next to their
probabilities.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Self

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import UsageError
from softmax_cli.formats.columns.class_order import InvalidRecordError
from softmax_cli.formats.columns.mass import MASS, describe_mass
from softmax_cli.formats.columns.roles import Columns
from softmax_cli.formats.columns.selection import select_columns
from softmax_cli.formats.json.responses.envelopes import (
    describe_missing,
    is_response,
    request_of_alternatives,
)
from softmax_cli.formats.json.responses.fields import ResponseFields
from softmax_cli.formats.json.responses.forms import find_answers
from softmax_cli.formats.json.responses.shares import (
    MASKED,
    candidate_logprob,
    clean_logprob,
    known_alternatives,
)
from softmax_cli.formats.json.responses.tokens import Answer, Token
from softmax_cli.formats.json.shape import Locator, Record, Shape
from softmax_cli.formats.output_schema import first_duplicate

if TYPE_CHECKING:
    from softmax_cli.formats.read_options import ReadOptions


@dataclass(frozen=True)
class TokenRow:
    """A token of an answer, its place in the response, and the place of the response."""

    response: dict[str, Any]
    number: int | None
    choice: int
    position: int
    token: Token


class Responses(Shape):
    """One row per token: where it stands, its alternatives, and `mass`, their probability."""

    kind = "responses of language models"
    own_options = ("--position", "--candidates")
    truncated = True
    mass_scale = "log-probabilities"

    def __init__(self, records: Sequence[Record], options: ReadOptions, source: str) -> None:
        self._prompt = not any(map(find_answers, records))
        self._position = options.position
        answers = chain.from_iterable(map(self._answers, records))
        tokens = [token for answer in answers for _, token in self._selected(answer.tokens)]
        self._count = max((len(token.alternatives) for token in tokens), default=0)
        self._candidates = options.candidates
        self.candidates = bool(options.candidates)
        if not self._candidates and self._count < 2:
            raise ValueError(self._describe_missing(records, tokens))
        self._fields = ResponseFields(list(_objects(records)), options, source)
        self.columns = self._columns(options, source)
        types = [*self._fields.id_types, int, int, str, float]
        places = dict(enumerate([*types, *[str] * len(self._alternative_names)]))
        first_label = len(self.columns.names) - len(self._fields.labels)
        places |= {first_label + i: kind for i, kind in enumerate(self._fields.label_types)}
        self.types = {i: places[i] for i in self.columns.passthrough}

    def _describe_missing(self, records: Sequence[Record], tokens: Sequence[Token]) -> str:
        if not tokens and self._position is not None:
            return f"no log-probabilities of a token at position {self._position}"
        what = "only one of the" if self._count else "no"
        response = next(one for one in _objects(records) if self._answers(one))
        return f"{what} top_logprobs in the tokens: {request_of_alternatives(response)}"

    @classmethod
    def detect(cls, records: Sequence[Record], options: ReadOptions, source: str) -> Self | None:
        """Return the shape of responses with tokens; refuse responses without."""
        objects = list(_objects(records))
        if any(find_answers(one) or find_answers(one, prompt=True) for one in objects):
            if options.columns:
                raise UsageError(
                    "--columns does not apply to a response of a language model",
                    source=source,
                    hint='Select answers with --candidates "Yes,No".',
                )
            return cls(records, options, source)
        if any(map(is_response, objects)):
            raise ValueError(describe_missing(objects))
        return None

    @property
    def _alternative_names(self) -> list[str]:
        count = 0 if self._candidates else self._count
        return [f"alternative_{k}" for k in range(1, count + 1)]

    def _columns(self, options: ReadOptions, source: str) -> Columns:
        """Return ids, place, token and mass, then alternatives or candidates, then labels."""
        alternatives = self._alternative_names
        classes = list(self._candidates) or [f"probability_{k}" for k in range(1, self._count + 1)]
        ids, labels = self._fields.ids, self._fields.labels
        before = [*ids, "choice", "position", "token", MASS, *alternatives]
        names = (*before, *classes, *labels)
        if (name := first_duplicate(names)) is not None:
            raise UsageError(f'duplicate column "{name}"', source=source)
        first = len(before)
        dropped = select_columns(names, options.drop, "--drop", source)
        own = range(first - len(alternatives), first)
        if {*own, *range(first, first + len(classes))}.intersection(dropped):
            what = "candidates" if self._candidates else "alternatives and their probabilities"
            raise UsageError(
                f"--drop does not apply to {what}",
                source=source,
                hint=None if self._candidates else "Use --top K, without --drop, for K of them.",
            )
        return Columns(
            names,
            header=True,
            logits=tuple(range(first, first + len(classes))),
            labels=tuple(range(len(names) - len(labels), len(names))),
            ids=tuple(range(len(ids))),
            dropped=tuple(dropped),
            note=self._note(),
            class_columns=tuple(own),
            computed=(len(ids) + 3,),
        )

    def _note(self) -> str:
        what = "prompt token" if self._prompt else "token"
        if self._candidates:
            classes = f"{len(self._candidates)} candidates"
        else:
            classes = f"{self._count} alternatives"
        return f"one row per {what}: its {describe_mass(classes)}"

    def _answers(self, record: Record) -> list[Answer]:
        return find_answers(record, prompt=self._prompt)

    def explode(self, records: list[Record], location: Locator) -> tuple[list[Record], Locator]:
        """Return a row for each token with a log-probability, or for that at --position."""
        rows: list[Record] = []
        indices: list[int] = []
        for i, record in enumerate(records):
            place = location(i)
            number = place.line or place.row
            found = False
            for response in _objects([record]):
                for answer in self._answers(response):
                    found = True
                    rows += [
                        TokenRow(response, number, answer.choice, position, token)
                        for position, token in self._selected(answer.tokens)
                    ]
            if not found and record not in ([], {}) and not is_response(record):
                raise place.error("expected a response with logprobs, as in row 1")
            indices += [i] * (len(rows) - len(indices))
        return rows, lambda row: location(indices[row])

    def _selected(self, tokens: Sequence[Token]) -> list[tuple[int, Token]]:
        places = list(enumerate(tokens))
        if self._position is not None:
            places = places[self._position :][:1] if -len(places) <= self._position else []
        return [
            (i, token) for i, token in places if token.alternatives or token.logprob is not None
        ]

    def warnings(self, records: list[Record], rows: list[Record]) -> Mapping[str, int]:
        """Count responses without a row."""
        where = "" if self._position is None else f" at position {self._position}"
        skipped = len(records) - len({row.number for row in rows})
        text = f"responses without log-probabilities{where}, which give no rows"
        return {text: skipped} if skipped else {}

    def _shares(self, token: Token) -> list[Any]:
        """Return the log-probability of each class of a token."""
        if not self._candidates:
            return [clean_logprob(logprob) for _, logprob in known_alternatives(token)]
        return [candidate_logprob(token, name) for name in self._candidates]

    def values(self, record: Record) -> list[Any]:
        """Return the log-probabilities, padded with -inf."""
        shares = self._shares(record.token)
        if self._candidates:
            if all(value == -math.inf for value in shares):
                raise InvalidRecordError(
                    "none of the candidates is among the alternatives",
                    "Use --position to select the token of the answer, or --invalid skip.",
                )
            return shares
        if len(shares) > self._count:
            raise ValueError(
                f"found {len(shares)} alternatives, expected at most {self._count} as in the first "
                "records: move the response with the most to the front"
            )
        return shares + [MASKED] * (self._count - len(shares))

    def others(self, record: Record) -> list[Any]:
        """Return the ids, the place, the token, NaN, the alternatives and the labels."""
        texts = [] if self._candidates else [text for text, _ in known_alternatives(record.token)]
        cells = [
            *self._fields.read_ids(record.response, record.number),
            record.choice,
            record.position,
            record.token.text,
            math.nan,
            *texts[: self._count],
            *[None] * (len(self._alternative_names) - len(texts)),
            *[None] * len(self.columns.logits),
            *self._fields.read_labels(record.response),
        ]
        return [cells[i] for i in self.columns.passthrough]


def _objects(records: Sequence[Record]) -> list[dict[str, Any]]:
    """Return the responses of records; a record may be a list of them."""
    lists = [record if isinstance(record, list) else [record] for record in records]
    return [one for items in lists for one in items if isinstance(one, dict)]
