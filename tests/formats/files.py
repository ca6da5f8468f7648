"""Files of every format to read, readers of every format written, and the checks they share."""

import contextlib
import csv
import json
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from tests.runner import softmax

IDS = ["r1", "r,2", 'r"3', "虎"]
LABELS = [2, 0, 1, 0]
WORDS = ("cat", "dog", "bird")
NUMBERS = ("0", "1", "2")
LOGITS = np.random.default_rng(5).normal(0, 3, (4, 3))
HALVES = (LOGITS * 4).round() / 4
OUTPUTS = ("csv", "tsv", "jsonl", "json", "npy", "parquet", "arrow")


@dataclass(frozen=True)
class Given:
    """A file to convert, and what its conversion must keep."""

    name: str
    write: Callable[[str], object]
    logits: np.ndarray = field(default_factory=lambda: LOGITS)
    columns: tuple[str, ...] = NUMBERS
    others: tuple[tuple[str, tuple], ...] = ()
    nested: str | None = None
    header: bool = False
    list_in_cell: bool = False
    label_score_list: bool = False
    float32: bool = False
    one_dimensional: bool = False

    @property
    def suffix(self):
        return self.name.split()[0]

    @property
    def classes(self):
        others = [name for name, _ in self.others]
        return [name for name in self.columns if name not in others]

    def texts(self):
        return {name: [str(value) for value in values] for name, values in self.others}


def _text(delimiter):
    def write(path):
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
            writer.writerow(["id", *WORDS, "label"])
            for name, row, label in zip(IDS, LOGITS.tolist(), LABELS, strict=True):
                writer.writerow([name, *map(repr, row), label])

    return write


def _records(make, *, document=False):
    def write(path):
        rows = zip(IDS, LOGITS.tolist(), LABELS, strict=True)
        records = [make(name, row, label) for name, row, label in rows]
        with open(path, "w", encoding="utf-8") as file:
            if document:
                json.dump(records, file)
            else:
                file.writelines(json.dumps(record) + "\n" for record in records)

    return write


def _document(value):
    def write(path):
        with open(path, "w", encoding="utf-8") as file:
            json.dump(value, file)

    return write


def _array(array):
    def write(path):
        with open(path, "wb") as file:
            np.lib.format.write_array(file, array)

    return write


def _table(frame):
    return lambda path: write_table(frame, path)


def write_table(frame, path):
    """A frame in the format of the path's suffix."""
    if path.endswith(".arrow"):
        frame.write_ipc(path)
    else:
        frame.write_parquet(path)


def _cells(show):
    def write(path):
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["id", "scores"])
            writer.writerows([name, show(row)] for name, row in zip(IDS, LOGITS, strict=True))

    return write


def _scored(_name, row, _label):
    return [{"label": word, "score": value} for word, value in zip(WORDS, row, strict=True)]


def _classes(name, row, label):
    return {"id": name, **dict(zip(WORDS, row, strict=True)), "label": label}


OTHERS = (("id", tuple(IDS)), ("label", tuple(LABELS)))
NAMED = {"columns": ("id", *WORDS, "label"), "others": OTHERS, "header": True}
NESTED = {
    "columns": ("id", *NUMBERS, "label"),
    "others": OTHERS,
    "nested": "logits",
    "header": True,
}
_IN_CELLS = {
    "columns": ("id", *NUMBERS),
    "others": OTHERS[:1],
    "nested": "scores",
    "header": True,
    "list_in_cell": True,
}
F4 = LOGITS.astype("f4")


def wide(kind):
    """A frame of a column for each class, with an id and a label."""
    classes = {
        word: pl.Series(LOGITS[:, i], dtype=pl.Float64).cast(kind) for i, word in enumerate(WORDS)
    }
    return pl.DataFrame({"id": IDS, **classes, "label": pl.Series(LABELS, dtype=pl.Int16)})


def lists(kind):
    """A frame of one column of lists, with an id and a label."""
    logits = pl.Series(LOGITS.tolist(), dtype=pl.List(pl.Float64)).cast(kind)
    return pl.DataFrame({"id": IDS, "logits": logits, "label": pl.Series(LABELS, dtype=pl.Int16)})


def _tables(suffix):
    yield Given(f"{suffix} wide", _table(wide(pl.Float64)), **NAMED)
    yield Given(f"{suffix} wide float32", _table(wide(pl.Float32)), F4, float32=True, **NAMED)
    for name, kind, single in (
        ("list", pl.List(pl.Float64), False),
        ("list float32", pl.List(pl.Float32), True),
        ("array", pl.Array(pl.Float64, 3), False),
        ("array float32", pl.Array(pl.Float32, 3), True),
    ):
        logits = F4 if single else LOGITS
        yield Given(f"{suffix} {name}", _table(lists(kind)), logits, float32=single, **NESTED)


def _arrays():
    for kind in ("<f8", ">f8", "<f4", ">f4", "<f2"):
        array = HALVES.astype(kind)
        yield Given(f"npy {kind}", _array(array), array, float32=kind[1:] != "f8")
    for kind in ("<i8", ">i4", "<i2", "u1"):
        array = np.abs(HALVES).astype(kind)
        yield Given(f"npy {kind}", _array(array), array)
    yield Given("npy random", _array(LOGITS))
    yield Given("npy fortran", _array(np.asfortranarray(LOGITS)))
    yield Given("npy fortran f4", _array(np.asfortranarray(F4)), F4, float32=True)
    yield Given("npy one axis", _array(LOGITS[0]), LOGITS[:1], one_dimensional=True)
    yield Given("npy one axis f4", _array(F4[0]), F4[:1], float32=True, one_dimensional=True)


def _npz(**arrays):
    return lambda path: np.savez(path, **arrays)


GIVEN = [
    Given("csv", _text(","), **NAMED),
    Given("tsv", _text("\t"), **NAMED),
    Given("jsonl lists", _records(lambda _n, row, _l: row)),
    Given(
        "jsonl field", _records(lambda n, row, k: {"id": n, "logits": row, "label": k}), **NESTED
    ),
    Given("jsonl classes", _records(_classes), **NAMED),
    Given("jsonl scored", _records(_scored), columns=WORDS, header=True, label_score_list=True),
    Given("json vector", _document(LOGITS[0].tolist()), LOGITS[:1]),
    Given("json vectors", _document(LOGITS.tolist())),
    Given(
        "json columns",
        _document({"logits": LOGITS.tolist(), "labels": LABELS}),
        columns=(*NUMBERS, "labels"),
        others=(("labels", tuple(LABELS)),),
        nested="logits",
        header=True,
    ),
    Given("json objects", _records(_classes, document=True), **NAMED),
    Given(
        "json scored",
        _records(_scored, document=True),
        columns=WORDS,
        header=True,
        label_score_list=True,
    ),
    *_arrays(),
    Given("npz one", _npz(scores=LOGITS)),
    Given("npz float32", _npz(logits=F4), F4, float32=True),
    Given(
        "npz labels",
        _npz(logits=LOGITS, labels=np.array(LABELS)),
        columns=(*NUMBERS, "labels"),
        others=(("labels", tuple(LABELS)),),
        header=True,
    ),
    *_tables("parquet"),
    *_tables("arrow"),
    Given("csv cell json", _cells(lambda row: json.dumps(row.tolist())), **_IN_CELLS),
    Given(
        "csv cell numpy",
        _cells(lambda row: np.array2string(row, floatmode="unique", max_line_width=30)),
        **_IN_CELLS,
    ),
    Given("csv cell list", _cells(lambda row: repr(list(row))), **_IN_CELLS),
]


def read_back(path, given):
    """The numbers, and the other columns as texts, of what `given` was converted to."""
    suffix = path.rpartition(".")[2]
    if suffix == "npy":
        array = np.load(path, allow_pickle=False)
        return array.reshape(-1, len(given.classes)), None
    if suffix in ("csv", "tsv"):
        return _of_text(path, given, "," if suffix == "csv" else "\t")
    if suffix in ("jsonl", "json"):
        return _of_json(path, given, suffix)
    return _of_table(path, given, pl.read_parquet if suffix == "parquet" else pl.read_ipc)


def _of_text(path, given, delimiter):
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter=delimiter))
    if given.list_in_cell:
        assert rows.pop(0) == ["id", given.nested]
        values = np.array([json.loads(row[1]) for row in rows])
        return values, {"id": [row[0] for row in rows]}
    if given.header:
        assert rows.pop(0) == list(given.columns)
    columns = dict(zip(given.columns, zip(*rows, strict=True), strict=True))
    values = np.array([[float(cell) for cell in columns[name]] for name in given.classes]).T
    return values, {name: list(columns[name]) for name in given.texts()}


def _of_json(path, given, suffix):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    rows = json.loads(text) if suffix == "json" else [*map(json.loads, text.splitlines())]
    if given.label_score_list:
        assert all([item["label"] for item in row] == given.classes for row in rows)
        assert all(set(item) == {"label", "score"} for row in rows for item in row)
        return np.array([[item["score"] for item in row] for row in rows]), {}
    if not given.header:
        return np.array(rows), {}
    others = {name: [str(row[name]) for row in rows] for name in given.texts()}
    if given.nested:
        keys = [given.nested if name == "0" else name for name in given.columns]
        keys = [name for name in keys if name not in ("1", "2")]
        assert all(list(row) == keys for row in rows)
        return np.array([row[given.nested] for row in rows]), others
    assert all(list(row) == list(given.columns) for row in rows)
    return np.array([[row[name] for name in given.classes] for row in rows]), others


def _of_table(path, given, read):
    frame = read(path)
    others = {name: frame[name].cast(pl.String).to_list() for name in given.texts()}
    if given.nested:
        number = pl.Float32 if given.float32 else pl.Float64
        assert frame.schema[given.nested] == pl.List(number)
        return np.array(frame[given.nested].to_list()), others
    assert frame.columns == list(given.columns)
    return frame.select(given.classes).to_numpy(), others


def npy(descr="'<f8'", shape="(2, 2)", data=b"\0" * 32, *, fortran="False", version=1, header=None):
    """A `.npy` file whose header may claim anything."""
    claims = f"{{'descr': {descr}, 'fortran_order': {fortran}, 'shape': {shape}, }}"
    raw = (claims if header is None else header).encode("latin1" if version < 3 else "utf-8")
    length = len(raw).to_bytes(2 if version == 1 else 4, "little")
    return b"\x93NUMPY" + bytes([version, 0]) + length + raw + data


def put(folder, name, content):
    """The path of a new file of that content."""
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    return path


def refused(folder, arguments, message, *, code=1, stdin=b"", out="jsonl"):
    """Check that a conversion is refused in one sentence and leaves everything as it was."""
    with within(20):
        shown = softmax("convert", "-q", *arguments, stdin=stdin)
    assert message in shown.err
    assert shown.code == code
    assert shown.err.startswith("softmax: ")
    assert shown.err.count("\n") == 1
    assert "Traceback" not in shown.err
    assert "internal error" not in shown.err
    assert shown.out == "" or shown.out.endswith("\n")
    target = put(folder, f"old.{out}", "old\n")
    before = sorted(os.listdir(folder))
    with within(20):
        written = softmax("convert", "-q", *arguments, "-o", target, stdin=stdin)
    assert (written.err, written.code) == (shown.err, code)
    with open(target, encoding="utf-8") as file:
        assert file.read() == "old\n"
    assert sorted(os.listdir(folder)) == before
    return shown


class TooSlowError(BaseException):
    """What the program does not catch: it treats Exceptions as internal errors."""


@contextlib.contextmanager
def within(seconds):
    """Fail, rather than hang, what takes longer by far than it should."""

    def stop(_number, _frame):
        raise TooSlowError(f"not done within {seconds} s")

    saved = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, saved)


# Each input with two of the outputs in turn, where all pairs would take too long.
PAIRS = [
    (given, OUTPUTS[(i + shift) % len(OUTPUTS)])
    for i, given in enumerate(GIVEN)
    for shift in (0, 3)[: 1 + i % 2]
]
