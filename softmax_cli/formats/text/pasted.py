"""Vectors as people paste them: numbers with the punctuation of Python, NumPy and PyTorch."""

from __future__ import annotations

import re
from collections.abc import Iterable

from softmax_cli.formats.text.numbers import is_number_text

# Possessive quantifiers (++, *+) keep the match of a long name that is no number linear.
_NUMBER = (
    r"[+-]?+(?:(?:[0-9]++\.?+[0-9]*+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+"
    r"|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?+|[nN][aA][nN])"
)
_MARKS = r"[\s,\[\](){}]"
# Numbers, the punctuation between them in any nesting, and the ellipsis of a shortened print;
# also a part of such a text.
_VECTOR_TEXT = (
    rf"{_MARKS}*+(?:(?:{_NUMBER}|\.\.\.)(?:{_MARKS}++(?:{_NUMBER}|\.\.\.))*+{_MARKS}*+)?+"
)
# tensor([1., 2.], grad_fn=<AddmmBackward0>), np.array([1, 2], dtype=float32), c(1, 2)
_CALL = (
    r"(?s)(?:Parameter containing:\s*)?"
    r"(?:(?:[A-Za-z_]\w*\.)*(?:\w*[tT]ensor|[aA]rray|DeviceArray|asarray)|c)"
    r"\((?P<inner>.*?)(?P<options>(?:,\s*\w+=(?:<[^<>]*>|'[^']*'|\"[^\"]*\"|\([^()]*\)|[\w.:]+))*)"
    r"\s*,?\s*\)\s*,?"
)
# The first line of the print of an array or a tensor.
_CALL_START = (
    r"<tf\.Tensor: |Parameter containing:"
    r"|(?:[A-Za-z_]\w*\.)*(?:\w*[tT]ensor|[aA]rray|asarray)\([\[(]"
)
_EAGER_TENSOR = r"(?s)<tf\.Tensor: [^<>\[]*\bnumpy=(?P<inner>[^<>]*)>"
_SCALAR = r"(?:np\.|numpy\.)?float(?:16|32|64)\(([^()]*)\)"
# cat=2: a name with a slash is a path, and one with a dash in front an option.
_NAMED = (
    rf"\s*(?P<bare>[^\s=,\[\](){{}}:'\"/\\-][^=,\[\](){{}}:'\"/\\]*)=(?P<value>{_NUMBER})"
    r"(?:\s*,\s*|\s+|$)"
)
_PAIR = (
    r"\s*(?:\"(?P<double>(?:[^\"\\]|\\.)*)\"|'(?P<single>(?:[^'\\]|\\.)*)'"
    rf"|(?P<bare>[^\s\"':,\[\](){{}}][^\"':,\[\](){{}}]*?))\s*:\s*(?P<value>{_NUMBER})\s*(?:,|$)"
)
# What calls, names and brackets are written with; without it, a vector has no letters but these.
_NOTATION = frozenset("=:<>()[]{}")
_LETTERS = frozenset("eEiInNfFtTyYaA")
DASHES = str.maketrans(dict.fromkeys("\u2212\u2010\u2011\u2013", "-"))
_BRACKETS = str.maketrans("(){}", "[][]")


def is_vector_argument(token: str) -> bool:
    """Return True if an argument is numbers, as many and in whatever brackets, or named ones."""
    marks = set(token)
    if not marks & _NOTATION and any(map(str.isalpha, marks - _LETTERS)):
        return False  # quickly, for the names of most files
    text = normalize_text(token)
    if not text.strip():
        return False
    if _pairs(text) is not None:
        return True
    digits = any(map(str.isalnum, text))
    return re.fullmatch(_VECTOR_TEXT, text) is not None and (digits or bool(set(text) & set("[({")))


def is_first_line(line: str) -> bool:
    """Return True if a line of a file begins a printed vector, so that it is no delimited text."""
    line = line.strip()
    if _NOTATION.intersection(line) and re.match(_CALL_START, line):
        return True
    if not line.startswith(("[", "(")) or not is_vector_argument(line):
        return False
    try:
        cells = split_vectors(normalize_text(line))
    except ValueError:  # brackets that are closed in a line below
        return True
    return len(cells[0]) > 1  # [0],[1] may be names


def normalize_text(token: str) -> str:
    """Return an argument with ASCII minus signs, without the calls that numbers stand in."""
    text = token.translate(DASHES)
    if "(" not in text and "<" not in text:
        return text
    text = re.sub(_SCALAR, r"\1", text)
    while match := _match_call(text.strip()):
        text = match["inner"]
    return text


def _match_call(text: str) -> re.Match[str] | None:
    return re.fullmatch(_CALL, text) or re.fullmatch(_EAGER_TENSOR, text)


def join_brackets(tokens: Iterable[str]) -> list[str]:
    """Return arguments with those of one bracket joined: a shell splits `[1, 2]` at its blanks."""
    groups: list[list[str]] = []
    depth = 0
    for token in tokens:
        if groups and (depth > 0 or token.strip() == ","):
            groups[-1].append(token)
        else:
            groups.append([token])
            depth = 0
        depth += sum((mark in "[({") - (mark in "])}") for mark in token)
    return [normalize_text(" ".join(group)) for group in groups]


def named_values(text: str) -> dict[str, str] | None:
    """Return the values of `cat=2` or of `{"cat": 2, "dog": 1}` by name; None for other text.

    Raises:
        ValueError: for two values of one name, with a reason that follows the quoted text.
    """
    pairs = _pairs(text)
    if pairs is None:
        return None
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("names a class twice")
    return values


def split_vectors(text: str) -> list[list[str]]:
    """Split numbers into the cells of each vector: `1,2`, `1 2`, `[1, 2]`, `[[1, 2], [3, 4]]`.

    Raises:
        ValueError: for unbalanced brackets, with a reason that follows the quoted text.
    """
    text = text.strip().translate(_BRACKETS)
    if "[" not in text and "]" not in text:
        return [_split_cells(text)]
    text = text.removesuffix(",")
    level = 0
    for mark in text:
        level += (mark == "[") - (mark == "]")
        if level < 0:
            break
    outside = re.sub(r"\[[^][]*\]", "", text).strip("[], \t\n")
    if level or outside or not text.startswith("["):
        raise ValueError("is not a valid vector")
    return [_split_cells(inner) for inner in re.findall(r"\[([^][]*)\]", text)]


def _pairs(text: str) -> list[tuple[str, str]] | None:
    text = text.strip()
    body = text.removesuffix(",")
    if body.startswith("{") and body.endswith("}"):
        return _match_all(_PAIR, body[1:-1].strip())
    return _match_all(_NAMED, text)


def _match_all(pattern: str, text: str) -> list[tuple[str, str]] | None:
    """Return the names and values of a text that is nothing but pairs, else None."""
    pairs, end, compiled = [], 0, re.compile(pattern)
    while end < len(text):
        match = compiled.match(text, end)
        if match is None:
            return None
        names = match.groupdict()
        name = names.get("double") or names.get("single") or names["bare"] or ""
        pairs.append((name.strip(), match["value"]))
        end = match.end()
    return pairs or None


def _split_cells(text: str) -> list[str]:
    text = text.strip().removesuffix(",").strip()
    if not text:
        return []
    cells = re.split(r"\s*,\s*" if "," in text else r"\s+", text)
    # 1, 2, 3 and 1 2 3 are both vectors; "1 2, 3" is neither.
    if any(not is_number_text(cell) and " " in cell for cell in cells):
        raise ValueError("mixes commas and spaces")
    return cells
