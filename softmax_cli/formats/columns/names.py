"""Rules for names: identifiers, labels, bookkeeping, and headers that count."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Names are compared in lower case, without blanks and these.
_SEPARATORS = "_.-:#"

_ID_NAMES = frozenset([
    "", "id", "ids", "index", "idx", "uuid", "guid", "key", "row", "rowid", "rowindex", "rownum",
    "rowname", "rownames", "rownumber", "recordid", "file", "filename", "filepath", "path", "url",
    "image", "imagename", "imageindex", "name", "qid", "docid", "doc", "sampleid", "sample",
    "sampleindex", "samplenumber", "example", "exampleid", "indexlevel0", "unnamed", "user",
    "item", "query", "session", "customer", "patient", "subject", "product", "question", "request",
    "record", "case", "conversation", "document", "passage", "candidate", "rowids", "inst",
    "instance", "uid",
])  # fmt: skip
# Patterns of names between NULs, which take a tenth of the time that a call for each name takes.
# user_id, image-id, row_number, sample_idx and sampleId, backwards: no other name gets beyond its
# last letters then.
_WORDS = "id ids ID Id uid uuid idx index number num no nr key"
_HUMPS = "Id ID Idx Index Number"
_ID_BACKWARDS = re.compile(
    rf"\0(?:(?:{'|'.join(_WORDS[::-1].split())})[ _.-]|(?:{'|'.join(_HUMPS[::-1].split())})[a-z])"
    r"[^\0\n]*+(?=\0)"
)
# Unnamed: 0 and __index_level_0__ of pandas.
_INDEX = re.compile(
    r"\0(?:Unnamed: ?\d+(?:\.\d+)*(?:_level_\d+)?|__index_level_\d+__|level_\d+)(?=\0)"
)
# What training loops, samplers and databases add to scores, and results derived from scores.
# No class is called so: such columns pass through whatever they hold.
_SIDE_NAMES = frozenset([
    "fold", "folds", "resample", "epoch", "step", "globalstep", "iteration", "iter", "batchindex",
    "batchidx", "timestamp", "datetime", "createdat", "updatedat", "runtime", "elapsed", "latency",
    "lr", "learningrate", "temperature", "weight", "weights", "sampleweight", "sampleweights",
    "loss", "losses", "nll", "crossentropy", "ppl", "perplexity", "pred", "preds", "predict",
    "guess", "ypred", "yhat",
    "predicted", "prediction", "predictions", "predlabel", "predictedlabel", "predictedclass",
    "predclass", "argmax", "iscorrect", "acc", "accnorm", "accuracy", "confidence", "entropy",
    "softmax", "sigmoid", "logsoftmax", "logsigmoid", "maxprob", "margin", "disagreement",
    "dissent",
])  # fmt: skip
# val_loss, train_acc
_SPLITS = ("", "train", "training", "val", "valid", "validation", "test", "eval", "evaluation",
           "dev")  # fmt: skip
# The same, but a class may be called so: values that look like logits contradict the name.
_POSSIBLE_SIDE_NAMES = frozenset([
    "split", "partition", "subset", "batch", "rank", "seed", "run", "trial", "time", "date",
    "created", "updated", "duration", "length", "tokens", "ntokens", "count", "position", "offset",
    "start", "end", "group", "year", "month", "day", "hour", "winner", "correct", "hit", "response",
    "result", "results", "probability", "mass", "logprob",
])  # fmt: skip
# The first of these that a file has is its label.
LABEL_NAMES = (
    "label", "target", "y", "y_true", "class", "truth", "labels", "targets", "true_label",
    "true_labels", "true_class", "ground_truth", "groundtruth", "gt", "gold", "gold_label",
    "actual", "y_test", "y_val", "obs", "observed", "label_id", "label_ids", "answer",
)  # fmt: skip


class NameKind(Enum):
    """Kinds of columns that a name alone suggests."""

    ID = "identifier"
    LABEL = "label"
    SIDE = "bookkeeping or prediction"
    POSSIBLE_SIDE = "bookkeeping or prediction, or a class"


def kinds_of_names(names: Iterable[str]) -> dict[int, NameKind]:
    """Return the kinds of columns that names suggest, by their indices; classes have none."""
    text = _INDEX.sub(r"\0id", _join(names))
    keys = _keys(_ID_BACKWARDS.sub(r"\0di", text[::-1])[::-1])
    return {i: _KINDS[key] for i, key in enumerate(keys) if key in _KINDS}


def kind_of_name(name: str) -> NameKind | None:
    """Return the kind of column that a name suggests, if it suggests any but a class."""
    return kinds_of_names([name]).get(0)


def is_id_name(name: str) -> bool:
    """Return True for a name of identifiers."""
    return kind_of_name(name) is NameKind.ID


def is_label_name(name: str) -> bool:
    """Return True for a name of labels."""
    return _key(name) in _LABELS


def find_label(names: Sequence[str]) -> int | None:
    """Return the index of the label among names: the one whose name comes first in the list."""
    ranked = [(_LABELS[key], i) for i, key in enumerate(_keys(_join(names))) if key in _LABELS]
    if ranked and any("Class=" in name for name in names):
        # CatBoost writes its predictions in Class, next to RawFormulaVal:Class=cat.
        ranked = [(rank, i) for rank, i in ranked if names[i] != "Class"]
    return min(ranked)[1] if ranked else None


def is_sequential(numbers: Sequence[str]) -> bool:
    """Return True if the texts are 0..C-1 or 1..C, for more than one."""
    if len(numbers) < 2 or numbers[0] not in ("0", "1"):
        return False
    first = int(numbers[0])
    return list(numbers) == list(map(str, range(first, first + len(numbers))))


def _join(names: Iterable[str]) -> str:
    """Return names without blanks around them, each between NULs."""
    names = ["", *map(str.strip, names), ""]
    text = "\0".join(names)
    if text.count("\0") >= len(names):  # a name with a NUL, which no rule mentions
        text = "\0".join(name.replace("\0", "\1") for name in names)
    return text


def _keys(text: str) -> list[str]:
    """Return what the names of a joined text are compared by."""
    text = "".join(text.lower().split())
    for separator in _SEPARATORS:
        text = text.replace(separator, "")
    return text.split("\0")[1:-1]


def _key(name: str) -> str:
    return _keys(_join([name]))[0]


_LABELS = {key: i for i, key in reversed(list(enumerate(_keys(_join(LABEL_NAMES)))))}
_KINDS = (
    dict.fromkeys(_POSSIBLE_SIDE_NAMES, NameKind.POSSIBLE_SIDE)
    | {split + name: NameKind.SIDE for split in _SPLITS for name in _SIDE_NAMES}
    | dict.fromkeys(_LABELS, NameKind.LABEL)
    | dict.fromkeys(_ID_NAMES, NameKind.ID)
)
