"""The words of the project: those of the field, in American spelling."""

import ast
import io
import re
import tokenize
from pathlib import Path

from tests.each import each

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "softmax_cli").rglob("*.py"))
TESTS = sorted(path for path in (ROOT / "tests").rglob("*.py") if path.name != "test_words.py")
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    ROOT / "tests" / "benchmarks" / "README.md",
    *sorted((ROOT / "examples").rglob("*.md")),
]
BANNED = re.compile(
    r"\b(?:told|believ\w+|mend\w*|doubted|soundness|beside|so many|as a rule|of its own|came true"
    r"|labell\w+|normalis\w+|colour\w*|behaviour)\b",
    re.IGNORECASE,
)


def _words_of(path):
    """Yield strings, docstrings, comments and words of names with their lines."""
    for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
        if token.type in (tokenize.STRING, tokenize.COMMENT):
            yield token.start[0], token.string
        elif token.type == tokenize.NAME:
            yield token.start[0], token.string.replace("_", " ")


@each("path", [*SOURCES, *TESTS])
def test_sources_use_the_words_of_the_field(path):
    if not BANNED.search(path.read_text(encoding="utf-8").replace("_", " ")):
        return  # and so in none of its words
    for line, text in _words_of(path):
        match = BANNED.search(text)
        assert match is None, f"{path}:{line}: {match[0]}"


@each("path", PAGES)
def test_pages_use_the_words_of_the_field(path):
    match = BANNED.search(path.read_text(encoding="utf-8"))
    assert match is None, f"{path}: {match[0]}"


@each("path", SOURCES)
def test_docstrings_do_not_open_with_a_question_word(path):
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            text = ast.get_docstring(node) or ""
            assert not re.match(r"(?:What|Where|Which|Whether|How|That)\b", text), f"{path}: {text}"
