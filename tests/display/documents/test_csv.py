"""Documents as CSV: the main table only."""

import math
from dataclasses import replace

from softmax_cli.display.console import Screen
from softmax_cli.display.documents.csv import to_csv
from softmax_cli.display.documents.document import Column, Settings, Table
from tests.display.documents.sample_documents import HOSTILE, sample


def test_numbers_have_all_digits():
    assert to_csv(sample(), Settings(Screen())) == f"class,p\ncat,0.0\ndog,{1 / 3!r}\n"


def test_decimals_round():
    assert to_csv(sample(), Settings(Screen(), 2)) == "class,p\ncat,0.00\ndog,0.33\n"


def test_names_are_quoted_where_they_must_be():
    text = to_csv(sample([*HOSTILE, 'a "b", c']), Settings(Screen()))
    assert '\n"a ""b"", c",' in text


def test_values_that_are_no_numbers():
    data = Table([Column("a")] * 5, [[math.nan, math.inf, None, 3, "x"]])
    assert to_csv(replace(sample(), data=data), Settings(Screen())).endswith("NaN,inf,,3,x\n")
