"""Labeled streams of text, for tests of evaluation and calibration."""

from contextlib import ExitStack, contextmanager

from softmax_cli.evaluation.label_options import LabelOptions
from softmax_cli.evaluation.opening import open_labeled
from softmax_cli.formats.read_options import ReadOptions

_DEFAULTS = {
    "activation": "softmax", "input_scale": "logits", "invalid": "fail", "label_file": None,
}  # fmt: skip


@contextmanager
def labeled(folder, text, label_text=None, *, for_fitting=False, labels=(), **options):
    """Open the stream of a text, with labels in its columns or in another text.

    `options` are those of LabelOptions.
    """
    path = folder / "logits.csv"
    path.write_text(text)
    if label_text is not None:
        options["label_file"] = str(folder / "labels.csv")
        (folder / "labels.csv").write_text(label_text)
    with ExitStack() as stack:
        read_options = ReadOptions(labels=tuple(labels))
        label_options = LabelOptions(**{**_DEFAULTS, **options})
        yield open_labeled(stack, str(path), read_options, label_options, for_fitting=for_fitting)
