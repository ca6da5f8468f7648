"""Labeled streams of texts, for tests below the commands."""

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from softmax_cli.evaluation.labeled_stream import open_labeled
from softmax_cli.formats.read_options import ReadOptions


@dataclass(frozen=True)
class Said:
    """What the user says."""

    activation: str = "softmax"
    input_scale: str = "logits"
    invalid: str = "fail"
    label_file: str | None = None


@contextmanager
def labeled(folder, text, beside=None, *, for_fitting=False, labels=(), **said):
    """The stream of a text, with its labels in it or in another text beside it."""
    path = folder / "logits.csv"
    path.write_text(text)
    if beside is not None:
        said["label_file"] = str(folder / "labels.csv")
        (folder / "labels.csv").write_text(beside)
    with ExitStack() as stack:
        read_options = ReadOptions(labels=tuple(labels))
        yield open_labeled(stack, str(path), read_options, Said(**said), for_fitting=for_fitting)
