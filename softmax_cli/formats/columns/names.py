"""Rules for names: identifiers, labels, bookkeeping, and headers that count."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# Names are compared in lower case, without blanks, underscores, dots, hyphens and the like.
_SEPARATORS = re.compile(r"[\s_.\-:#]+")

_ID_NAMES = frozenset([
    "", "id", "ids", "index", "idx", "uuid", "guid", "key", "row", "rowid", "rowindex", "rownum",
    "rowname", "rownames", "rownumber", "recordid", "file", "filename", "filepath", "path", "url",
    "image", "imagename", "imageindex", "name", "qid", "docid", "doc", "sampleid", "sample",
    "sampleindex", "samplenumber", "example", "exampleid", "indexlevel0", "unnamed", "user",
    "item", "query", "session", "customer", "patient", "subject", "product", "question", "request",
    "record", "case", "conversation", "document", "passage", "candidate", "rowids", "inst",
    "instance", "uid",
])  # fmt: skip
# user_id, image-id, sampleId, row_number, sample_idx; Unnamed: 0 and __index_level_0__ of pandas.
_ID_PATTERN = re.compile(
    r".*(?:[ _.-](?:ids?|ID|Id|u?uid|idx|index|number|num|no|nr|key)"
    r"|[a-z](?:I[dD]|Index|Idx|Number))"
    r"|(?:Unnamed: ?\d+(?:\.\d+)*)(?:_level_\d+)?|__index_level_\d+__|level_\d+"
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
_OF_SPLIT = re.compile(r"^(?:train(?:ing)?|val(?:id(?:ation)?)?|test|eval(?:uation)?|dev)")
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
_LABELS = {_SEPARATORS.sub("", name): rank for rank, name in reversed(list(enumerate(LABEL_NAMES)))}


class NameKind(Enum):
    """Kinds of columns that a name alone suggests."""

    ID = "identifier"
    LABEL = "label"
    SIDE = "bookkeeping or prediction"
    POSSIBLE_SIDE = "bookkeeping or prediction, or a class"


def kind_of_name(name: str) -> NameKind | None:
    """Return the kind of column that a name suggests, if it suggests any but a class."""
    key = _key(name)
    if key in _ID_NAMES or _ID_PATTERN.fullmatch(name.strip()):
        return NameKind.ID
    if key in _LABELS:
        return NameKind.LABEL
    if key in _SIDE_NAMES or _OF_SPLIT.sub("", key) in _SIDE_NAMES:
        return NameKind.SIDE
    return NameKind.POSSIBLE_SIDE if key in _POSSIBLE_SIDE_NAMES else None


def is_id_name(name: str) -> bool:
    """Return True for a name of identifiers."""
    return kind_of_name(name) is NameKind.ID


def is_label_name(name: str) -> bool:
    """Return True for a name of labels."""
    return _key(name) in _LABELS


def find_label(names: Sequence[str]) -> int | None:
    """Return the index of the label among names: the one whose name comes first in the list."""
    ranked = [(_LABELS[key], i) for i, name in enumerate(names) if (key := _key(name)) in _LABELS]
    if any("Class=" in name for name in names):
        # CatBoost writes its predictions in Class, next to RawFormulaVal:Class=cat.
        ranked = [(rank, i) for rank, i in ranked if names[i] != "Class"]
    return min(ranked)[1] if ranked else None


def is_sequential(numbers: Sequence[str]) -> bool:
    """Return True if the texts are 0..C-1 or 1..C, for more than one."""
    count = len(numbers)
    return count > 1 and list(numbers) in (
        [str(i) for i in range(count)],
        [str(i) for i in range(1, count + 1)],
    )


def _key(name: str) -> str:
    return _SEPARATORS.sub("", name.strip().lower())
