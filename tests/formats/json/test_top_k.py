"""Lists of the best labels only, of which --candidates names all."""

import json
import math

import pytest

from tests.each import each
from tests.runner import softmax

LINES = ["--input-format", "jsonl", "-q"]
CANDIDATES = ["--candidates", "cat,dog,bird"]
PROBABILITIES = ["--from", "probabilities"]
WARNING = "softmax: warning: <stdin>: "
ONE = WARNING + "rows in which only one candidate has a score, which makes its probability 1: "
SMALL = WARNING + "rows in which the candidates have a mass below 0.5: "
PROBABLE = (
    WARNING + "rows look like probabilities (all in [0, 1]) but are read as logits. "
    "Use --from probabilities if they are.\n"
)
PERCENT = WARNING + "rows that look like percentages (divide by 100, use --from probabilities): 1\n"


def unseen(name):
    return f'{WARNING}no row has a score for "{name}": probability 0 in every row\n'


def pairs(**scores):
    return [{"label": name, "score": score} for name, score in scores.items()]


def lines(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


BEST = lines(pairs(cat=0.5, dog=0.25), pairs(bird=0.75, cat=0.125))
OF_IDS = '{"id":7,"scores":{"cat":1.5,"cow":3}}\n{"id":8,"scores":{"dog":2.5}}\n'
MULTI_LABEL = lines({"id": 1, "p": pairs(cat=0.9, dog=0.8)})


@each(
    ("stdin", "options", "out", "err"),
    [
        # Probabilities have a mass, logits have none.
        (BEST, PROBABILITIES, "mass,cat,dog,bird\n0.750,0.667,0.333,0.000\n0.875,0.143,0.000,0.857\n", ""),
        (lines({"id": 7, "p": pairs(cat=0.5, dog=0.25)}, {"id": 8, "p": pairs(bird=0.25, cow=0.5, cat=0.125)}),
         PROBABILITIES, "id,mass,cat,dog,bird\n7,0.750,0.667,0.333,0.000\n8,0.375,0.333,0.000,0.667\n", SMALL + "1\n"),
        (lines({"id": 7, "scores": {"cat": 0.5, "dog": 0.25}, "note": "x"}), PROBABILITIES,
         "id,mass,cat,dog,bird,note\n7,0.750,0.667,0.333,0.000,x\n", unseen("bird")),
        (lines(pairs(cat=math.log(0.5), dog=math.log(0.25), bird=1e-9 - 30)), ["--from", "log-probabilities"],
         "mass,cat,dog,bird\n0.750,0.667,0.333,0.000\n", ""),
        (lines(pairs(cat=3, dog=1), pairs(bird=2, cat=-1)), [],
         "cat,dog,bird\n0.881,0.119,0.000\n0.047,0.000,0.953\n", ""),
        (OF_IDS, ["-a", "log-softmax"], "id,cat,dog,bird\n7,0.000,-inf,-inf\n8,-inf,0.000,-inf\n",
         unseen("bird") + ONE + "2\n"),
        # Probabilities that are read as logits.
        (BEST, [], "cat,dog,bird\n0.562,0.438,0.000\n0.349,0.000,0.651\n", PROBABLE),
        (MULTI_LABEL, [], "id,cat,dog,bird\n1,0.525,0.475,0.000\n", PROBABLE + unseen("bird")),
        (lines(pairs(cat=90, dog=5.5, bird=1.5)), [], "cat,dog,bird\n1.000,0.000,0.000\n", PERCENT),
        (lines(pairs(cat=40, dog=35, bird=30)), [], "cat,dog,bird\n0.993,0.007,0.000\n", ""),
        # The best label only: what is left to the others is not known.
        (lines(pairs(cat=0.98), pairs(dog=0.7), pairs(bird=1.0)), PROBABILITIES,
         "mass,cat,dog,bird\n0.980,1.000,0.000,0.000\n0.700,0.000,1.000,0.000\n1.000,0.000,0.000,1.000\n", ONE + "2\n"),
        # Classes that are not exclusive have no mass.
        (MULTI_LABEL, [*PROBABILITIES, "-a", "sigmoid"], "id,cat,dog,bird\n1,0.900,0.800,0.000\n", unseen("bird")),
        # Rows without any candidate are invalid, and may be left out.
        (BEST + "[]\n" + lines(pairs(cow=0.5)), [*PROBABILITIES, "--invalid", "skip"],
         "mass,cat,dog,bird\n0.750,0.667,0.333,0.000\n0.875,0.143,0.000,0.857\n",
         "softmax: warning: 2 of 4 rows skipped; first: <stdin>, line 3: no scores in the list\n"),
        (lines({"id": 1, "p": pairs(cat=0.5, dog=0.5)}, {"id": 2, "p": []}), [*PROBABILITIES, "--invalid", "nan"],
         "id,mass,cat,dog,bird\n1,1.000,0.500,0.500,0.000\n2,NaN,NaN,NaN,NaN\n",
         unseen("bird") + "softmax: warning: 1 of 2 rows written as NaN; first: <stdin>, line 2: no scores in the list\n"),
    ],
)  # fmt: skip
def test_candidates_are_the_classes_of_lists_of_the_best(stdin, options, out, err):
    given = [*LINES, *CANDIDATES, "-f", "csv", "--decimals", "3", *options]
    ran = softmax("convert", *given, stdin=stdin)
    assert (ran.out, ran.err, ran.code) == (out, err, 0)


@each(
    ("stdin", "options", "err"),
    [
        (BEST + lines(pairs(cow=0.5)), [], "line 3: none of the candidates is among the labels. Use --invalid skip"),
        (BEST + "[]\n", [], "line 3: no scores in the list. Use --invalid skip"),
        (BEST + "0\n", [], "line 3: expected a list of {label, score} objects, as in row 1."),
        (lines({"id": 1, "p": pairs(cat=1)}, {"id": 1, "p": 0}), [], 'line 2: field "p" holds no scores'),
        (lines(pairs(cat=1) + pairs(cat=2)), [], 'line 1: duplicate label "cat".'),
        (BEST + lines(pairs(cat=0.2) + pairs(cat=0.1)), [], 'line 3: duplicate label "cat".'),
        (BEST + lines(pairs(cow=0.2) + pairs(cow=0.1, cat=0.5)), [], 'line 3: duplicate label "cow".'),
        (BEST, ["-a", "sigmoid"], "classes that --candidates masks have no logit, which sigmoid needs. Use -a softmax."),
        (MULTI_LABEL, PROBABILITIES, "sum to 1.7, more than 1. Use -a sigmoid if the classes are independent."),
        (lines(pairs(cat=90, dog=5.5)), PROBABILITIES, "90 is outside [0, 1]. Divide percentages by 100."),
        (lines(pairs(cat=-0.5, dog=0.25)), PROBABILITIES, "-0.5 is outside [0, 1]. Use --invalid skip"),
        (lines({"mass": 3, "p": pairs(cat=0.5, dog=0.25)}), PROBABILITIES, '"mass" is a column of the input'),
        ("[1,2,3]\n", [], "--candidates applies to responses of language models"),
    ],
)  # fmt: skip
def test_lists_that_are_refused(stdin, options, err):
    ran = softmax("convert", *LINES, *CANDIDATES, *options, stdin=stdin)
    assert err in ran.err
    assert ran.code in (1, 2)


@each(
    ("stdin", "options", "err"),
    [
        (lines(pairs(cat=0.9, dog=0.05)), PROBABILITIES,
         "sum to 0.95, not 1. Use --candidates with all labels if these are the best of more."),
        (lines(pairs(cat=0.9, dog=0.8)), PROBABILITIES, "sum to 1.7, not 1. Use -a sigmoid if"),
        (lines(pairs(cat=90, dog=10)), PROBABILITIES, "90 is outside [0, 1]. Divide percentages by 100."),
        (lines(pairs(cat=0.9)), [], "single class is always 1. Name all labels with --candidates, or use -a sigmoid"),
        ('{"label":"cat","score":0.9}\n{"label":"dog","score":0.8}\n', [],
         "If the label is the best of a row, put both in a list, "),
        ('{"id":7,"label":"cat","score":0.9}\n', [], "If the label is the best of a row, put both in a list, "),
        ('{"scores":[0.9],"label":1}\n', [], "single class is always 1. Use -a sigmoid for binary scores"),
    ],
)  # fmt: skip
def test_lists_without_candidates_name_the_other_reading(stdin, options, err):
    ran = softmax("convert", *LINES, *options, stdin=stdin)
    assert err in ran.err
    assert ran.code in (1, 2)


@each("document", [pairs(cat=0.9) + pairs(cat=0.8), pairs(cat=0.9, dog=0.8)])
def test_a_flat_list_of_best_labels_is_ambiguous(document):
    given = ["convert", "--input-format", "json", "-q", "-f", "csv", *CANDIDATES]
    ran = softmax(*given, stdin=json.dumps(document))
    assert "are the scores of one row, or the best label of a row each. Put brackets" in ran.err
    rows = [[one] for one in document]
    ran = softmax(*given, *PROBABILITIES, "--drop", "x", stdin=json.dumps(rows))
    assert "needs column names" in ran.err
    ran = softmax(*given, *PROBABILITIES, stdin=json.dumps(rows))
    assert (ran.out.startswith("mass,cat,dog,bird\n0.9,1.0,0.0,0.0\n0.8,"), ran.code) == (True, 0)


def test_a_flat_list_of_logits_or_of_one_distribution_is_a_row():
    for document in (pairs(cat=1.5, dog=0.5), pairs(cat=0.75, dog=0.25)):
        ran = softmax("convert", "--input-format", "json", "-q", stdin=json.dumps(document))
        assert ran.out.count('"label"') == 2


def test_the_note_says_what_the_columns_are():
    given = ["convert", "--input-format", "jsonl", *CANDIDATES, *PROBABILITIES]
    note = 'softmax: <stdin>: 3 candidates, renormalized, and "mass", their total probability'
    assert softmax(*given, stdin=BEST).err == note + "\n"
    ran = softmax(*given, stdin=lines({"id": 7, "p": pairs(cat=0.5, dog=0.25, bird=0.1)}))
    assert ran.err == note + '; passthrough: "id"\n'
    assert ran.out.startswith('{"id":7,"mass":0.85,"cat":0.588')


def test_lists_stay_lists_unless_they_have_a_mass():
    given = ["convert", *LINES, "--candidates", "cat,dog"]
    text = lines(pairs(cat=1.5, dog=1.5))
    assert softmax(*given, stdin=text).out == text.replace("1.5", "0.5").replace(" ", "")
    text = lines(pairs(cat=0.5, dog=0.5))
    ran = softmax(*given, *PROBABILITIES, stdin=text)
    assert ran.out == '{"mass":1.0,"cat":0.5,"dog":0.5}\n'
    ran = softmax(*given, *PROBABILITIES, "--columns", "dog,cat", "-f", "csv", stdin=text)
    assert ran.out == "mass,dog,cat\n1.0,0.5,0.5\n"


LABELED = lines(
    *[
        {"id": i, "p": pairs(cat=0.4, dog=0.2, cow=0.3), "y": "cat" if i % 3 else "dog"}
        for i in range(30)
    ],
    {"id": 30, "p": pairs(bird=0.75), "y": "bird"},
)


def _nats(ran):
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


@pytest.mark.parametrize("scale", ["probabilities", "log-probabilities", "logits"])
def test_evaluate_and_calibrate_take_the_renormalized_probabilities_of_convert(scale):
    given = ["--candidates", "cat,dog,bird", "--label", "y", *LINES]
    converted = softmax("convert", *given, "--drop", "mass", *PROBABILITIES, stdin=LABELED).out
    expected = _nats(
        softmax("evaluate", "-q", "-f", "json", "--input-format", "jsonl", "--label", "y",
                "--columns", "cat,dog,bird", *PROBABILITIES, stdin=converted)
    )  # fmt: skip
    rows = [json.loads(line) for line in LABELED.splitlines()]
    for row in rows if scale != "probabilities" else ():
        row["p"] = [{**each, "score": math.log(each["score"])} for each in row["p"]]
    own = lines(*rows)
    ran = softmax("evaluate", "-f", "json", *given, "--from", scale, stdin=own)
    for name in ("accuracy", "nll", "brier", "confidence"):
        assert _nats(ran)["metrics"][name] == pytest.approx(expected["metrics"][name], rel=1e-12)
    assert ran.err == ONE + "1\n"
    ran = softmax("calibrate", "-f", "json", *given, "--from", scale, "--holdout", "0", stdin=own)
    assert 0.5 < _nats(ran)["temperature"] < 2
    assert ONE + "1\n" in ran.err


def test_compare_shows_the_mass_and_warns_of_probabilities():
    given = [*LINES, "--candidates", "cat,dog,bird", "--rows", "1"]
    ran = softmax("compare", *given, *PROBABILITIES, stdin=BEST)
    assert ran.out.startswith("mass 0.75\n")
    assert softmax("compare", *given, stdin=BEST).err == PROBABLE
