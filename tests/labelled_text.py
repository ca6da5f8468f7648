"""Labelled streams of texts, for tests below the commands."""

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from softmax_cli.evaluation.labeled_stream import open_labelled
from softmax_cli.formats.read_options import ReadOptions


@dataclass(frozen=True)
class Said:
    """What the user says."""

    activation: str = "softmax"
    scale: str = "logits"
    invalid: str = "fail"
    label_file: str | None = None


@contextmanager
def labelled(folder, text, beside=None, *, fits=False, labels=(), **said):
    """The stream of a text, with its labels in it or in another text beside it."""
    path = folder / "logits.csv"
    path.write_text(text)
    if beside is not None:
        said["label_file"] = str(folder / "labels.csv")
        (folder / "labels.csv").write_text(beside)
    with ExitStack() as stack:
        reading = ReadOptions(labels=tuple(labels))
        yield open_labelled(stack, str(path), reading, Said(**said), fits=fits)
