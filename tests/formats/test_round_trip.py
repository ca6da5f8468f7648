"""Every format and shape read, to every format written."""

import bz2
import csv
import gzip
import json
import lzma
import os
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from softmax_cli import softmax as softmax_of
from tests.each import each
from tests.formats.files import GIVEN, IDS, LABELS, LOGITS, OUTPUTS, WORDS, put, read_back
from tests.runner import softmax

BY_NAME = {given.name: given for given in GIVEN}


def _write(given, folder):
    path = os.path.join(folder, f"given.{given.suffix}")
    given.write(path)
    return path


def _converted(given, folder, output, *options):
    target = os.path.join(folder, f"out.{output}")
    ran = softmax("convert", "-q", _write(given, folder), "-o", target, *options)
    assert (ran.out, ran.code) == ("", 0), ran.err
    return target


@each("output", OUTPUTS)
@pytest.mark.parametrize("given", GIVEN, ids=lambda given: given.name.replace(" ", "-"))
def test_every_format_converts_to_every_format(given, output, tmp_path):
    values, others = read_back(_converted(given, tmp_path, output), given)
    expected = softmax_of(given.logits.astype(np.float64))
    if given.float32 and output in ("npy", "parquet", "arrow"):
        expected = expected.astype(np.float32)
        values = values.astype(np.float32) if given.nested else values
    assert values.dtype == expected.dtype
    assert np.array_equal(values, expected)
    assert others is None or others == given.texts()


@pytest.mark.parametrize("name", ["npy one axis", "npy one axis f4"])
def test_one_dimensional_array_stays_one_dimensional(name, tmp_path):
    array = np.load(_converted(BY_NAME[name], tmp_path, "npy"))
    assert array.shape == (3,)
    assert array.dtype == (np.float32 if name.endswith("f4") else np.float64)


@pytest.mark.parametrize("kind", ["f4", "f8"])
def test_one_dimensional_array_is_a_column_of_scores_under_sigmoid(kind, tmp_path):
    np.save(tmp_path / "x.npy", LOGITS[:, 0].astype(kind))
    target = tmp_path / "out.npy"
    ran = softmax("convert", "-a", "sigmoid", str(tmp_path / "x.npy"), "-o", str(target))
    assert ran.code == 0
    array = np.load(target)
    expected = 1 / (1 + np.exp(-LOGITS[:, 0].astype(kind).astype(float)))
    assert (array.shape, array.dtype) == ((4,), np.dtype(kind))
    assert np.allclose(array, expected, rtol=1e-6 if kind == "f4" else 1e-15)


@each("output", ["parquet", "arrow"])
@each("name", ["parquet wide", "arrow wide", "parquet list", "arrow array"])
def test_passthrough_columns_keep_their_types(name, output, tmp_path):
    target = _converted(BY_NAME[name], tmp_path, output)
    frame = (pl.read_parquet if output == "parquet" else pl.read_ipc)(target)
    assert frame["id"].to_list() == IDS
    assert frame["label"].to_list() == LABELS
    assert frame.schema["label"] == pl.Int16


@pytest.mark.parametrize(
    "kind",
    [pl.Int8, pl.UInt64, pl.Boolean, pl.Date, pl.Datetime("us"), pl.Categorical, pl.Float32,
     pl.Enum(["0", "1"]), pl.List(pl.String), pl.Binary, pl.Duration("ms")],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_passthrough_columns_of_any_type_are_copied_between_tables(suffix, kind, tmp_path):
    texts = pl.Series(["0", "1", None])
    through = texts if kind in (pl.Categorical, pl.Binary) or "Enum" in str(kind) else None
    if str(kind).startswith("List"):
        other = pl.Series([["0"], [], None], dtype=kind)
    else:
        other = (texts.cast(pl.Int64) if through is None else through).cast(kind)
    frame = pl.DataFrame({"a": [0.5, 1, 2], "note": other, "b": [1.0, 1, 1]})
    path, target = str(tmp_path / f"x.{suffix}"), str(tmp_path / f"out.{suffix}")
    (frame.write_parquet if suffix == "parquet" else frame.write_ipc)(path)
    assert softmax("convert", "-q", "--columns", "a,b", path, "-o", target).code == 0
    found = (pl.read_parquet if suffix == "parquet" else pl.read_ipc)(target)
    assert found.columns == ["a", "note", "b"]
    assert found["note"].to_list() == other.to_list()
    assert found.schema["note"] == frame.schema["note"]


def _note_of(tmp_path, frame, format_name):
    path = str(tmp_path / "x.parquet")
    frame.write_parquet(path)
    ran = softmax("convert", "-q", path, "-f", format_name)
    assert ran.code == 0, ran.err
    return (
        json.loads(ran.out)["note"]
        if format_name == "jsonl"
        else ran.out.splitlines()[1].split(",")[0]
    )


@pytest.mark.parametrize("format_name", ["jsonl", "csv"])
def test_lists_of_text_are_written_as_text(format_name, tmp_path):
    frame = pl.DataFrame({"note": [["u", None]], "a": [1.0], "b": [2.0]})
    note = _note_of(tmp_path, frame, format_name)
    assert note == ["u", None] or '""u""' in note
    assert "Series" not in str(note)


@pytest.mark.parametrize("format_name", ["jsonl", "csv"])
def test_bytes_and_durations_are_written_as_text_or_rejected(format_name, tmp_path):
    for value in (b"\xff", timedelta(seconds=5)):
        path = str(tmp_path / "x.parquet")
        kind = pl.Binary if isinstance(value, bytes) else pl.Duration("us")
        note = pl.Series("note", [value], dtype=kind)
        pl.DataFrame([note, pl.Series("a", [1.0]), pl.Series("b", [2.0])]).write_parquet(path)
        assert "internal error" not in softmax("convert", "-q", path, "-f", format_name).err


@each(
    ("record", "line"),
    [
        ("[0,1]", "[0.269,0.731]"),
        ('{"a":0,"b":1}', '{"a":0.269,"b":0.731}'),
        ('{"logits":[0,1]}', '{"logits":[0.269,0.731]}'),
        ('{"id":7,"logits":[0,1],"label":null}', '{"id":7,"logits":[0.269,0.731],"label":null}'),
        ('{"x":{"u":[1,true]},"scores":[0,1],"n":1.5}',
         '{"x":{"u":[1,true]},"scores":[0.269,0.731],"n":1.5}'),
        ('{"text":"a\\"b\\n","a":0,"b":1}', '{"text":"a\\"b\\n","a":0.269,"b":0.731}'),
        ('{"id":"é虎","a":0,"b":1}', '{"id":"é虎","a":0.269,"b":0.731}'),
        ('{"id":12345678901234567890123,"a":0,"b":1}',
         '{"id":12345678901234567890123,"a":0.269,"b":0.731}'),
        ('[{"label":"x","score":0},{"label":"y","score":1}]',
         '[{"label":"x","score":0.269},{"label":"y","score":0.731}]'),
    ],
)  # fmt: skip
def test_json_lines_keep_their_shape(record, line):
    arguments = ["convert", "-q", "--input-format", "jsonl", "--decimals", "3"]
    assert softmax(*arguments, stdin=record + "\n" + record).out == f"{line}\n{line}\n"
    assert softmax(*arguments, "-f", "json", stdin=record).out == f"[\n{line}\n]\n"


@each("output", ["csv", "tsv", "jsonl", "json"])
@each("name", ["csv", "jsonl field", "json vectors", "npy <f4", "parquet list"])
def test_decimals_round_numbers_in_text(name, output, tmp_path):
    given = BY_NAME[name]
    target = _converted(given, tmp_path, output, "--decimals", "3")
    values, others = read_back(target, given)
    assert np.allclose(values, softmax_of(given.logits.astype(float)), atol=0.0005 + 1e-12)
    assert np.array_equal(values, values.round(3))
    assert others == given.texts()


@pytest.mark.parametrize("output", ["npy", "parquet", "arrow"])
def test_decimals_are_rejected_for_binary_formats(output, tmp_path):
    target = str(tmp_path / f"out.{output}")
    ran = softmax("convert", "-q", "--decimals", "3", "-o", target, stdin="a,b\n1,2\n")
    assert ran.err == f"softmax: --decimals applies to text formats, not {output}.\n"
    assert (ran.code, os.listdir(tmp_path)) == (2, [])


EXTRAS = ["--top", "2", "--keep", "--add", "prediction,confidence,entropy,margin"]


@each("output", ["jsonl", "parquet", "arrow", "csv"])
@each("name", ["csv", "jsonl field", "jsonl scored", "npy random", "parquet wide"])
def test_derived_columns_are_written_in_every_format(name, output, tmp_path):
    given = BY_NAME[name]
    target = _converted(given, tmp_path, output, *EXTRAS)
    if output == "jsonl":
        with open(target, encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
    elif output == "csv":
        with open(target, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file)) if given.header else []
    else:
        rows = (pl.read_parquet if output == "parquet" else pl.read_ipc)(target).to_dicts()
    expected = softmax_of(LOGITS)
    for row, values, logits in zip(rows, expected, LOGITS, strict=bool(rows)):
        order = np.argsort(-values)
        assert row["class_1"] == row["prediction"] == given.classes[order[0]]
        assert row["class_2"] == given.classes[order[1]]
        assert float(row["probability_1"]) == float(row["confidence"]) == values.max()
        assert float(row["probability_2"]) == values[order[1]]
        assert [float(row[f"logit_{name}"]) for name in given.classes] == logits.tolist()
        assert np.isclose(float(row["entropy"]), -(values * np.log(values)).sum())
        assert np.isclose(float(row["margin"]), values.max() - values[order[1]])
    for key, texts in given.texts().items():
        assert [str(row[key]) for row in rows] == texts


def test_array_output_warns_about_dropped_columns(tmp_path):
    target = str(tmp_path / "out.npy")
    ran = softmax(
        "convert", "--id", "id", "--label", "y", "-o", target, stdin="id,a,b,y\nu,0,1,0\n"
    )
    assert ran.err == 'softmax: warning: npy holds numbers only: dropped "id", "y"\n'
    assert np.load(target).shape == (1, 2)


def test_invalid_rows_are_nan_in_every_format(tmp_path):
    given = "a,b\n0,0\nx,1\n"
    for output in OUTPUTS:
        target = str(tmp_path / f"out.{output}")
        assert softmax("convert", "-q", "--invalid", "nan", "-o", target, stdin=given).code == 0
    assert np.isnan(np.load(tmp_path / "out.npy")).tolist() == [[False, False], [True, True]]
    for frame in (pl.read_parquet(tmp_path / "out.parquet"), pl.read_ipc(tmp_path / "out.arrow")):
        assert np.isnan(frame.to_numpy()).tolist() == [[False, False], [True, True]]
    expected = [{"a": 0.5, "b": 0.5}, {"a": None, "b": None}]
    assert json.loads((tmp_path / "out.json").read_text()) == expected
    assert [*map(json.loads, (tmp_path / "out.jsonl").read_text().splitlines())] == expected


@each("name", ["jsonl field", "npy random", "npy <f4", "csv"])
@each("compress", [gzip.compress, bz2.compress, lzma.compress])
def test_compressed_input_is_decompressed(name, compress, tmp_path):
    given = BY_NAME[name]
    with open(_write(given, tmp_path), "rb") as file:
        path = put(tmp_path, f"packed.{given.suffix}.gz", compress(file.read()))
    target = str(tmp_path / "out.jsonl")
    assert softmax("convert", "-q", path, "-o", target).code == 0
    values, others = read_back(target, given)
    assert np.array_equal(values, softmax_of(given.logits.astype(float)))
    assert others == given.texts()


@pytest.mark.parametrize("output", ["jsonl.gz", "json.gz"])
def test_compressed_output_reads_back(output, tmp_path):
    given = BY_NAME["jsonl field"]
    target = _converted(given, tmp_path, output)
    with gzip.open(target) as file:
        plain = put(tmp_path, f"plain.{output.removesuffix('.gz')}", file.read())
    assert np.array_equal(read_back(plain, given)[0], softmax_of(LOGITS))


@each("name", ["jsonl lists", "jsonl field", "npy random", "npz one", "npz labels",
                                  "parquet wide", "arrow list", "json columns", "csv cell json"])  # fmt: skip
def test_several_files_become_one_stream(name, tmp_path):
    given = BY_NAME[name]
    path = _write(given, tmp_path)
    for output in ("jsonl", "npy", "parquet"):
        target = str(tmp_path / f"all.{output}")
        assert softmax("convert", "-q", path, path, "-o", target).code == 0
        values, others = read_back(target, given)
        assert np.array_equal(values, np.vstack([softmax_of(LOGITS)] * 2))
        assert others is None or others == {key: two * 2 for key, two in given.texts().items()}


def test_files_in_different_formats_with_equal_columns_become_one_stream(tmp_path):
    one = put(tmp_path, "one.csv", "a,b\n0,0\n")
    two = put(tmp_path, "two.jsonl", '{"a":1,"b":1}\n')
    pl.DataFrame({"a": [2.0], "b": [2.0]}).write_parquet(tmp_path / "three.parquet")
    ran = softmax("convert", "-q", one, two, str(tmp_path / "three.parquet"))
    assert (ran.out, ran.code) == ("a,b\n" + "0.5,0.5\n" * 3, 0)


def test_one_vector_per_file_gives_one_row_per_file(tmp_path):
    np.save(tmp_path / "x.npy", LOGITS[0])
    target = str(tmp_path / "out.npy")
    assert softmax("convert", "-q", *[str(tmp_path / "x.npy")] * 2, "-o", target).code == 0
    assert np.array_equal(np.load(target), softmax_of(LOGITS[[0, 0]]))


@pytest.mark.parametrize("output", ["npy", "parquet"])
def test_float64_file_after_a_float32_file_keeps_its_precision(output, tmp_path):
    np.save(tmp_path / "one.npy", LOGITS.astype("f4"))
    np.save(tmp_path / "two.npy", LOGITS)
    target = str(tmp_path / f"out.{output}")
    paths = [str(tmp_path / "one.npy"), str(tmp_path / "two.npy")]
    assert softmax("convert", "-q", *paths, "-o", target).code == 0
    values = np.load(target) if output == "npy" else pl.read_parquet(target).to_numpy()
    assert np.array_equal(values[4:], softmax_of(LOGITS))


@pytest.mark.parametrize(
    ("one", "two", "message"),
    [
        ("csv", "jsonl lists", "only one of them has a header"),
        ("csv", "jsonl field", 'column 2 is "0" instead of "cat"'),
        ("jsonl scored", "csv", "5 instead of 3"),
        (
            "parquet wide",
            "jsonl classes",
            "other columns are not of the same types, or one of the files is JSON and one is not",
        ),
        ("npy random", "npz labels", "only one of them has a header"),
    ],
)
def test_files_with_different_columns_are_an_error(one, two, message, tmp_path):
    (tmp_path / "2").mkdir()
    first, second = _write(BY_NAME[one], tmp_path), _write(BY_NAME[two], tmp_path / "2")
    ran = softmax("convert", "-q", first, second)
    assert ran.err.startswith(f"softmax: {second}")
    assert ran.err.endswith(f": the columns differ from those of {first}: {message}.\n")
    assert (ran.out, ran.code) == ("", 1)


def test_several_files_keep_their_names_in_an_output_folder(tmp_path):
    names = ["csv", "jsonl field", "npy random", "parquet wide"]
    paths = []
    for i, name in enumerate(names):
        given = BY_NAME[name]
        paths.append(str(tmp_path / f"f{i}.{given.suffix}"))
        given.write(paths[-1])
    folder = f"{tmp_path}/new/sub/"
    assert softmax("convert", "-q", *paths, "-o", folder).code == 0
    assert sorted(os.listdir(folder)) == ["f0.csv", "f1.jsonl", "f2.npy", "f3.parquet"]
    for i, name in enumerate(names):
        given = BY_NAME[name]
        values, _ = read_back(f"{folder}f{i}.{given.suffix}", given)
        assert np.array_equal(values, softmax_of(LOGITS))
    assert softmax("convert", "-q", *paths, "-o", folder, "-f", "json").code == 0
    assert {f"f{i}.json" for i in range(4)} <= set(os.listdir(folder))


def test_inputs_that_collide_on_an_output_are_an_error(tmp_path):
    (tmp_path / "sub").mkdir()
    one, two = put(tmp_path, "x.csv", "a,b\n1,2\n"), put(tmp_path / "sub", "x.csv", "a,b\n1,2\n")
    ran = softmax("convert", "-q", one, two, "-o", f"{tmp_path}/out/")
    assert "inputs collide on output" in ran.err
    assert (ran.code, os.path.exists(tmp_path / "out")) == (2, False)


def test_standard_input_cannot_be_written_into_a_folder(tmp_path):
    ran = softmax("convert", "-q", "-o", str(tmp_path), stdin="a,b\n1,2\n")
    assert ran.err == "softmax: <stdin> needs an output file, not a folder.\n"
    assert ran.code == 2


def test_archive_gets_the_suffix_of_the_output_format_in_a_folder(tmp_path):
    np.savez(tmp_path / "x.npz", logits=LOGITS)
    folder = f"{tmp_path}/out/"
    ran = softmax("convert", "-q", str(tmp_path / "x.npz"), "-o", folder)
    assert ran.code == 2 or "[" not in os.listdir(folder)[0]


def test_old_output_is_replaced_without_leftovers(tmp_path):
    for output in OUTPUTS:
        (tmp_path / output).mkdir()
        target = put(tmp_path / output, f"out.{output}", "old")
        assert softmax("convert", "-q", "-o", target, stdin="a,b\n1,2\n").code == 0
        assert os.listdir(tmp_path / output) == [f"out.{output}"]
        with open(target, "rb") as file:
            assert file.read() != b"old"


def test_file_converted_onto_itself_is_complete(tmp_path):
    for name in ("jsonl field", "npy random", "npy fortran", "parquet wide", "arrow list"):
        given = BY_NAME[name]
        path = _write(given, tmp_path)
        assert softmax("convert", "-q", path, "-o", path).code == 0
        assert np.array_equal(read_back(path, given)[0], softmax_of(LOGITS))


def test_selected_columns_are_converted(tmp_path):
    np.save(tmp_path / "x.npy", LOGITS)
    ran = softmax("convert", "-q", str(tmp_path / "x.npy"), "--columns", "1,3", "-f", "json")
    assert np.array_equal(json.loads(ran.out), softmax_of(LOGITS[:, [0, 2]]))
    ran = softmax("convert", "-q", "--input-format", "jsonl", "--columns", "cat,dog",
                  stdin='{"cat":0,"age":7,"dog":0}')  # fmt: skip
    assert ran.out == '{"cat":0.5,"age":7,"dog":0.5}\n'
    ran = softmax("convert", "-q", "--input-format", "jsonl", "--columns", "s",
                  stdin='{"s":[0,0],"logits":[1,2]}')  # fmt: skip
    assert ran.out == '{"s":[0.5,0.5],"logits":[1,2]}\n'


def test_scored_lists_name_their_classes():
    given = json.dumps([{"label": word, "score": 0} for word in WORDS])
    ran = softmax("convert", "-q", "--input-format", "jsonl", "--add", "prediction", stdin=given)
    assert list(json.loads(ran.out)) == [*WORDS, "prediction"]
