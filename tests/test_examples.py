"""The stories in `examples/`: their scripts make the committed files, which are small."""

import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version

import pytest
from packaging.requirements import Requirement

from tests.docs import EXAMPLES
from tests.each import each

SCRIPTS = sorted(EXAMPLES.rglob("*.py"))
FILES = [path for path in sorted(EXAMPLES.rglob("*")) if path.is_file() and path.suffix != ".pyc"]
PAGES = sorted(EXAMPLES.rglob("*.md"))
MOST_BYTES = {".png": 100_000}
HEADER = re.compile(r"^# /// script\n((?:#.*\n)+?)# ///$", re.MULTILINE)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def _name(path):
    return str(path.relative_to(EXAMPLES))


def _header(script):
    """Return the inline script metadata of PEP 723."""
    match = HEADER.search(script.read_text(encoding="utf-8"))
    assert match, "no script header"
    return tomllib.loads(re.sub(r"^# ?", "", match[1], flags=re.MULTILINE))


def _is_installed(requirement):
    try:
        return requirement.specifier.contains(version(requirement.name), prereleases=True)
    except PackageNotFoundError:
        return False


@each("script", SCRIPTS)
def test_a_script_says_what_it_needs_and_what_it_makes(script):
    header = _header(script)
    assert header["requires-python"] == ">=3.11"
    assert header["dependencies"]
    assert header["tool"]["examples"]["makes"]


@pytest.mark.parametrize("script", SCRIPTS, ids=_name)
def test_the_committed_files_are_what_their_script_makes(script, tmp_path):
    """Numbers may differ by the tolerance of the script; of pictures, only their presence."""
    header = _header(script)
    missing = [text for text in header["dependencies"] if not _is_installed(Requirement(text))]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    folder = tmp_path / script.parent.name
    shutil.copytree(script.parent, folder)
    made = header["tool"]["examples"]["makes"]
    for name in made:
        (folder / name).unlink()
    subprocess.run([sys.executable, script.name], cwd=folder, check=True, timeout=300)
    for name in made:
        assert (folder / name).exists(), name
        if not name.endswith((".png", ".svg")):
            tolerance = header["tool"]["examples"].get("tolerance", 1e-12)
            _assert_close(script.parent / name, folder / name, tolerance)


def _assert_close(committed, made, tolerance):
    expected, text = committed.read_text(encoding="utf-8"), made.read_text(encoding="utf-8")
    assert NUMBER.split(text) == NUMBER.split(expected), committed.name
    numbers = [list(map(float, NUMBER.findall(each))) for each in (text, expected)]
    assert numbers[0] == pytest.approx(numbers[1], rel=0, abs=tolerance), committed.name


@each("path", FILES)
def test_files_are_small(path):
    assert path.stat().st_size <= MOST_BYTES.get(path.suffix, 300_000)


@each("page", PAGES)
def test_commands_that_are_only_shown_run_a_script(page):
    """Outputs of ```console blocks are compared; a ```sh block of a page here is not run."""
    for block in re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        for line in block.splitlines():
            match = re.fullmatch(r"(?:python|uv run) (\w+\.py)", line)
            assert match, line
            assert page.parent / match[1] in SCRIPTS


@each("page", PAGES)
def test_every_block_of_commands_is_recognized(page):
    """An indented block would be shown and never run."""
    fences = re.findall(r"^(.*)```(\w*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert all(before == "" for before, _ in fences)
    assert {language for _, language in fences} <= {"", "console", "pycon", "sh", "text"}


def test_every_story_is_listed():
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for path in EXAMPLES.glob("*/README.md"):
        assert f"]({path.parent.name}/README.md)" in text, path.parent.name
