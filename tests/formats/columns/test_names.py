"""Rules for names: identifiers, labels, bookkeeping, and headers that count."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.formats.columns import names as names_module
from softmax_cli.formats.columns.names import (
    LABEL_NAMES,
    NameKind,
    find_label,
    is_id_name,
    is_label_name,
    is_sequential,
    kind_of_name,
    kinds_of_names,
)
from tests.each import each

IDS = (
    """
id|ID|ids|Index|idx|uuid|guid|key|row|row_id|row_ids|rowIndex|row_number|rownames|file|filename
file_path|path|url|image|image_name|name|qid|doc|doc_id|docid|sample|sample_idx|example|user_id
user-id|User Id|userId|userID|customer.id|request_uuid|StudyInstance uid|frame_no|patient_nr
item_num|cache_key|PassengerId|ImageId|rowNumber|sampleIdx|Unnamed: 0|Unnamed: 0.1|Unnamed: 12
Unnamed: 0_level_0|__index_level_0__|level_0|inst#|#| |_id|test_id|user|query|session
""".strip()
    .replace("\n", "|")
    .split("|")
)
SIDES = (
    """
fold|folds|Resample|epoch|_step|global_step|iteration|iter|_timestamp|timestamp|datetime
created_at|_runtime|elapsed|latency|weight|sample_weight|sample_weights|loss|nll|cross_entropy|pred
preds|y_pred|yhat|y_hat|predict|predicted|prediction|predictions|pred_label|predicted_label
predicted_class|.pred_class|argmax|is_correct|acc|acc_norm|accuracy|confidence|entropy|guess
max_prob|softmax|sigmoid|margin|disagreement|dissent
""".strip()
    .replace("\n", "|")
    .split("|")
)
POSSIBLE_SIDES = (
    """
split|partition|batch|rank|seed|run|trial|time|date|created|duration|length|n_tokens|count|position
start|end|group|year|month|day|hour|winner|correct|result|response
""".strip()
    .replace("\n", "|")
    .split("|")
)
LABELS = (
    """
label|Label|labels|target|targets|y|Y|y_true|class|truth|true_label|true_class|ground_truth
groundtruth|ground truth|gt|gold|gold_label|actual|y_test|y_val|obs|observed|answer
""".strip()
    .replace("\n", "|")
    .split("|")
)
CLASSES = (
    """
cat|dog|0|1|class_0|class0|Class=a|logit_cat|p0|prob.a|.pred_cat|LABEL_2|__label__a|setosa|yes|no
positive|negative|covid|idle|arachnid|id_card|identity|CAPTID|valid|paid|void|indexed|rowing
keyboard|weightless|lossless|foldable|timer|update|classic|labeled|yellow|targeting|truthful
steps|spam|ham|true|false|A|B|x|z|entailment|neutral|contradiction
""".strip()
    .replace("\n", "|")
    .split("|")
)


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (IDS, NameKind.ID),
        (SIDES, NameKind.SIDE),
        (POSSIBLE_SIDES, NameKind.POSSIBLE_SIDE),
        (LABELS, NameKind.LABEL),
        (CLASSES, None),
    ],
    ids=["ids", "bookkeeping", "possible bookkeeping", "labels", "classes"],
)
def test_each_name_has_its_kind(names, kind):
    assert {name: kind_of_name(name) for name in names} == dict.fromkeys(names, kind)


@pytest.mark.parametrize("list_name", ["_ID_NAMES", "_SIDE_NAMES", "_POSSIBLE_SIDE_NAMES"])
def test_listed_names_are_written_as_they_are_compared(list_name):
    listed = getattr(names_module, list_name)
    assert {name: names_module._key(name) for name in listed} == {name: name for name in listed}


def test_no_name_is_in_two_lists():
    labels = {names_module._key(name) for name in LABEL_NAMES}
    lists = [
        names_module._ID_NAMES,
        names_module._SIDE_NAMES,
        names_module._POSSIBLE_SIDE_NAMES,
        labels,
    ]
    assert sum(map(len, lists)) == len(frozenset.union(*map(frozenset, lists)))


def test_names_are_recognized_in_any_case_and_with_any_separator():
    for name in ("sample_weight", "SAMPLE WEIGHT", "Sample-Weight", " sample.weight "):
        assert kind_of_name(name) is NameKind.SIDE
    assert is_label_name("Ground-Truth")
    assert is_id_name("Sample Id")


@each(
    ("names", "label"),
    [
        ("cat dog", None),
        ("a label", 1),
        ("y label", 1),
        ("label y", 0),
        ("y_true y", 1),
        ("gt truth a", 1),
        ("obs pred cat dog", 0),
        ("label_id a b", 0),
        ("SampleId RawFormulaVal:Class=a RawFormulaVal:Class=b Class", None),
        ("SampleId RawFormulaVal:Class=a RawFormulaVal:Class=b Class Label", 4),
        ("SampleId a b Class", 3),
    ],
)
def test_label_is_the_first_of_the_known_names(names, label):
    assert find_label(names.split()) == label


@each(
    ("numbers", "sequential"),
    [
        (("0", "1"), True),
        (["1", "2", "3"], True),
        (["0"], False),
        (["1"], False),
        ([], False),
        (["2", "3"], False),
        (["1", "0"], False),
        ([" 0", "1"], False),
        (["0.0", "1.0"], False),
    ],
)
def test_sequential_numbers_count_from_0_or_1(numbers, sequential):
    assert is_sequential(numbers) == sequential


# The rule for one name, one test after the other.
SEPARATORS = re.compile(r"[\s_.\-:#]+")
OF_SPLIT = re.compile(r"^(?:train(?:ing)?|val(?:id(?:ation)?)?|test|eval(?:uation)?|dev)")
ID_PATTERN = re.compile(
    r".*(?:[ _.-](?:ids?|ID|Id|u?uid|idx|index|number|num|no|nr|key)"
    r"|[a-z](?:I[dD]|Index|Idx|Number))"
    r"|(?:Unnamed: ?\d+(?:\.\d+)*)(?:_level_\d+)?|__index_level_\d+__|level_\d+"
)


def _plain_kind(name):
    key = SEPARATORS.sub("", name.strip().lower())
    if key in names_module._ID_NAMES or ID_PATTERN.fullmatch(name.strip()):
        return NameKind.ID
    if key in {SEPARATORS.sub("", label) for label in LABEL_NAMES}:
        return NameKind.LABEL
    if {key, OF_SPLIT.sub("", key)} & names_module._SIDE_NAMES:
        return NameKind.SIDE
    return NameKind.POSSIBLE_SIDE if key in names_module._POSSIBLE_SIDE_NAMES else None


PIECES = [
    "id", "ID", "Id", "ids", "uid", "key", "no", "nr", "num", "number", "Number", "Index", "Idx",
    "idx", "index", "level_0", "__index_level_12__", "Unnamed: 0", "Unnamed:", "0", "1", "23", "_",
    "-", ".", ":", "#", "label", "Class", "Class=", "y", "loss", "acc", "pred", "val", "train",
    "validation", "test_", "rank", "token", "cat", "a", "\xe9", "\u212a", "\u0130", "\u03a3",
    "\u0663", "[x]", "", " ", "\n", "\t", "\0", "\1", "\x1f", "\xa0", "\u2003", "\ud800",
]  # fmt: skip
odd_names = st.lists(st.lists(st.sampled_from(PIECES), max_size=4).map("".join), max_size=9)


@settings(max_examples=200)
@given(odd_names)
def test_the_kinds_of_many_names_are_those_of_each_name(names):
    kinds = kinds_of_names(names)
    assert [kinds.get(i) for i in range(len(names))] == list(map(_plain_kind, names))
    assert list(map(kind_of_name, names)) == list(map(_plain_kind, names))


def test_kinds_stand_at_the_places_of_their_names():
    names = [f"token_{i}" for i in range(300)]
    assert kinds_of_names(names) == {}
    names[7], names[299] = " user_id ", "val_loss"
    assert kinds_of_names(iter(names)) == {7: NameKind.ID, 299: NameKind.SIDE}
