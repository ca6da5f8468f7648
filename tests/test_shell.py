"""Commands of the documentation run in this process as a shell runs them."""

import pytest

from tests.each import each
from tests.shell import _pipeline, is_runnable, run, run_shell

FILE = "id,cat,dog\na,2,1\nb,0.5,-0.5\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "logits.csv").write_text(FILE)
    (tmp_path / "invalid.csv").write_text(FILE.replace("0.5", "n/a", 1))
    return tmp_path


# Only the last program may write errors: those of the others reach a shell's output at any time.
@pytest.mark.parametrize(
    "command",
    [
        "softmax convert invalid.csv --decimals 3",
        "softmax convert -q logits.csv --keep | sort | softmax convert -q --columns 'logit_*' --decimals 3",
        r"""sed 's|0.5|1|' logits.csv | softmax convert --delimiter ',' "--decimals" 3 > out.csv""",
        "softmax convert -q logits.csv --decimals 3 \\\n  --top 1 | head -n 1",
    ],
)
def test_a_pipeline_prints_what_a_shell_prints(command, folder):
    assert _pipeline(command.replace("\\\n", " ")) is not None
    written = folder / "out.csv"
    here, here_file = run(command, folder), written.exists() and written.read_text()
    assert here == run_shell(command, folder).stdout
    assert here_file == (written.exists() and written.read_text())


@each(
    "command",
    [
        "softmax 1 2; softmax 3 4",
        "softmax 1 2 && rm x",
        "softmax *.csv",
        'softmax "$name"',
        "softmax logits.csv 2> notes",
        "softmax logits.csv 2>&1 | tail -n 1",
        "softmax < logits.csv",
        "softmax `cat x`",
    ],
)
def test_what_is_not_a_pipeline_of_simple_words_is_left_to_a_shell(command):
    assert _pipeline(command) is None


def test_a_program_that_is_optional_may_be_missing(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name, path: None)
    assert is_runnable("softmax convert x.csv | sort")
    assert is_runnable("softmax convert jq x.csv")
    assert not is_runnable("softmax convert x.csv | jq .")
    assert not is_runnable("xan select id x.csv | softmax convert")
