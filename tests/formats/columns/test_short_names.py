"""Names without their common prefix or suffix."""

from softmax_cli.formats.columns.short_names import short_names
from tests.each import each


@each(
    ("names", "expected"),
    [
        (["Class=setosa", "Class=versicolor"], ["setosa", "versicolor"]),
        (["logit_cat", "logit_dog"], ["cat", "dog"]),
        (["cat_x", "dog_x"], ["cat", "dog"]),
        (["p10", "p11", "p12"], ["10", "11", "12"]),
        (["p1", "p2", "p10"], ["1", "2", "10"]),
        (["LABEL_0", "LABEL_1"], ["0", "1"]),
        (["class 1 score", "class 2 score"], ["1", "2"]),
        (["score.cat.raw", "score.dog.raw"], ["cat", "dog"]),
        (["y_tomcat", "y_cat"], ["tomcat", "cat"]),
        ([" logit_cat", "logit_dog "], ["cat", "dog"]),
        (["1.0", "2.0"], ["1", "2"]),
        (["a b", "a b c"], ["b", "b c"]),
    ],
)
def test_shared_words_at_either_end_are_left_out(names, expected):
    assert short_names(names) == expected


@each(
    "names",
    [
        ["cat", "car"],
        ["tomcat", "bobcat"],
        ["10", "11"],
        ["cat"],
        [],
        ["cat", "cat"],
        ["logit_cat", "dog"],
        ["logit_", "logit_cat"],
        ["x1y", "x2y"],
        ["", "x"],
    ],
)
def test_names_without_a_shared_word_stay_whole(names):
    assert short_names(names) == names
